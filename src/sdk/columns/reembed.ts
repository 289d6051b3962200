// Gives a column new vectors: those of another function, or those of a column that is added. All rows that any version shows are embedded
// first; one commit then replaces the old vectors, or adds the column. Rows that are written in the meantime are embedded too, before that
// commit. If they arrive faster than they can be embedded, the last of them get their vectors right after it.

import { describeValue } from "../../describe-value";
import type { EmbeddingInput } from "../../embeddings/embedding-function";
import { COMMIT, type CommitOptions, toCommitJson } from "../call/commit";
import { badArgument, notAllEmbedded } from "../call/errors";
import type { OptionRules } from "../call/options";
import { checkSignal, LONG, type LongOptions, type Progress, reportCommitted } from "../call/progress";
import { TableEmbedder } from "../embed/table-embedder";
import type { AnyFunction } from "../embed/traits";
import { TableHandle } from "../handle/table-handle";
import { callAsync } from "../native/call";
import { Projection, rowsOf } from "../native/decode";
import { RowEncoder } from "../native/encode";
import type { NativeReembed } from "../native/open";
import { fromDataType } from "../schema/column-type";
import { type AnyDerived, Derived } from "../schema/derived";
import { derivedJson } from "../schema/table-definition";
import { type EmbedSpec, type Field, isVector, TableSchema, type VectorField } from "../schema/table-schema";

/** What `reembed` takes. */
export interface ReembedOptions extends CommitOptions, LongOptions {}

export const REEMBED: OptionRules<ReembedOptions> = { ...COMMIT, ...LONG };

/** The most rounds in which rows that arrived meanwhile are embedded before the commit. */
const ROUNDS = 8;
const STEP_BYTES = 64 << 20;
const STEP_ROWS_MAX = 16_384;
/** About what a row takes beside its vector. */
const ROW_BYTES = 1024;

/** Embeds a column anew and returns a handle that knows its function. */
export async function reembed(
  handle: TableHandle,
  column: string,
  fn: AnyFunction,
  options: ReembedOptions,
): Promise<TableHandle> {
  const old = derivedField(handle, column);
  checkFunction(handle.name, fn);
  const { sources, template, longText } = old.embed;
  const { metric, element } = old.type;
  const derived = new Derived<EmbeddingInput>(fn, sources, { template, longText, metric, element });
  await embedColumn(handle, { name: column, derived, adding: false }, options);
  const functions = new Map([...(handle.options.functions ?? []), [column, fn]]);
  const { schema } = await handle.info();
  return new TableHandle(handle.name, handle.native, schema, { ...handle.options, functions });
}

/** Adds a derived column with the vectors of all rows that any version shows. */
export async function embedNewColumn(
  handle: TableHandle,
  name: string,
  derived: AnyDerived,
  options: ReembedOptions,
): Promise<void> {
  checkFunction(handle.name, derived.function);
  await embedColumn(handle, { name, derived, adding: true }, options);
}

interface NewVectors {
  readonly name: string;
  readonly derived: AnyDerived;
  /** Whether the column comes to the others. */
  readonly adding: boolean;
}

async function embedColumn(
  handle: TableHandle,
  { name, derived, adding }: NewVectors,
  options: ReembedOptions,
): Promise<void> {
  checkSignal(options.signal);
  const json = derivedJson(name, derived);
  const request = JSON.stringify({ field: json, sources: derived.sources, adding, ...toCommitJson(options) });
  const native = await callAsync(async () => await handle.native.reembed(request));
  const field: VectorField = {
    id: native.field,
    name,
    type: vectorType(json.type),
    nullable: true,
    embed: json.embed,
    text: undefined,
    indexed: false,
    fill: undefined,
    declared: true,
  };
  const functions = new Map([...(handle.options.functions ?? []), [name, derived.function]]);
  try {
    await new Reembedding(handle, native, field, functions, options).run();
  } finally {
    await native.end().catch(() => undefined);
  }
}

class Reembedding {
  readonly #handle: TableHandle;
  readonly #native: NativeReembed;
  readonly #field: VectorField;
  readonly #schema: TableSchema;
  readonly #sources: readonly Field[];
  readonly #projection: Projection;
  readonly #embedder: TableEmbedder;
  readonly #encoder: RowEncoder;
  readonly #options: ReembedOptions;
  readonly #stepRows: number;
  readonly #write: number;
  #done = 0;
  #total = 0;

  constructor(
    handle: TableHandle,
    native: NativeReembed,
    field: VectorField,
    functions: ReadonlyMap<string, AnyFunction>,
    options: ReembedOptions,
  ) {
    const { name, schema } = handle;
    const { definition, services } = handle.options;
    this.#handle = handle;
    this.#native = native;
    this.#field = field;
    const others = schema.fields.filter((known) => known.name !== field.name);
    this.#schema = new TableSchema(name, schema.primaryKey, [...others, field]);
    this.#sources = (field.embed?.sources ?? []).map((source) => schema.field(source));
    this.#projection = new Projection(this.#sources);
    this.#embedder = new TableEmbedder(name, definition, services, functions);
    this.#encoder = new RowEncoder(this.#schema);
    this.#options = options;
    this.#write = services.cache.beginWrite();
    this.#stepRows = stepRows(field, this.#embedder.rowsOf(field));
  }

  async run(): Promise<void> {
    const { signal, onProgress } = this.#options;
    for (let round = 1; ; round++) {
      await this.#embed(await this.#waiting(), { signal, onProgress });
      checkSignal(signal);
      const committed = await callAsync(() => this.#native.commit(round > ROUNDS));
      if (committed !== "null") break;
    }
    await this.#fillGaps();
  }

  /** The rows that came during the last round. The commit stands, so neither the signal nor an error of the caller's ends this. */
  async #fillGaps(): Promise<void> {
    const waiting = await this.#waiting();
    if (waiting === 0) return;
    try {
      const onProgress = (progress: Progress): void => reportCommitted(this.#options.onProgress, progress);
      await this.#embed(waiting, { onProgress });
      await callAsync(() => this.#native.fill());
    } catch (error) {
      throw notAllEmbedded(this.#handle.name, this.#field.name, waiting, error);
    }
  }

  async #waiting(): Promise<number> {
    return Number(await callAsync(() => this.#native.waiting()));
  }

  /** Embeds the rows that are waiting now. Rows that arrive meanwhile are left for the next round, or this might never end. */
  async #embed(waiting: number, options: LongOptions): Promise<void> {
    this.#total = this.#done + waiting;
    while (this.#done < this.#total) {
      checkSignal(options.signal);
      const count = await this.#step(Math.min(this.#stepRows, this.#total - this.#done), options);
      if (count === 0) return;
    }
  }

  async #step(limit: number, { signal, onProgress }: LongOptions): Promise<number> {
    const page = await callAsync(() => this.#native.next(limit));
    if (page === null) return 0;
    const rows = rowsOf(this.#projection, page);
    const count = rows.length;
    const vectors = new Array<unknown>(count).fill(undefined);
    const columns = new Map<Field, unknown[]>([[this.#field, vectors]]);
    for (const source of this.#sources) {
      columns.set(
        source,
        rows.map((row) => row[source.name]),
      );
    }
    const write = this.#write;
    await this.#embedder.fill({ count, columns }, this.#schema, { signal, onProgress, write });
    checkSignal(signal);
    await this.#add(vectors);
    this.#done += count;
    onProgress?.({ stage: "write", column: this.#field.name, done: this.#done, total: this.#total });
    return count;
  }

  async #add(vectors: readonly unknown[]): Promise<void> {
    const { buffers } = this.#handle;
    const buffer = buffers.take();
    try {
      const batch = this.#encoder.begin(buffer, { base: undefined, count: vectors.length });
      batch.column(this.#field, vectors);
      const bytes = batch.finish();
      await callAsync(() => this.#native.add(bytes));
    } finally {
      buffers.give(buffer);
    }
  }
}

function derivedField(handle: TableHandle, column: string): VectorField & { readonly embed: EmbedSpec } {
  const field = handle.schema.get(column);
  if (field !== undefined && isVector(field) && field.embed !== undefined) {
    return { ...field, embed: field.embed };
  }
  throw badArgument("column", "a derived column", describeValue(column), handle.name);
}

function checkFunction(table: string, fn: unknown): void {
  if (!isFunction(fn)) throw badArgument("reembed", "an embedding function", describeValue(fn), table);
}

function isFunction(fn: unknown): boolean {
  try {
    const { name, dimensions, embed } = (fn ?? {}) as Partial<AnyFunction>;
    return typeof name === "string" && Number.isSafeInteger(dimensions) && typeof embed === "function";
  } catch {
    return false;
  }
}

function vectorType(json: Parameters<typeof fromDataType>[0]): VectorField["type"] {
  return fromDataType(json) as VectorField["type"];
}

/** How many rows are embedded together: calls of one step end before those of the next begin, so it must be many. */
function stepRows({ type }: VectorField, atOnce: number): number {
  const most = Math.min(STEP_ROWS_MAX, Math.floor(STEP_BYTES / (type.dimensions * 4 + ROW_BYTES)));
  return atOnce === 0 ? most : Math.max(1, Math.floor(most / atOnce)) * atOnce;
}
