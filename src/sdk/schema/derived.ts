import { describeValue } from "../../describe-value";
import type { EmbeddingFunction, EmbeddingInput, LongText } from "../../embeddings/embedding-function";
import type { Names } from "../../own-options";
import { hasBrand, messageOf } from "../../realm";
import type { ColumnMap } from "./column";
import type { ColumnType, Metric, VectorElement } from "./column-type";
import { makerOptions } from "./maker-options";
import { ownCopy } from "./own-copy";
import {
  badLongText,
  badMakerOption,
  badRenamedFrom,
  emptySources,
  notAFunction,
  notASource,
  templateMismatch,
} from "./schema-errors";
import { checkVectorOptions } from "./vector-options";

const brand: unique symbol = Symbol.for("varve.derived");

/** A column as the second argument of `table` sees it: something an embedding can be made from. */
export interface SourceRef<V = unknown> {
  /** The column's name. */
  readonly name: string;
  /** For the compiler alone: nothing is here at run time. */
  readonly $value?: V;
}

/** The columns of a table as sources of embeddings. */
export type SourceRefs<C extends ColumnMap> = {
  readonly [K in keyof C]: SourceRef<C[K]["$types"]["value"]>;
};

/** The columns of an open table as sources of embeddings; of one that was opened by its name, any. */
export type SourcesOf<C extends ColumnMap> = string extends keyof C
  ? Readonly<Record<string, SourceRef<never>>>
  : SourceRefs<C>;

/** What `embed` takes beside the function and its sources. */
export interface EmbedOptions {
  /**
   * How several columns become one text: column names in braces, `"{title}\n\n{body}"`. Double a brace to write one.
   * @default the columns that are not null, joined by an empty line
   */
  readonly template?: string | undefined;
  /**
   * What happens to a text that is longer than the function takes (`maxInputTokens`, estimated if the function does not count tokens
   * itself): `"truncate"` embeds its beginning, `"refuse"` fails the write and names the row.
   * @default local models truncate, servers do what they do
   */
  readonly longText?: LongText | undefined;
  /**
   * How two vectors are compared.
   * @default "cosine"
   */
  readonly metric?: Metric | undefined;
  /**
   * How elements are stored.
   * @default "f32"
   */
  readonly element?: VectorElement | undefined;
  /** What the column was called before: see `renamedFrom` of a column. */
  readonly renamedFrom?: string | undefined;
}

/** A vector column that is computed from other columns of its row. */
export class Derived<I extends EmbeddingInput> {
  /** For the compiler alone: nothing is here at run time. */
  declare readonly $input: I;
  /** What computes it. */
  readonly function: EmbeddingFunction<I>;
  /** The columns it is computed from. */
  readonly sources: readonly string[];
  /** How the sources become one text. */
  readonly template: string | undefined;
  /** What happens to a text that is too long. */
  readonly longText: LongText | undefined;
  /** How two vectors are compared. */
  readonly metric: Metric;
  /** How elements are stored. */
  readonly element: VectorElement;
  /** What the column was called before. */
  readonly renamedFrom: string | undefined;

  /** Made by `embed`. */
  constructor(fn: EmbeddingFunction<I>, sources: readonly string[], options: EmbedOptions) {
    this.function = fn;
    this.sources = Object.freeze([...sources]);
    this.template = options.template;
    this.longText = options.longText;
    this.metric = options.metric ?? "cosine";
    this.element = options.element ?? "f32";
    this.renamedFrom = options.renamedFrom;
    Object.defineProperty(this, brand, { value: true });
    Object.freeze(this);
  }

  /** Whether a value is a derived column, also when two copies of the package are loaded. */
  static is(value: unknown): value is AnyDerived {
    return hasBrand(value, brand);
  }
}

/** Any derived column. */
export type AnyDerived = Derived<EmbeddingInput>;

const OPTIONS: Names<EmbedOptions> = {
  template: true,
  longText: true,
  metric: true,
  element: true,
  renamedFrom: true,
};

/** Derived columns by name. */
export type DerivedMap = Readonly<Record<string, AnyDerived>>;

/**
 * A vector column that is computed from other columns whenever a row is written, and that can be searched with what the
 * function embeds. A row whose sources are all null or empty has no vector.
 *
 * @example
 * ```ts
 * const docs = table("docs", { id: text().primaryKey(), title: text(), body: text() }, (c) => ({
 *   vec: embed(builtin(), [c.title, c.body], { template: "{title}\n\n{body}" }),
 * }));
 * ```
 */
export function embed<I extends EmbeddingInput>(
  fn: EmbeddingFunction<I>,
  source: SourceRef<NoInfer<I>> | readonly SourceRef<NoInfer<I>>[],
  given?: EmbedOptions,
): Derived<I> {
  const options = makerOptions("embed", given, OPTIONS);
  checkVectorOptions(options.element ?? "f32", options.metric ?? "cosine");
  if (typeof fn?.embed !== "function") throw notAFunction(describeValue(fn));
  const sources = sourceNames(source);
  if (sources.length === 0) throw emptySources();
  if (options.template !== undefined) {
    if (typeof options.template !== "string")
      throw badMakerOption("embed", "template", "a text", describeValue(options.template));
    const stray = templateParts(options.template).find(
      (part, index) => index % 2 === 1 && !sources.includes(part),
    );
    if (stray !== undefined) throw templateMismatch(options.template, stray, sources);
  }
  const { longText, renamedFrom } = options;
  if (renamedFrom !== undefined && (typeof renamedFrom !== "string" || renamedFrom === ""))
    throw badRenamedFrom(describeValue(renamedFrom));
  if (longText !== undefined && longText !== "truncate" && longText !== "refuse") {
    throw badLongText(describeValue(longText));
  }
  return new Derived(fn, sources, options);
}

/** The most columns of a table. */
const SOURCES_MAX = 1000;

function sourceNames(source: unknown): string[] {
  let refs: unknown;
  try {
    refs = ownCopy(Array.isArray(source) ? source : [source]);
  } catch (error) {
    throw notASource(`a list that cannot be read (${messageOf(error)})`);
  }
  const list = refs as readonly unknown[];
  if (list.length > SOURCES_MAX) throw notASource(describeValue(list));
  return list.map((ref) => {
    const name: unknown = typeof ref === "object" && ref !== null ? Reflect.get(ref, "name") : undefined;
    if (typeof name !== "string") throw notASource(describeValue(ref));
    return name;
  });
}

/** The columns as sources of embeddings. */
export function sourceRefs<C extends ColumnMap>(columns: C): SourceRefs<C> {
  return refsOf(Object.keys(columns)) as SourceRefs<C>;
}

/** Columns of these names as sources of embeddings. */
export function refsOf(names: readonly string[]): SourceRefs<ColumnMap> {
  const refs: [string, SourceRef][] = names.map((name) => [name, Object.freeze({ name })]);
  return Object.freeze(Object.fromEntries(refs));
}

/** What a column is computed from, after a source got another name. */
export function withSource<
  S extends { readonly sources: readonly string[]; readonly template?: string | undefined },
>(how: S, from: string, to: string): S {
  if (!how.sources.includes(from)) return how;
  const sources = how.sources.map((source) => (source === from ? to : source));
  const template = how.template?.replaceAll(TEMPLATE_PART, (part, name) =>
    name === from ? `{${to}}` : part,
  );
  return template === undefined ? { ...how, sources } : { ...how, sources, template };
}

/** Two braces, which stand for one, or a name in braces. */
const TEMPLATE_PART = /\{\{|\}\}|\{([^{}]*)\}/g;

/** A template cut into text, name, text, name, ..., text. */
export function templateParts(template: string): string[] {
  const parts: string[] = [];
  let last = "";
  let from = 0;
  for (const match of template.matchAll(TEMPLATE_PART)) {
    last += template.slice(from, match.index);
    from = match.index + match[0].length;
    if (match[1] === undefined) {
      last += match[0].charAt(0);
    } else {
      parts.push(last, match[1]);
      last = "";
    }
  }
  parts.push(last + template.slice(from));
  return parts;
}

/** Whether a column can be a source: text, or bytes for functions that embed images, which cannot be joined with others. */
export function isSource({ kind }: ColumnType, several: boolean): boolean {
  return kind === "text" || kind === "enum" || (kind === "bytes" && !several);
}
