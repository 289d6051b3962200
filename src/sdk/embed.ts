// What stands between a row and its vectors: texts are made from the sources, duplicates are left out, and the function is called in batches
// whose answers are checked.

import type { EmbeddingFunction, EmbeddingInput, EmbeddingKind } from "../embeddings/embedding-function";
import type { Registry } from "../embeddings/registry";
import { VarveError } from "../varve-error";
import { badEmbeddings, embeddingFailed, functionDiffers, functionUnavailable } from "./embed-errors";
import { checkSignal, type LongOptions } from "./progress";
import { templateParts } from "./schema/derived";
import type { AnyTable } from "./schema/table-definition";
import {
  type EmbedSpec,
  type Field,
  ownEntry,
  type TableSchema,
  type VectorField,
} from "./schema/table-schema";
import { describeValue } from "./schema/wire-value";

type AnyFunction = EmbeddingFunction<EmbeddingInput>;

/** The cells of some columns, as `RowEncoder` gathers them. */
export interface EmbeddableCells {
  readonly count: number;
  readonly columns: ReadonlyMap<Field, unknown[]>;
}

/** Embeds for the derived columns of one table. */
export class TableEmbedder {
  readonly #table: string;
  readonly #definition: AnyTable | undefined;
  readonly #registry: Registry;
  readonly #functions = new Map<string, AnyFunction>();

  constructor(table: string, definition: AnyTable | undefined, registry: Registry) {
    this.#table = table;
    this.#definition = definition;
    this.#registry = registry;
  }

  /** Fills the cells of derived columns that are still undefined; null where there is nothing to embed. */
  async fill(cells: EmbeddableCells, schema: TableSchema, options: LongOptions): Promise<void> {
    for (const field of schema.vectors()) {
      const vectors = cells.columns.get(field);
      if (field.embed === undefined || vectors === undefined || !vectors.includes(undefined)) continue;
      await this.#fillColumn(field, field.embed, vectors, sourceCells(field.embed, schema, cells), options);
    }
  }

  /** The vector of a query, or null where the function has nothing to say about it. */
  async query(
    field: VectorField,
    input: EmbeddingInput,
    signal: AbortSignal | undefined,
  ): Promise<Float32Array | null> {
    const [vector] = await this.#call(field, [input], "query", signal);
    return vector ?? null;
  }

  /** The function of a derived column; throws EMBEDDING_UNAVAILABLE. */
  functionOf(field: VectorField): AnyFunction {
    const known = this.#functions.get(field.name);
    if (known !== undefined) return known;
    const found = this.#resolve(field);
    if (found.dimensions !== field.type.dimensions) {
      throw functionDiffers(this.#table, field.name, field.type.dimensions, found.dimensions);
    }
    this.#functions.set(field.name, found);
    return found;
  }

  #resolve(field: VectorField): AnyFunction {
    const declared = ownEntry(this.#definition?.derived, field.name)?.function;
    if (declared !== undefined || field.embed === undefined) return declared as AnyFunction;
    try {
      return this.#registry.resolve(field.embed.function);
    } catch (error) {
      if (VarveError.is(error)) throw functionUnavailable(this.#table, field.name, error);
      throw embeddingFailed(this.#table, field.name, field.embed.function.name, error);
    }
  }

  async #fillColumn(
    field: VectorField,
    spec: EmbedSpec,
    vectors: unknown[],
    sources: readonly (readonly unknown[])[],
    options: LongOptions,
  ): Promise<void> {
    const inputs = inputsOf(spec, sources, vectors);
    const unique = [...new Set(inputs.filter((input) => input !== null))];
    const embedded = await this.#batches(field, unique, options);
    for (const [row, input] of inputs.entries()) {
      if (vectors[row] === undefined) vectors[row] = input === null ? null : (embedded.get(input) ?? null);
    }
  }

  async #batches(
    field: VectorField,
    inputs: readonly EmbeddingInput[],
    { signal, onProgress }: LongOptions,
  ): Promise<Map<EmbeddingInput, Float32Array | null>> {
    const embedded = new Map<EmbeddingInput, Float32Array | null>();
    const size = inputs.length === 0 ? 1 : Math.max(1, this.functionOf(field).maxBatch);
    for (let from = 0; from < inputs.length; from += size) {
      const batch = inputs.slice(from, from + size);
      const vectors = await this.#call(field, batch, "document", signal);
      for (const [index, input] of batch.entries()) embedded.set(input, vectors[index] ?? null);
      onProgress?.({ stage: "embed", column: field.name, done: from + batch.length, total: inputs.length });
    }
    return embedded;
  }

  async #call(
    field: VectorField,
    inputs: readonly EmbeddingInput[],
    kind: EmbeddingKind,
    signal: AbortSignal | undefined,
  ): Promise<readonly (Float32Array | null)[]> {
    const fn = this.functionOf(field);
    checkSignal(signal);
    let vectors: readonly (Float32Array | null)[];
    try {
      vectors = await fn.embed(inputs, { kind, signal });
    } catch (error) {
      checkSignal(signal);
      throw embeddingFailed(this.#table, field.name, fn.name, error);
    }
    const problem = problemOf(vectors, inputs.length, field.type.dimensions);
    if (problem !== undefined) throw badEmbeddings(this.#table, field.name, fn.name, ...problem);
    return vectors;
  }
}

function sourceCells(spec: EmbedSpec, schema: TableSchema, cells: EmbeddableCells): (readonly unknown[])[] {
  const none = new Array<unknown>(cells.count).fill(null);
  return spec.sources.map((source) => cells.columns.get(schema.field(source)) ?? none);
}

/** What is embedded for each row: null where nothing is, or where the row has its vector already. */
function inputsOf(
  spec: EmbedSpec,
  sources: readonly (readonly unknown[])[],
  vectors: readonly unknown[],
): (EmbeddingInput | null)[] {
  const parts = spec.template === undefined ? undefined : templateParts(spec.template);
  return vectors.map((vector, row) => {
    if (vector !== undefined) return null;
    const values = sources.map((cells) => cells[row]);
    const present = values.filter(isSomething);
    const only = present[0];
    if (only === undefined) return null;
    if (parts !== undefined) return fillTemplate(parts, spec.sources, values);
    return present.length === 1 ? only : present.join("\n\n");
  });
}

function isSomething(value: unknown): value is EmbeddingInput {
  return typeof value === "string" ? value.trim() !== "" : value instanceof Uint8Array;
}

function fillTemplate(
  parts: readonly string[],
  sources: readonly string[],
  values: readonly unknown[],
): string {
  const filled = parts.map((part, index) =>
    index % 2 === 0 ? part : String(values[sources.indexOf(part)] ?? ""),
  );
  return filled.join("");
}

/** What was expected and what came, where the answer of a function is not what it should be. */
function problemOf(vectors: unknown, count: number, dimensions: number): [string, string] | undefined {
  if (!Array.isArray(vectors) || vectors.length !== count)
    return [`an array of ${count}`, describeValue(vectors)];
  for (const vector of vectors) {
    if (vector === null) continue;
    if (!(vector instanceof Float32Array) || vector.length !== dimensions) {
      return [`a Float32Array of ${dimensions} or null for each input`, describeValue(vector)];
    }
    const bad = vector.find((element) => !Number.isFinite(element));
    if (bad !== undefined) return ["finite numbers", describeValue(bad)];
  }
  return undefined;
}
