// The way of rows into a table: small writes go as one batch, large ones and streams are staged in bounded batches. Either way it is one
// commit.

import { isError } from "../realm";
import { type CommitOptions, toCommitJson, toWriteResult, type WriteResult } from "./commit";
import type { FillOptions, OnEmbedError } from "./embed/document-run";
import { badArgument } from "./errors";
import { callAsync } from "./native/call";
import type { NativeWriter } from "./native/open";
import { OpenBatch } from "./open-batch";
import { checkSignal, type LongOptions } from "./progress";
import type { FilterJson } from "./query/check-filter";
import { takeRows } from "./row-source";
import { isPlainObject } from "./schema/plain";
import { describeValue } from "./schema/wire-value";
import type { TableHandle } from "./table-handle";

/** What a write takes. */
export interface WriteOptions extends CommitOptions, LongOptions {}

/** What a write of rows takes, before its types. */
export interface RowWriteOptions extends WriteOptions {
  readonly vectors?: boolean | undefined;
  readonly onEmbedError?: OnEmbedError | undefined;
}

export type { RowSource } from "./row-source";

/** Writes rows as one commit. Everything that is passed in is read before this waits for anything, but for the rows of an iterable. */
export async function writeRows(
  handle: TableHandle,
  kind: "insert" | "upsert",
  rows: unknown,
  options: RowWriteOptions & { readonly delete?: unknown },
): Promise<WriteResult> {
  checkOnEmbedError(options.onEmbedError);
  checkSignal(options.signal);
  const request = { kind, ...toCommitJson(options) };
  const ending = kind === "insert" ? () => undefined : endingOf(handle, rows, options.delete);
  const batches = takeRows(handle, rows, options.vectors ?? false);
  const writer = new Batches(handle, options, handle.options.services.cache.beginWrite());
  try {
    const first = await batches.next();
    if (first.done) {
      const filter = ending();
      if (filter === undefined) return await nothingWritten(handle);
      const none = new OpenBatch(handle, handle.encoder.gather([], 0, false), handle.buffers.take());
      return await writer.writeOne({ ...request, ending: filter }, none);
    }
    const second = await batches.next();
    if (second.done) return await writer.writeOne({ ...request, ending: ending() }, first.value);
    return await writer.writeStaged(request, chain([first.value, second.value], batches), ending);
  } finally {
    // Whoever makes the rows is told when no more are wanted.
    await batches.return();
  }
}

/**
 * Which other rows end in the same commit. Beside an iterable a function is called when all rows have been taken: whoever makes them may
 * only then know what is gone.
 */
function endingOf(handle: TableHandle, rows: unknown, where: unknown): () => FilterJson | undefined {
  if (where === undefined) return () => undefined;
  const all = handle.schema.get("all") === undefined && meansAll(where);
  const compile = (): FilterJson => handle.reader.filterOfSome("upsert", all ? { all } : { where });
  const later = !Array.isArray(rows) && [where].flat().some((one) => typeof one === "function");
  if (later) return compile;
  const filter = compile();
  return () => filter;
}

/** `{ all: true }`, in a table that has no column of that name. */
function meansAll(where: unknown): boolean {
  return isPlainObject(where) && Object.keys(where).join() === "all" && where["all"] === true;
}

function checkOnEmbedError(found: unknown): void {
  if (found === undefined || found === "throw" || found === "defer") return;
  throw badArgument("onEmbedError", '"throw" or "defer"', describeValue(found));
}

/** The answer of a write that has nothing to write. */
export async function nothingWritten(handle: TableHandle): Promise<WriteResult> {
  const { version, committedAt } = await handle.info();
  return toWriteResult(JSON.stringify({ version, committedAt }));
}

class Batches {
  readonly #handle: TableHandle;
  readonly #options: FillOptions;
  #written = 0;
  #deferred = 0;

  constructor(handle: TableHandle, { signal, onProgress, onEmbedError }: RowWriteOptions, write: number) {
    this.#handle = handle;
    const onDeferredRows = (rows: number): void => {
      this.#deferred += rows;
    };
    this.#options = { signal, onProgress, onEmbedError, write, onDeferredRows };
  }

  async writeOne(request: object, batch: OpenBatch): Promise<WriteResult> {
    const { rows } = batch;
    const bytes = await this.#finish(batch);
    const write = () => this.#handle.native.write(JSON.stringify(request), bytes);
    const result = await this.#use(batch, () => callAsync(write));
    try {
      this.#report(rows, rows);
    } catch (error) {
      // The rows are committed: whoever watches cannot undo that by failing.
      process.emitWarning(isError(error) ? error : String(error));
    }
    return toWriteResult(result, this.#deferred);
  }

  async writeStaged(
    request: object,
    batches: AsyncIterable<OpenBatch>,
    ending: () => FilterJson | undefined,
  ): Promise<WriteResult> {
    const start = () => this.#handle.native.stage(JSON.stringify(request));
    const writer: NativeWriter = await callAsync(start);
    let filter: FilterJson | undefined;
    let adding: Promise<void> = Promise.resolve();
    try {
      for await (const batch of batches) {
        // The next batch is embedded while the one before it is written.
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

  async #add(writer: NativeWriter, batch: OpenBatch, bytes: Uint8Array): Promise<void> {
    await this.#use(batch, () => callAsync(() => writer.add(bytes)));
    this.#report(batch.rows);
  }

  /** Hands a batch on; its memory is used again once that is done. */
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

  #report(rows: number, total?: number): void {
    this.#written += rows;
    this.#options.onProgress?.({
      stage: "write",
      done: this.#written,
      ...(total === undefined ? {} : { total }),
    });
  }
}

async function* chain<T>(
  first: readonly T[],
  rest: AsyncIterable<T> | Iterable<T>,
): AsyncGenerator<T, void, void> {
  yield* first;
  yield* rest;
}
