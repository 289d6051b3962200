import { setImmediate } from "node:timers/promises";
import { refuseMore } from "../../own-options";
import { cacheNotCleared } from "./embed-errors";
import { VectorLog } from "./vector-log";
import { VectorMemory } from "./vector-memory";

/** How a cache is bounded. */
export interface EmbeddingCacheOptions {
  /**
   * The most bytes in memory, and as many again on disk.
   * @default 64 MB
   */
  readonly maxBytes?: number | undefined;
}

/** What a cache holds. */
export interface EmbeddingCacheStats {
  /** How many vectors are in memory. */
  readonly entries: number;
  /** How many bytes of memory they take. */
  readonly bytes: number;
  /** How many bytes of the disk they take. */
  readonly diskBytes: number;
  /** The most bytes in memory, and on disk. */
  readonly maxBytes: number;
  /** How often a vector was there. */
  readonly hits: number;
  /** How often it was not. */
  readonly misses: number;
}

/**
 * Keeps what was embedded, so that no text is paid for twice: not when a write fails and is tried again, and not when a text comes
 * back. It holds hashes and vectors, never a text. In a folder it is kept beside the tables. See `db.embeddingCache`.
 */
export class EmbeddingCache {
  readonly #maxBytes: number;
  readonly #memory: VectorMemory;
  /** The files, also where this process does not use them: they are cleared all the same. */
  readonly #log: VectorLog | undefined;
  #usesFiles: boolean;
  /** Everything that is done to the files, one after another. */
  #files: Promise<void> | undefined;
  #lastWrite = 0;
  #hits = 0;
  #misses = 0;

  /** @internal */
  constructor(maxBytes: number, folder: string | undefined) {
    this.#maxBytes = maxBytes;
    this.#memory = new VectorMemory(maxBytes);
    this.#log = folder === undefined ? undefined : new VectorLog(folder, maxBytes);
    this.#usesFiles = this.#log !== undefined && maxBytes > 0;
  }

  /** What it holds. */
  async stats(...more: readonly never[]): Promise<EmbeddingCacheStats> {
    refuseMore("stats", more);
    await this.ready();
    const { size: entries, bytes } = this.#memory;
    const diskBytes = this.#usesFiles ? ((await this.#log?.bytes()) ?? 0) : 0;
    return { entries, bytes, diskBytes, maxBytes: this.#maxBytes, hits: this.#hits, misses: this.#misses };
  }

  /** Forgets everything, in memory and on disk. */
  async clear(...more: readonly never[]): Promise<void> {
    refuseMore("clear", more);
    await this.ready();
    this.#memory.clear();
    try {
      await this.#log?.clear();
    } catch (error) {
      throw cacheNotCleared(error);
    }
  }

  /** @internal Whether it can hold anything. */
  get enabled(): boolean {
    return this.#maxBytes > 0;
  }

  /** @internal Waits for the files. */
  async ready(): Promise<void> {
    this.#files ??= this.#load();
    await this.#files;
  }

  /** @internal Waits for what is being written. */
  async flush(): Promise<void> {
    await this.#files;
  }

  /** @internal The number of a write that begins: what it uses is kept together, and longer than what was used before. */
  beginWrite(): number {
    this.#lastWrite += 1;
    return this.#lastWrite;
  }

  /** @internal The vector with a key, for a write; undefined where there is none. */
  get(key: string, write: number): Float32Array | null | undefined {
    const found = this.#memory.get(key, write);
    if (found === undefined) this.#misses += 1;
    else this.#hits += 1;
    return found;
  }

  /** @internal Keeps the vectors of a write for which there is room; on disk a little later. */
  add(entries: readonly (readonly [string, Float32Array | null])[], write: number): void {
    const kept = entries.filter(([key, vector]) => this.#memory.set(key, vector, write));
    if (kept.length > 0) void this.#then((log) => log.append(kept));
  }

  async #load(): Promise<void> {
    if (!this.#usesFiles) return;
    const entries = (await this.#log?.read().catch(() => [])) ?? [];
    this.#memory.load(entries);
  }

  /** Writes after what is being written. A disk that refuses is left alone from then on: a cache is no reason for a write to fail. */
  #then(work: (log: VectorLog) => Promise<void>): Promise<void> {
    const before = this.#files ?? Promise.resolve();
    this.#files = before.then(async () => {
      if (this.#log === undefined || !this.#usesFiles) return;
      // Calls that wait for their turn begin first.
      await setImmediate();
      await work(this.#log).catch(() => {
        this.#usesFiles = false;
      });
    });
    return this.#files;
  }
}
