// The bytes of a batch while it is written: one buffer that grows, little-endian, every section padded to 8 bytes.

const FIRST_BYTES = 1 << 16;

/** A growing buffer with a position. Its views are replaced when it grows, so they are never kept across `reserve`. */
export class BatchBuffer {
  bytes: Uint8Array;
  f64: Float64Array;
  f32: Float32Array;
  u32: Uint32Array;
  i64: BigInt64Array;
  /** Where the next section starts; a multiple of 8 between sections. */
  at = 0;
  /** The same bytes as Node's class, which stays out of the types of the package: whoever has no types of Node reads them too. */
  #node: Buffer;

  constructor(bytes: number = FIRST_BYTES) {
    const memory = new ArrayBuffer(align(bytes));
    this.#node = Buffer.from(memory);
    this.bytes = this.#node;
    this.f64 = new Float64Array(memory);
    this.f32 = new Float32Array(memory);
    this.u32 = new Uint32Array(memory);
    this.i64 = new BigInt64Array(memory);
  }

  /** How much it can hold without growing. */
  get capacity(): number {
    return this.bytes.length;
  }

  /** Makes room for `bytes` more after the position. */
  reserve(bytes: number): void {
    const needed = this.at + bytes;
    if (needed > this.bytes.length) this.#grow(needed);
  }

  /** Moves the position past `bytes` that were written, and clears what pads them to a multiple of 8. */
  advance(bytes: number): void {
    const end = this.at + bytes;
    this.at = align(end);
    this.bytes.fill(0, end, this.at);
  }

  /** Writes a text in UTF-8 at a place and returns how many bytes it took. */
  writeText(text: string, at: number): number {
    return this.#node.write(text, at);
  }

  /** Starts again, keeping the memory. */
  reset(): void {
    this.at = 0;
  }

  /** What was written, without a copy. */
  written(): Uint8Array {
    return new Uint8Array(this.bytes.buffer, 0, this.at);
  }

  #grow(needed: number): void {
    const next = new BatchBuffer(Math.max(needed, this.bytes.length * 2));
    // All of it: a section may be written far behind the position before the position moves past it.
    next.bytes.set(this.bytes);
    this.bytes = next.bytes;
    this.#node = next.#node;
    this.f64 = next.f64;
    this.f32 = next.f32;
    this.u32 = next.u32;
    this.i64 = next.i64;
  }
}

/** Buffers that wait for the next write, so that a steady stream of writes allocates nothing. */
export class BufferPool {
  readonly #free: BatchBuffer[] = [];

  /** A buffer that nobody else uses. */
  take(): BatchBuffer {
    return this.#free.pop() ?? new BatchBuffer();
  }

  /** Gives a buffer back, once the native module no longer reads it. Large ones are let go. */
  give(buffer: BatchBuffer): void {
    buffer.reset();
    if (this.#free.length < POOL_BUFFERS_MAX && buffer.capacity <= POOL_BYTES_MAX) this.#free.push(buffer);
  }
}

const POOL_BUFFERS_MAX = 2;
const POOL_BYTES_MAX = 32 << 20;

function align(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}
