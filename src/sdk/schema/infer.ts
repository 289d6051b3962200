// Types that follow from the definition of a table: what selections, searches and writes look like.

import type { VectorInput } from "./column-type";
import type { AnyDerived } from "./derived";
import type { FullRow, PlainName, Simplify } from "./row-types";
import type { AnyTable } from "./table-definition";

/** The names that `select` takes. */
export type ColumnName<D extends AnyTable> = (keyof D["columns"] | keyof D["derived"]) & string;

/** The columns that are read unless `select` says otherwise. */
export type DefaultColumn<D extends AnyTable> = PlainName<D["columns"]> & string;

/** A row with the selected columns. */
export type SelectedRow<D extends AnyTable, S extends string> = Simplify<
  Pick<FullRow<D["columns"], D["derived"]>, S & ColumnName<D>>
>;

/** What a hit says of how it was found. */
export interface Scores {
  /** What hits are ordered by: higher is better. Between 0 and 1 for cosine. */
  readonly _score: number;
  /** The raw distance of the column's metric; lower is nearer. */
  readonly _distance: number;
}

/** What a hit of a search for words and vectors says of how it was found. */
export interface FusedScores {
  /** What hits are ordered by: what words and vectors say, added up. Higher is better; 1 is the most. */
  readonly _score: number;
  /** The raw distance of the column's metric; null where the row has no vector. */
  readonly _distance: number | null;
  /** The score by words (BM25); 0 where the row has none of them. */
  readonly _textScore: number;
  /** The place among the rows that words found, from 1 on; null where it was not among those that were looked at. */
  readonly _textRank: number | null;
  /** The place among the rows that vectors found, from 1 on; null where it was not among those that were looked at. */
  readonly _vectorRank: number | null;
}

/** What a search by vectors that may be one for words as well says: the parts are missing where it was none. */
export interface AutoScores
  extends Pick<FusedScores, "_score" | "_distance">,
    Partial<Pick<FusedScores, "_textScore" | "_textRank" | "_vectorRank">> {}

/** A stretch of a text, in characters as JavaScript counts them: those from `start` to before `end`. */
export interface Stretch {
  /** The first. */
  readonly start: number;
  /** That behind the last. */
  readonly end: number;
}

/** A part of a text that shows what was found in it. `start` and `end` say where it is in the text of the row. */
export interface Highlight extends Stretch {
  /** The part. */
  readonly text: string;
  /** The words that were found in it, by where they are in the text of the row. */
  readonly marks: readonly Stretch[];
}

interface Highlighted {
  /** With the option `highlight`: the parts of the text that show what was found, in their order. */
  readonly _highlights?: readonly Highlight[];
}

/** How rows are looked for: `"hybrid"` is by words and vectors, and `"auto"` is that where it can be, otherwise `"vector"`. */
export type SearchMode = "auto" | "hybrid" | "vector";

interface ScoresByMode {
  readonly auto: AutoScores;
  readonly hybrid: FusedScores;
  readonly vector: Scores;
}

interface ShownByMode {
  readonly auto: Highlighted;
  readonly hybrid: Highlighted;
  readonly vector: unknown;
}

/** The names that `select` of a search takes. */
export type HitColumn<D extends AnyTable> = ColumnName<D> | keyof FusedScores;

/** All scores, unless some of them are selected. */
type ScoresOf<S extends string, A> = [S & keyof A] extends [never] ? A : Pick<A, S & keyof A>;

/** A row that a search found: its columns, how good it is, and how near. */
export type Hit<
  D extends AnyTable,
  S extends string = DefaultColumn<D>,
  M extends SearchMode = "vector",
> = Simplify<
  Pick<FullRow<D["columns"], D["derived"]>, S & ColumnName<D>> & ScoresOf<S, ScoresByMode[M]> & ShownByMode[M]
>;

/** A row that a search by words found: its columns, and how good it is. */
export type WordHit<D extends AnyTable, S extends string = DefaultColumn<D>> = Simplify<
  Pick<FullRow<D["columns"], D["derived"]>, S & ColumnName<D>> & {
    /** What hits are ordered by: the sum of what each word gives (BM25). Higher is better; there is no highest score. */
    readonly _score: number;
  } & Highlighted
>;

/** The names of the columns that may be searched by their words: texts, and lists and structs of texts. */
export type TextName<D extends AnyTable> = {
  [K in keyof D["columns"]]: D["columns"][K]["$types"]["kind"] extends "text" | "list" | "struct" ? K : never;
}[keyof D["columns"]] &
  string;

/** The best row of a group. */
export type GroupHit<
  D extends AnyTable,
  S extends string = DefaultColumn<D>,
  M extends SearchMode = "vector",
> = Simplify<
  Hit<D, S, M> & {
    /** How many of the candidates are in the group, this one included. */
    readonly _count: number;
  }
>;

/** A row found by a search across time: with the commits that wrote and that ended it. */
export type SpanHit<D extends AnyTable, S extends string = DefaultColumn<D>> = Simplify<
  Hit<D, S> & {
    /** The commit that wrote the row. */
    readonly _from: { readonly version: number; readonly date: Date };
    /** The commit that ended it; null where it still holds. */
    readonly _to: { readonly version: number; readonly date: Date } | null;
  }
>;

/** The names of the columns that can be ordered by. */
export type OrderName<D extends AnyTable> = {
  [K in keyof D["columns"]]: D["columns"][K]["$types"]["kind"] extends
    | "vector"
    | "json"
    | "list"
    | "struct"
    | "bytes"
    ? never
    : K;
}[keyof D["columns"]] &
  string;

/** The names of the columns whose values can be counted. */
export type FacetName<D extends AnyTable> =
  | OrderName<D>
  | ({
      [K in keyof D["columns"]]: D["columns"][K]["$types"]["kind"] extends "list" ? K : never;
    }[keyof D["columns"]] &
      string);

/** The names of the vector columns, given and derived. */
export type VectorName<D extends AnyTable> =
  | ({
      [K in keyof D["columns"]]: "vector" extends D["columns"][K]["$types"]["kind"] ? K : never;
    }[keyof D["columns"]] &
      string)
  | (keyof D["derived"] & string);

/** What the function of a derived column embeds. */
export type DerivedInput<E> = E extends AnyDerived ? E["$input"] : never;

/** What a search of that column takes: a vector, and for a derived column also what its function embeds. */
export type SearchInput<D extends AnyTable, V extends string> = V extends keyof D["derived"]
  ? DerivedInput<D["derived"][V]> | VectorInput
  : VectorInput;

/** The type of the key; `never` for a table without one. */
export type KeyOf<D extends AnyTable> = string extends keyof D["columns"]
  ? string | number | bigint
  : {
      [K in keyof D["columns"]]: "key" extends D["columns"][K]["$types"]["flags"]
        ? D["columns"][K]["$types"]["value"]
        : never;
    }[keyof D["columns"]];

type OwnVectors<D extends AnyTable> = string extends keyof D["derived"]
  ? unknown
  : { readonly [K in keyof D["derived"]]?: VectorInput | null | undefined };

/** A row that may bring vectors for derived columns too; see the option `vectors` of `insert`. */
export type InsertWithVectors<D extends AnyTable> = D["$insert"] & OwnVectors<D>;

type KeyName<D extends AnyTable> = string extends keyof D["columns"]
  ? never
  : {
      [K in keyof D["columns"]]: "key" extends D["columns"][K]["$types"]["flags"] ? K : never;
    }[keyof D["columns"]];

/** A row of an upsert with `merge`: its key, and the columns that change. */
export type MergeRow<R, D extends AnyTable> = Simplify<
  { [K in keyof R as K extends KeyName<D> ? K : never]: R[K] } & {
    [K in keyof R as K extends KeyName<D> ? never : K]?: R[K] | undefined;
  }
>;

/** What `update` may set when it brings vectors for derived columns too. */
export type UpdateWithVectors<D extends AnyTable> = D["$update"] & OwnVectors<D>;
