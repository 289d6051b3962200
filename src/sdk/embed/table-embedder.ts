// What stands between a row and its vectors: what is embedded is made from the sources, duplicates are left out, and the function is called.

import { isSameEmbedder } from "../../embeddings/embedder-identity";
import type { EmbeddingInput, EmbeddingKind, EmbeddingRequest } from "../../embeddings/embedding-function";
import { VarveError } from "../../varve-error";
import { checkSignal } from "../call/progress";
import type { CallStart } from "../observe/call-event";
import type { Observers } from "../observe/observers";
import { sameFunction } from "../schema/same-embed";
import { type AnyTable, functionJson } from "../schema/table-definition";
import { type EmbedSpec, ownEntry, type TableSchema, type VectorField } from "../schema/table-schema";
import { readAnswer } from "./answer";
import type { Item } from "./batches";
import { cacheKeys } from "./cache-key";
import { DocumentRun, type FillOptions } from "./document-run";
import {
  badEmbeddings,
  embedderDiffers,
  embeddingFailed,
  functionDiffers,
  functionUnavailable,
  inputTooLong,
  revisionDiffers,
} from "./embed-errors";
import type { EmbeddingCache } from "./embedding-cache";
import type { NamedFunctions } from "./functions";
import { type EmbeddableCells, inputsOf, itemsOf } from "./inputs";
import { fitted, isTooLong } from "./long-text";
import type { Pace } from "./pace";
import { type RequestResult, request } from "./request";
import { type AnyFunction, concurrencyOf, isCheap, tokensOf } from "./traits";
import { type Outcome, orAborted, underwayOf } from "./underway";

/** What the embedding of all tables of a database shares. */
export interface EmbedServices {
  readonly functions: NamedFunctions;
  readonly cache: EmbeddingCache;
  readonly pace: Pace;
  /** Who watches the calls of the database. */
  readonly observers: Observers;
}

type EmbedStart = Omit<CallStart, "startedAt">;

/** Embeds for the derived columns of one table. */
export class TableEmbedder {
  readonly #table: string;
  readonly #definition: AnyTable | undefined;
  readonly #services: EmbedServices;
  /** Functions that came after the definition, by their columns. */
  readonly #later: ReadonlyMap<string, AnyFunction>;
  /** By the ids of their columns: versions may have other columns of one name. */
  readonly #functions = new Map<number, AnyFunction>();

  constructor(
    table: string,
    definition: AnyTable | undefined,
    services: EmbedServices,
    later: ReadonlyMap<string, AnyFunction> = new Map(),
  ) {
    this.#table = table;
    this.#definition = definition;
    this.#services = services;
    this.#later = later;
  }

  /** Fills the cells of derived columns that are still undefined; null where there is nothing to embed, or where that is deferred. */
  async fill(cells: EmbeddableCells, schema: TableSchema, options: FillOptions): Promise<void> {
    const deferred = new Set<number>();
    for (const field of schema.vectors()) {
      const vectors = cells.columns.get(field);
      if (field.embed === undefined || vectors === undefined || !vectors.includes(undefined)) continue;
      const items = itemsOf(inputsOf(field.embed, schema, cells, vectors), cells.numbers);
      await this.#embed(field, items, cells.numbers === undefined ? cells.base : 0, options);
      for (const [row, item] of items.entries()) {
        if (vectors[row] !== undefined) continue;
        if (item !== null && item.vector === undefined) deferred.add(row);
        vectors[row] = item?.vector ?? null;
      }
    }
    if (deferred.size > 0) options.onDeferredRows?.(deferred);
  }

  /** The vector of one input, for which somebody waits; null where the function has nothing to say about it. */
  async one(
    field: VectorField,
    input: EmbeddingInput,
    kind: EmbeddingKind,
    signal: AbortSignal | undefined,
  ): Promise<Float32Array | null> {
    const { observers } = this.#services;
    if (!observers.active) return await this.#one(field, input, kind, signal);
    const what = this.#told(kind === "query" ? kind : "documents", field, this.functionOf(field), 1);
    return await observers.call(
      what,
      () => this.#one(field, input, kind, signal),
      () => ({}),
    );
  }

  async #one(
    field: VectorField,
    input: EmbeddingInput,
    kind: EmbeddingKind,
    signal: AbortSignal | undefined,
  ): Promise<Float32Array | null> {
    const fn = this.functionOf(field);
    checkSignal(signal);
    const longText = field.embed?.longText;
    if (isTooLong(input, fn, longText)) {
      throw inputTooLong(this.#table, field.name, fn.name, tokensOf(input), fn.maxInputTokens ?? 0);
    }
    const sent = fitted(input, fn, longText);
    const asked = { kind, longText, signal };
    const make = async () => this.#read(field, fn, await this.#ask(fn, sent, asked));
    const key = isCheap(fn) ? undefined : cacheKeys(fn, longText, kind)(sent);
    // A function may not listen to its signal.
    const made = await orAborted(
      key === undefined ? make() : underwayOf(fn).share(key, signal, make),
      signal,
    );
    if ("vector" in made) return made.vector;
    throw embeddingFailed(this.#table, field.name, fn.name, made.failed);
  }

  #read(field: VectorField, fn: AnyFunction, result: RequestResult): Exclude<Outcome, undefined> {
    if ("failed" in result) return result;
    const read = readAnswer(result.answer, 1, field.type.dimensions);
    if ("vectors" in read) return { vector: read.vectors[0] ?? null };
    throw badEmbeddings(this.#table, field.name, fn.name, read.expected, read.found);
  }

  /** The function of a derived column; throws EMBEDDING_UNAVAILABLE. */
  functionOf(field: VectorField): AnyFunction {
    const known = this.#functions.get(field.id);
    if (known !== undefined) return known;
    const found = this.#resolve(field);
    if (found.dimensions !== field.type.dimensions) {
      throw functionDiffers(this.#table, field.name, field.type.dimensions, found.dimensions);
    }
    this.#functions.set(field.id, found);
    return found;
  }

  /** Whether the function of a derived column can be had. */
  knows(field: VectorField): boolean {
    try {
      this.functionOf(field);
      return true;
    } catch {
      return false;
    }
  }

  /** How many rows the functions of a table embed at once: batches of several times as many leave no call waiting for long. */
  rowsAtOnce(schema: TableSchema): number {
    const derived = schema.vectors().filter((field) => field.embed !== undefined);
    return Math.max(0, ...derived.map((field) => this.rowsOf(field)));
  }

  /** How many rows of one column are embedded at once; 0 if its function is not available or so cheap that it does not matter. */
  rowsOf(field: VectorField): number {
    try {
      const fn = this.functionOf(field);
      return isCheap(fn) ? 0 : fn.maxBatch * concurrencyOf(fn);
    } catch {
      return 0;
    }
  }

  async #embed(
    field: VectorField,
    items: readonly (Item | null)[],
    base: number | undefined,
    options: FillOptions,
  ): Promise<void> {
    const unique = [...new Set(items.filter((item) => item !== null))];
    if (unique.length === 0) return;
    const fn = this.#functionUnlessDeferred(field, options);
    if (fn === undefined) return;
    const { cache, pace, observers } = this.#services;
    const run = new DocumentRun({ table: this.#table, field, fn, pace, cache, base }, options);
    if (!observers.active) return await run.embed(unique);
    const what = this.#told("documents", field, fn, unique.length);
    await observers.call(
      what,
      () => run.embed(unique),
      () => run.taken,
    );
  }

  #told(operation: string, { name: column }: VectorField, fn: AnyFunction, inputs: number): EmbedStart {
    return { kind: "embed", operation, table: this.#table, column, function: fn.name, inputs };
  }

  #functionUnlessDeferred(
    field: VectorField,
    { onEmbedError, onDeferred }: FillOptions,
  ): AnyFunction | undefined {
    try {
      return this.functionOf(field);
    } catch (error) {
      if (onEmbedError !== "defer") throw error;
      onDeferred?.(error, true);
      return undefined;
    }
  }

  async #ask(fn: AnyFunction, input: EmbeddingInput, asked: EmbeddingRequest): Promise<RequestResult> {
    const { kind, longText, signal } = asked;
    if (!isCheap(fn)) {
      const { pace } = this.#services;
      return await request(fn, [input], { kind, longText, pace, signal, stop: signal });
    }
    try {
      return { answer: await fn.embed([input], asked) };
    } catch (error) {
      checkSignal(signal);
      return { failed: { error, failure: {}, attempts: 1, ms: 0 } };
    }
  }

  #resolve(field: VectorField): AnyFunction {
    const declared = this.#later.get(field.name) ?? ownEntry(this.#definition?.derived, field.name)?.function;
    if (field.embed === undefined) return declared as AnyFunction;
    // An older version may have had another column under the name.
    if (declared !== undefined && sameFunction(functionJson(declared), field.embed.function)) return declared;
    const found = this.#fromRegistry(field, field.embed);
    const stored = revisionOf(field.embed);
    if (stored !== undefined && found.revision !== undefined && found.revision !== stored) {
      throw revisionDiffers(this.#table, field.name, String(stored), found.revision);
    }
    const [kept, made] = [field.embed.function.config["embedder"], found.config["embedder"]];
    if (kept !== undefined && made !== undefined && !isSameEmbedder(kept, made))
      throw embedderDiffers(this.#table, field.name, kept, made);
    return found;
  }

  #fromRegistry(field: VectorField, { function: spec }: EmbedSpec): AnyFunction {
    try {
      return this.#services.functions.resolve(spec);
    } catch (error) {
      if (VarveError.is(error)) throw functionUnavailable(this.#table, field.name, error);
      throw embeddingFailed(this.#table, field.name, spec.name, { error });
    }
  }
}

/** The revision of the model that wrote a column; most functions have it in their config. */
function revisionOf({ function: spec }: EmbedSpec): unknown {
  return spec.revision ?? spec.config["revision"];
}
