import { describeValue } from "../../describe-value";
import { hasBrand } from "../../realm";
import type { ColumnType } from "./column-type";
import { noMore } from "./maker-options";
import { isUnreadable, ownCopy } from "./own-copy";
import { RULES } from "./rules";
import {
  badIndexed,
  badRenamedFrom,
  indexOfWrongType,
  keyOfWrongType,
  unreadableDefault,
} from "./schema-errors";
import type { TextSearchJson } from "./text-search";

const brand: unique symbol = Symbol.for("varve.column");

/** The kind of a column, as far as the types of calls depend on it. A text of a closed set is a text. */
export type ColumnKind = Exclude<ColumnType["kind"], "enum">;

/** The kinds that can be the primary key. */
type KeyKind = {
  [K in keyof typeof RULES]: (typeof RULES)[K]["key"] extends true ? K : never;
}[keyof typeof RULES];

/** The kinds whose values can have an index; of a list those of its items decide. */
type IndexedKind = "text" | "int" | "float" | "boolean" | "timestamp" | "date" | "list";

/** What is said about a column beside its type. */
export type ColumnFlag = "nullable" | "default" | "key";

/** What the compiler knows of a column; no such object exists at run time. */
export interface ColumnTypes<K, V, I, F, N> {
  readonly kind: K;
  readonly value: V;
  readonly input: I;
  readonly flags: F;
  readonly nested: N;
}

/** What a column says, as plain data. */
export interface ColumnSpec {
  readonly type: ColumnType;
  readonly nullable: boolean;
  readonly key: boolean;
  readonly default?: ColumnDefault;
  /** What the column was called before. */
  readonly renamedFrom?: string;
  /** What it says of the search by its words. */
  readonly search?: TextSearchJson;
  /** Whether its values have an index, where it says so. */
  readonly indexed?: boolean;
}

/** What a row shows that was written without a value: a constant, or the result of a call for each row. */
export type ColumnDefault = { readonly value: unknown } | { readonly make: () => unknown };

/**
 * A column of a table: its type and what is said about it. Columns are immutable; every method returns a new one.
 *
 * @typeParam K - its kind
 * @typeParam V - what a row shows
 * @typeParam I - what a write takes
 * @typeParam F - what is said about it
 * @typeParam N - the columns inside it, for a struct or a list
 */
export class Column<K extends ColumnKind, V, I = V, F extends ColumnFlag = never, N = undefined> {
  /** For the compiler alone: nothing is here at run time. */
  declare readonly $types: ColumnTypes<K, V, I, F, N>;
  /** What the column says, as plain data. */
  readonly spec: ColumnSpec;

  /** Made by `text()`, `int()` and the like. */
  constructor(spec: ColumnSpec) {
    this.spec = Object.freeze(spec);
    Object.defineProperty(this, brand, { value: true });
    Object.freeze(this);
  }

  /** Whether a value is a column, also when two copies of the package are loaded. */
  static is(value: unknown): value is AnyColumn {
    return hasBrand(value, brand);
  }

  /**
   * Makes the column the key of its table: unique, never null, looked up by `get` and replaced by `upsert`. For one text or
   * int column of a table.
   *
   * @example
   * ```ts
   * const users = table("users", { id: text().primaryKey() });
   * ```
   */
  primaryKey(this: Column<KeyKind, V, I, F, N>, ...more: readonly never[]): Column<K, V, I, F | "key", N> {
    noMore("primaryKey", more);
    const { kind } = this.spec.type;
    if (!RULES[kind].key) throw keyOfWrongType(kind);
    return new Column({ ...this.spec, key: true });
  }

  /** Lets a row have no value: it reads as `null`, and a write may leave the key out. */
  nullable(...more: readonly never[]): Column<K, V, I, F | "nullable", N> {
    noMore("nullable", more);
    return new Column({ ...this.spec, nullable: true });
  }

  /**
   * Keeps an index of the values, so that filters, counts, and orders with a limit cost by what they find, and not by the rows of the
   * table, at any version. For columns of texts, numbers, truth values and dates, and for lists of them, of which `contains` is found. It
   * takes about 16 bytes a row where most values differ, and less where few do. `false` gives up an index that a table has.
   *
   * @example
   * ```ts
   * const orders = table("orders", { id: text().primaryKey(), total: float().indexed(), at: timestamp().indexed() });
   * ```
   */
  indexed(
    this: Column<IndexedKind, V, I, F, N>,
    indexed = true,
    ...more: readonly never[]
  ): Column<K, V, I, F, N> {
    noMore("indexed", more);
    const { type } = this.spec;
    if (!isIndexable(type)) throw indexOfWrongType(type.kind);
    if (typeof indexed !== "boolean") throw badIndexed(describeValue(indexed));
    return new Column({ ...this.spec, indexed });
  }

  /**
   * Gives rows that are written without a value a constant, or what a function returns for each of them. A constant is kept
   * in the table, and is also what older rows show when the column is added later.
   *
   * @example
   * ```ts
   * timestamp().default(() => new Date());
   * ```
   */
  default(value: I | (() => I), ...more: readonly never[]): Column<K, V, I, F | "default", N> {
    noMore("default", more);
    const make =
      typeof value === "function" ? { make: value as () => unknown } : { value: ownDefault(value) };
    return new Column({ ...this.spec, default: Object.freeze(make) });
  }

  /**
   * Says what the column was called before, so that `db.migrate` renames the column of that name instead of adding another one. It can stay
   * in the declaration: where there is no such column any more, it does nothing.
   *
   * @example
   * ```ts
   * const docs = table("docs", { id: text().primaryKey(), headline: text().renamedFrom("title") });
   * await db.migrate(docs);
   * ```
   */
  renamedFrom(name: string, ...more: readonly never[]): Column<K, V, I, F, N> {
    noMore("renamedFrom", more);
    if (typeof name !== "string" || name === "") throw badRenamedFrom(describeValue(name));
    return new Column({ ...this.spec, renamedFrom: name });
  }
}

function isIndexable(type: ColumnType): boolean {
  const { kind } = type.kind === "list" ? type.item.type : type;
  return RULES[kind].ordered;
}

function ownDefault(value: unknown): unknown {
  try {
    return ownCopy(value);
  } catch (error) {
    throw isUnreadable(error) ? unreadableDefault(error.message, error.cause) : error;
  }
}

/** Any column. */
export type AnyColumn = Column<ColumnKind, unknown, unknown, ColumnFlag, unknown>;

/** Columns by name. */
export type ColumnMap = Readonly<Record<string, AnyColumn>>;
