/** What an entry takes beside its vector, roughly. */
const ENTRY_BYTES = 128;

/** The vectors that one write used. */
interface Used {
  readonly vectors: Map<string, Float32Array | null>;
  /** The keys in the order in which they came; some may have been used by a later write since. */
  readonly keys: string[];
}

/**
 * Vectors by key, bounded in bytes. Those of the write that used them longest ago go first, and of one write those that came last: so a
 * write that is larger than the memory finds the beginning of it when it is tried again, instead of nothing.
 */
export class VectorMemory {
  readonly #maxBytes: number;
  /** By write, the one that began first in front. */
  readonly #writes = new Map<number, Used>();
  readonly #writeOf = new Map<string, number>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** How many vectors there are. */
  get size(): number {
    return this.#writeOf.size;
  }

  /** How many bytes they take. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The vector with a key, which this write uses; undefined where there is none. */
  get(key: string, write: number): Float32Array | null | undefined {
    const before = this.#writeOf.get(key);
    if (before === undefined) return undefined;
    const vector = this.#writes.get(before)?.vectors.get(key) ?? null;
    if (before < write) {
      this.#remove(key, before);
      this.#put(key, vector, write);
    }
    return vector;
  }

  /** Keeps a copy of a vector; says whether there was room. */
  set(key: string, vector: Float32Array | null, write: number): boolean {
    const before = this.#writeOf.get(key);
    if (before !== undefined) this.#remove(key, before);
    if (!this.#makeRoom(sizeOf(vector), write)) return false;
    this.#put(key, vector === null ? null : vector.slice(), write);
    return true;
  }

  /** Takes in what an earlier process kept, oldest first: as many of the newest as there is room for. */
  load(entries: readonly (readonly [string, Float32Array | null])[]): void {
    let bytes = 0;
    const first = entries.findLastIndex(([, vector]) => {
      bytes += sizeOf(vector);
      return bytes > this.#maxBytes;
    });
    for (const [key, vector] of entries.slice(first + 1)) this.set(key, vector, 0);
  }

  /** Forgets everything. */
  clear(): void {
    this.#writes.clear();
    this.#writeOf.clear();
    this.#bytes = 0;
  }

  /** Lets vectors of earlier writes go until there is room; there is none where all are of this write. */
  #makeRoom(bytes: number, write: number): boolean {
    while (this.#bytes + bytes > this.#maxBytes) {
      const [oldest] = this.#writes;
      if (oldest === undefined || oldest[0] >= write) return false;
      const [number, { keys }] = oldest;
      const last = keys.pop();
      if (last === undefined) this.#writes.delete(number);
      else if (this.#writeOf.get(last) === number) this.#remove(last, number);
    }
    return true;
  }

  #put(key: string, vector: Float32Array | null, write: number): void {
    const used: Used = this.#writes.get(write) ?? { vectors: new Map(), keys: [] };
    this.#writes.set(write, used);
    used.vectors.set(key, vector);
    used.keys.push(key);
    this.#writeOf.set(key, write);
    this.#bytes += sizeOf(vector);
  }

  #remove(key: string, write: number): void {
    const used = this.#writes.get(write);
    this.#bytes -= sizeOf(used?.vectors.get(key) ?? null);
    used?.vectors.delete(key);
    this.#writeOf.delete(key);
    if (used?.vectors.size === 0) this.#writes.delete(write);
  }
}

function sizeOf(vector: Float32Array | null): number {
  return ENTRY_BYTES + (vector?.byteLength ?? 0);
}
