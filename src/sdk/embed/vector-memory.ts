/** What an entry takes beside its vector, roughly. */
const ENTRY_BYTES = 128;

/** Vectors by key, bounded in bytes: those that were not asked for longest go first. */
export class VectorMemory {
  readonly #maxBytes: number;
  readonly #vectors = new Map<string, Float32Array | null>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** How many vectors there are. */
  get size(): number {
    return this.#vectors.size;
  }

  /** How many bytes they take. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The vector with a key; undefined where there is none. */
  get(key: string): Float32Array | null | undefined {
    const found = this.#vectors.get(key);
    if (found === undefined) return undefined;
    this.#vectors.delete(key);
    this.#vectors.set(key, found);
    return found;
  }

  /** Keeps a copy of a vector. */
  set(key: string, vector: Float32Array | null): void {
    this.#remove(key);
    this.#vectors.set(key, vector === null ? null : vector.slice());
    this.#bytes += sizeOf(vector);
    for (const oldest of this.#vectors.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#remove(oldest);
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.#vectors.clear();
    this.#bytes = 0;
  }

  #remove(key: string): void {
    const found = this.#vectors.get(key);
    if (found === undefined) return;
    this.#vectors.delete(key);
    this.#bytes -= sizeOf(found);
  }
}

function sizeOf(vector: Float32Array | null): number {
  return ENTRY_BYTES + (vector?.byteLength ?? 0);
}
