// Writes rows into a table. A small write is sent as one batch; large writes and streams are staged in batches of limited size. Either way
// the result is one commit.

import { isPlainObject } from "../../realm";
import { toCommitJson, toWriteResult, type WriteResult } from "../call/commit";
import { noPrimaryKey } from "../call/errors";
import { checkSignal, type Progress, reportCommitted } from "../call/progress";
import type { FillOptions } from "../embed/document-run";
import type { TableHandle } from "../handle/table-handle";
import { callAsync } from "../native/call";
import type { NativeWriter } from "../native/open";
import type { FilterJson } from "../query/check-filter";
import type { AnyTable } from "../schema/table-definition";
import { type Field, namesOf, type VectorField } from "../schema/table-schema";
import { commitFilled, fillMissing } from "./missing-vectors";
import { OpenBatch } from "./open-batch";
import { rowFilter } from "./row-filter";
import { takeRows } from "./row-source";
import type { InsertOptions, UpsertOptions } from "./write-options";

export type { OneOrMore, RowSource } from "./row-source";

/** Writes rows as one commit. Everything that is passed in is read before the first await, except for the rows of an iterable. */
export async function writeRows(
  handle: TableHandle,
  kind: "insert" | "upsert",
  rows: unknown,
  options: UpsertOptions<AnyTable>,
): Promise<WriteResult> {
  const { onDuplicate = "error", ifVersion, vectors = false, merge } = options;
  if (onDuplicate !== "error" && handle.schema.primaryKey === null) throw noPrimaryKey(handle.name);
  checkSignal(options.signal);
  const columns = namesOf(handle.schema.fields.filter((field) => field.declared));
  const request = { kind, columns, onDuplicate, ...toCommitJson(options) };
  const ending = kind === "insert" ? () => undefined : endingOf(handle, rows, options.delete);
  const computed = handle.computed();
  // If rows may stay unchanged, or be refused before they are embedded, the engine decides which ones to embed.
  const mayChange = kind === "upsert" || ifVersion !== undefined;
  const asks = onDuplicate !== "error" || (mayChange && computed.length > 0);
  const taken = { ownVectors: vectors, merge, computed: new Set<Field>(asks ? [] : computed) };
  const batches = takeRows(handle, rows, taken);
  const writer = new Batches(handle, options, handle.options.services.cache.beginWrite());
  try {
    if (asks) return await writer.writeAsked(request, computed, batches, ending);
    const first = await batches.next();
    if (first.done) {
      const filter = ending();
      if (filter === undefined && ifVersion === undefined) return await nothingWritten(handle);
      const cells = handle.encoder.gather([], 0, taken);
      const none = new OpenBatch(handle, cells, handle.buffers.take());
      return await writer.writeOne({ ...request, ending: filter }, none);
    }
    const second = await batches.next();
    if (second.done) return await writer.writeOne({ ...request, ending: ending() }, first.value);
    return await writer.writeStaged(request, chain([first.value, second.value], batches), ending);
  } finally {
    // Tells the source of the rows that no more are wanted.
    await batches.return();
  }
}

/**
 * Which other rows the commit removes. If the rows come from an iterable, a filter function is called after the last of them, because the
 * source may not know before then what is gone.
 */
function endingOf(handle: TableHandle, rows: unknown, where: unknown): () => FilterJson | undefined {
  if (where === undefined) return () => undefined;
  const all = handle.schema.get("all") === undefined && meansAll(where);
  const compile = (): FilterJson => rowFilter(handle, "upsert", all ? { all } : { where });
  const later = !Array.isArray(rows) && [where].flat().some((one) => typeof one === "function");
  if (later) return compile;
  const filter = compile();
  return () => filter;
}

/** Whether the filter is `{ all: true }`. The caller makes sure that the table has no column of that name. */
function meansAll(where: unknown): boolean {
  return isPlainObject(where) && Object.keys(where).join() === "all" && where["all"] === true;
}

/** The result of a write that has nothing to write. */
export async function nothingWritten(handle: TableHandle): Promise<WriteResult> {
  const { version, committedAt } = await handle.info();
  return toWriteResult(JSON.stringify({ version, committedAt }));
}

class Batches {
  readonly #handle: TableHandle;
  readonly #options: FillOptions;
  #written = 0;
  #deferred = 0;

  constructor(handle: TableHandle, { signal, onProgress, onEmbedError }: InsertOptions, write: number) {
    this.#handle = handle;
    const onDeferredRows = (rows: ReadonlySet<number>): void => {
      this.#deferred += rows.size;
    };
    this.#options = { signal, onProgress, onEmbedError, write, onDeferredRows };
  }

  async writeOne(request: object, batch: OpenBatch): Promise<WriteResult> {
    const { rows } = batch;
    const bytes = await this.#finish(batch);
    const write = () => this.#handle.write(JSON.stringify(request), bytes);
    const result = await this.#use(batch, write);
    this.#reportCommitted(rows);
    return toWriteResult(result, this.#deferred);
  }

  async writeStaged(
    request: object,
    batches: AsyncIterable<OpenBatch>,
    ending: () => FilterJson | undefined,
  ): Promise<WriteResult> {
    const start = () => this.#handle.native.stage(JSON.stringify(request), null);
    const writer: NativeWriter = await callAsync(start);
    let filter: FilterJson | undefined;
    let adding: Promise<void> = Promise.resolve();
    try {
      for await (const batch of batches) {
        // This batch is embedded while the previous one is written.
        const bytes = await this.#finish(batch);
        await adding.catch((error: unknown) => this.#drop(batch, error));
        adding = this.#add(writer, batch, bytes);
        adding.catch(() => undefined);
      }
      await adding;
      checkSignal(this.#options.signal);
      filter = ending();
    } catch (error) {
      await adding.catch(() => undefined);
      await writer.abort().catch(() => undefined);
      throw error;
    }
    const ended = filter === undefined ? null : JSON.stringify(filter);
    return toWriteResult(await callAsync(() => writer.commit(ended)), this.#deferred);
  }

  /** Writes rows, and embeds those that the engine asks for. */
  async writeAsked(
    request: object,
    computed: readonly VectorField[],
    batches: AsyncIterable<OpenBatch> | Iterable<OpenBatch>,
    ending: () => FilterJson | undefined,
  ): Promise<WriteResult> {
    const handle = this.#handle;
    const derived = computed.map((field) => field.id);
    const body = JSON.stringify({ ...request, derived });
    const writer: NativeWriter = await callAsync(() => handle.native.stage(body, null));
    // The number of rows in the last batch. If it is the only batch, progress is reported once it is committed.
    let last = 0;
    try {
      for await (const batch of batches) {
        if (last > 0) this.#report(last);
        const bytes = await this.#finish(batch);
        await this.#use(batch, () => callAsync(() => writer.add(bytes)));
        await fillMissing(handle, writer, computed, this.#options);
        last = batch.rows;
      }
      if (this.#written > 0) this.#report(last);
      checkSignal(this.#options.signal);
      const filter = ending();
      const ended = filter === undefined ? null : JSON.stringify(filter);
      const result = await commitFilled(handle, writer, computed, this.#options, ended);
      if (this.#written === 0) this.#reportCommitted(last);
      return toWriteResult(result);
    } catch (error) {
      await writer.abort().catch(() => undefined);
      throw error;
    }
  }

  async #add(writer: NativeWriter, batch: OpenBatch, bytes: Uint8Array): Promise<void> {
    await this.#use(batch, () => callAsync(() => writer.add(bytes)));
    this.#report(batch.rows);
  }

  /** Passes a batch on, and takes its memory back afterwards. */
  async #use<T>(batch: OpenBatch, use: () => Promise<T>): Promise<T> {
    try {
      checkSignal(this.#options.signal);
      return await use();
    } finally {
      this.#handle.buffers.give(batch.buffer);
    }
  }

  async #finish(batch: OpenBatch): Promise<Uint8Array> {
    try {
      checkSignal(this.#options.signal);
      return await batch.finish(this.#options);
    } catch (error) {
      this.#drop(batch, error);
    }
  }

  #drop({ buffer }: OpenBatch, error: unknown): never {
    this.#handle.buffers.give(buffer);
    throw error;
  }

  /** Reports a write in one batch. */
  #reportCommitted(rows: number): void {
    reportCommitted(this.#options.onProgress, { ...this.#progress(rows), total: rows });
  }

  #report(rows: number): void {
    this.#options.onProgress?.(this.#progress(rows));
  }

  #progress(rows: number): Progress {
    this.#written += rows;
    return { stage: "write", done: this.#written };
  }
}

async function* chain<T>(
  first: readonly T[],
  rest: AsyncIterable<T> | Iterable<T>,
): AsyncGenerator<T, void, void> {
  yield* first;
  yield* rest;
}
