// The embedding of many inputs: what the cache knows is taken from it, the rest goes to the function in batches, several at once. Every
// answer is kept as soon as it is there, so that what has been paid for is not lost with what fails.

import { explained } from "../../embeddings/support/request-failure";
import { onAbort } from "../../on-abort";
import { VarveError } from "../../varve-error";
import { checkSignal, type LongOptions } from "../call/progress";
import type { VectorField } from "../schema/table-schema";
import { readAnswer, type Vectors } from "./answer";
import { cutBatches, type Item } from "./batches";
import { cacheKeys } from "./cache-key";
import { badEmbeddings, embeddingFailed, inputTooLarge, inputTooLong } from "./embed-errors";
import type { EmbeddingCache } from "./embedding-cache";
import { concernsOneBatch, failureOf } from "./failure";
import { fitted, halved, isTooLong } from "./long-text";
import type { Pace } from "./pace";
import { type FailedRequest, type RequestResult, type RetryWait, request } from "./request";
import { type AnyFunction, concurrencyOf, isCheap, tokensOf } from "./traits";
import { copyOf, type Outcome, SHARED_ROUNDS, type Underway, underwayOf, unlessAborted } from "./underway";

/** What happens to rows that cannot be embedded: the write fails, or they are written without a vector. */
export type OnEmbedError = "throw" | "defer";

/** What a write says about its embedding. */
export interface FillOptions extends LongOptions {
  readonly onEmbedError?: OnEmbedError | undefined;
  /** Hears what was deferred: of a text or a batch, or, where it `ended` the run, of all that was left. */
  readonly onDeferred?: ((error: unknown, ended: boolean) => void) | undefined;
  /** Gets the rows that have no vector because that was deferred. */
  readonly onDeferredRows?: ((rows: ReadonlySet<number>) => void) | undefined;
  /** The number of the write, from the cache: what one write embeds is kept together. */
  readonly write?: number | undefined;
}

/** What is embedded for, and with what. */
export interface DocumentJob {
  readonly table: string;
  readonly field: VectorField;
  readonly fn: AnyFunction;
  readonly pace: Pace;
  readonly cache: EmbeddingCache;
  /** Which number the first row has in messages. */
  readonly base: number | undefined;
}

/** An item that somebody else embeds. */
interface Waiting {
  readonly item: Item;
  readonly outcome: Promise<Outcome>;
}

/** Refusals in a row, without an answer between them, after which the texts are not to blame. */
const REFUSALS = 64;

/** Embeds items once: they get their vectors, and keep none where that failed and is deferred. */
export class DocumentRun {
  readonly #job: DocumentJob;
  readonly #options: FillOptions;
  readonly #cached: boolean;
  /** Ends what waits, once the signal or a failure ends everything. */
  readonly #stop = new AbortController();
  #failure: { readonly error: unknown } | undefined;
  readonly #write: number;
  readonly #underway: Underway;
  /** The keys that nobody else embeds, because this run does. */
  readonly #claimed = new Set<string>();
  #refusals = 0;
  readonly #count = { done: 0, total: 0, cacheHits: 0, requests: 0, tokens: 0 };

  constructor(job: DocumentJob, options: FillOptions) {
    this.#job = job;
    this.#options = options;
    this.#cached = job.cache.enabled && !isCheap(job.fn);
    this.#write = options.write ?? job.cache.beginWrite();
    this.#underway = underwayOf(job.fn);
  }

  /** What it took. */
  get taken(): { readonly cacheHits: number; readonly requests: number; readonly tokens: number } {
    const { cacheHits, requests, tokens } = this.#count;
    return { cacheHits, requests, tokens };
  }

  /** Embeds them. */
  async embed(items: readonly Item[]): Promise<void> {
    const { signal } = this.#options;
    checkSignal(signal);
    this.#count.total = items.length;
    const fitting = this.#fitting(items);
    if (this.#cached) await this.#job.cache.ready();
    await this.#unlessAborted(this.#all(fitting));
    checkSignal(signal);
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Embeds items, or waits for others who are embedding them: once more where they fail, and then alone. */
  async #all(items: readonly Item[]): Promise<void> {
    let left = isCheap(this.#job.fn) ? items : this.#withKeys(items);
    for (let round = 0; left.length > 0 && !this.#stop.signal.aborted; round++) {
      left = await this.#round(left, round);
    }
  }

  /** The items for which it waited, and which are still without a vector. */
  async #round(items: readonly Item[], round: number): Promise<readonly Item[]> {
    const own: Item[] = [];
    const others: Waiting[] = [];
    for (const item of this.#withoutVector(items)) {
      const outcome = round < SHARED_ROUNDS ? this.#claim(item) : undefined;
      if (outcome === undefined) own.push(item);
      else others.push({ item, outcome });
    }
    const joined = this.#join(others, round);
    try {
      const queue = cutBatches(own, this.#job.fn);
      const workers = Math.min(concurrencyOf(this.#job.fn), queue.length);
      await Promise.all(Array.from({ length: workers }, () => this.#work(queue)));
    } finally {
      this.#giveUp();
    }
    return await joined;
  }

  #claim(item: Item): Promise<Outcome> | undefined {
    if (item.key === undefined) return undefined;
    const outcome = this.#underway.claim(item.key);
    if (outcome === undefined) this.#claimed.add(item.key);
    return outcome;
  }

  /** Tells those who wait for an item what became of it. */
  #settle({ key }: Item, outcome: Outcome): void {
    if (key !== undefined && this.#claimed.delete(key)) this.#underway.settle(key, outcome);
  }

  /** Lets others embed what was claimed and not embedded. */
  #giveUp(): void {
    for (const key of this.#claimed) this.#underway.settle(key, undefined);
    this.#claimed.clear();
  }

  /** Takes the vectors that others have made. */
  async #join(others: readonly Waiting[], round: number): Promise<readonly Item[]> {
    const left: Item[] = [];
    await Promise.all(
      others.map(async ({ item, outcome }) => {
        const made = await unlessAborted(outcome, this.#stop.signal);
        if (this.#stop.signal.aborted) return;
        if (made !== undefined && "vector" in made) {
          item.vector = copyOf(made.vector);
          this.#count.cacheHits += 1;
          this.#report(1);
        } else if (made !== undefined && round > 0) this.#fail(this.#failed([item], made.failed));
        else left.push(item);
      }),
    );
    return left;
  }

  /** The items that may be embedded; those that are too long are cut, refused, or left out where that is deferred. */
  #fitting(items: readonly Item[]): readonly Item[] {
    const { fn, field } = this.#job;
    const longText = field.embed?.longText;
    if (longText === undefined) return items;
    return items.filter((item) => {
      if (isTooLong(item.input, fn, longText)) {
        if (!this.#defers) throw this.#tooLong(item);
        this.#options.onDeferred?.(this.#tooLong(item), false);
        return false;
      }
      item.input = fitted(item.input, fn, longText);
      return true;
    });
  }

  #withKeys(items: readonly Item[]): readonly Item[] {
    const { fn, field } = this.#job;
    const keyOf = cacheKeys(fn, field.embed?.longText);
    for (const item of items) item.key = keyOf(item.input);
    return items;
  }

  /** The items that the cache does not know. */
  #withoutVector(items: readonly Item[]): readonly Item[] {
    if (!this.#cached) return items;
    const { cache } = this.#job;
    const missing = items.filter((item) => {
      const found = item.key === undefined ? undefined : cache.get(item.key, this.#write);
      if (found !== undefined) item.vector = found;
      return found === undefined;
    });
    this.#count.cacheHits += items.length - missing.length;
    if (missing.length < items.length) this.#report(items.length - missing.length);
    return missing;
  }

  async #work(queue: Item[][]): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const batch = queue.shift();
      if (batch === undefined) return;
      try {
        await this.#batch(batch);
      } catch (error) {
        this.#fail(error);
      }
    }
  }

  get #defers(): boolean {
    return this.#options.onEmbedError === "defer";
  }

  #fail(error: unknown): void {
    if (this.#stop.signal.aborted) return;
    if (!this.#defers) this.#failure = { error };
    const cause = VarveError.is(error) ? error.cause : error;
    const onlyThis = concernsOneBatch(failureOf(cause)) && this.#refusals < REFUSALS;
    if (this.#defers) this.#options.onDeferred?.(error, !onlyThis);
    if (!this.#defers || !onlyThis) this.#stop.abort();
  }

  /**
   * Embeds one batch. In halves where it is too large; and where failures are deferred also where it is refused, so that one bad text
   * does not keep the others from their vectors.
   */
  async #batch(items: readonly Item[]): Promise<void> {
    const result = await this.#request(items);
    if ("failed" in result) return await this.#refused(items, result.failed);
    this.#refusals = 0;
    this.#keep(items, this.#read(result.answer, items.length));
  }

  async #refused(items: readonly Item[], failed: FailedRequest): Promise<void> {
    const refused = concernsOneBatch(failed.failure);
    if (refused) this.#refusals += 1;
    const [only] = items;
    if (items.length === 1 && only !== undefined) return await this.#alone(only, failed);
    if (!failed.failure.tooLarge && !(this.#defers && refused)) throw this.#failed(items, failed);
    const half = Math.ceil(items.length / 2);
    await this.#part(items.slice(0, half));
    await this.#part(items.slice(half));
  }

  /** A part of a batch, which does not end the others where its failure is deferred. */
  async #part(items: readonly Item[]): Promise<void> {
    if (!this.#defers) return await this.#batch(items);
    if (this.#stop.signal.aborted) return;
    await this.#batch(items).catch((error: unknown) => this.#fail(error));
  }

  /** What becomes of an item that failed alone: it is cut shorter where it may be. */
  async #alone(item: Item, failed: FailedRequest): Promise<void> {
    if (!failed.failure.tooLarge) throw this.#failed([item], failed);
    const shorter = halved(item.input, this.#job.field.embed?.longText);
    if (shorter === undefined) throw this.#failed([item], failed, inputTooLarge);
    item.input = shorter;
    await this.#batch([item]);
  }

  #request(items: readonly Item[]): Promise<RequestResult> {
    const { fn, pace, field } = this.#job;
    const longText = field.embed?.longText;
    const inputs = items.map(({ input }) => input);
    const onCall = (): void => {
      this.#count.requests += 1;
      for (const input of inputs) this.#count.tokens += tokensOf(input);
    };
    const { signal } = this.#options;
    const stop = this.#stop.signal;
    const onWait = (wait: RetryWait): void => this.#reportWait(wait);
    return request(fn, inputs, { kind: "document", longText, pace, signal, stop, onCall, onWait });
  }

  #read(answer: unknown, count: number): Vectors {
    const { table, field, fn } = this.#job;
    const read = readAnswer(answer, count, field.type.dimensions);
    if ("vectors" in read) return read.vectors;
    throw badEmbeddings(table, field.name, fn.name, read.expected, read.found);
  }

  #keep(items: readonly Item[], vectors: Vectors): void {
    const entries: [string, Float32Array | null][] = [];
    for (const [index, item] of items.entries()) {
      const vector = vectors[index] ?? null;
      item.vector = vector;
      if (item.key !== undefined) entries.push([item.key, vector]);
    }
    if (this.#cached) this.#job.cache.add(entries, this.#write);
    for (const item of items) this.#settle(item, { vector: item.vector ?? null });
    this.#report(items.length);
  }

  #report(more: number): void {
    this.#count.done += more;
    if (this.#options.signal?.aborted) return;
    this.#options.onProgress?.({ stage: "embed", column: this.#job.field.name, ...this.#count });
  }

  #reportWait({ attempt, waitMs, error }: RetryWait): void {
    if (this.#stop.signal.aborted || this.#options.signal?.aborted) return;
    const { why: reason } = explained(error);
    const { name: column } = this.#job.field;
    this.#options.onProgress?.({ stage: "wait", column, ...this.#count, attempt, waitMs, reason });
  }

  #failed(items: readonly Item[], failed: FailedRequest, say = embeddingFailed): unknown {
    for (const item of items) this.#settle(item, { failed });
    if (this.#stop.signal.aborted) return failed.error;
    const { table, field, fn } = this.#job;
    const [only] = items;
    const row = items.length === 1 && only !== undefined ? this.#rowOf(only) : undefined;
    return say(table, field.name, fn.name, failed, row);
  }

  #tooLong(item: Item): VarveError {
    const { table, field, fn } = this.#job;
    const tokens = tokensOf(item.input);
    return inputTooLong(table, field.name, fn.name, tokens, fn.maxInputTokens ?? 0, this.#rowOf(item));
  }

  #rowOf({ row }: Item): number | undefined {
    const { base } = this.#job;
    return base === undefined ? undefined : base + row;
  }

  /** Waits for the work, unless the signal is aborted first; calls that do not end then still fill the cache. */
  async #unlessAborted(work: Promise<unknown>): Promise<void> {
    const { signal } = this.#options;
    let forget = (): void => undefined;
    const aborted = new Promise<void>((resolve) => {
      const end = (): void => {
        this.#stop.abort();
        this.#giveUp();
        resolve();
      };
      forget = onAbort(signal, end);
      if (signal?.aborted) end();
    });
    await Promise.race([work, aborted]).finally(forget);
  }
}
