// Vectors in a file, read where they are needed: a set may be larger than what fits beside a table in memory.

import { fstatSync, openSync, readSync } from "node:fs";

/** What one call reads at most: Node reads no more than 2 GiB at once. */
const AT_ONCE = 1 << 28;

/** How the files of each form hold a vector: bytes before it, bytes of a number. */
const FORMS = { f32: [0, 4], f16: [0, 2], fvecs: [4, 4] };

/** The vectors of a `.fvecs` file (each with its length before it), or of a `.f32` or `.f16` one (nothing but the numbers). */
export class VectorFile {
  #file;
  #form;
  #stride;

  constructor(path, dimensions) {
    this.#form = path.split(".").at(-1);
    const form = FORMS[this.#form];
    if (form === undefined) throw new Error(`${path}: vectors come in files named .fvecs, .f32 or .f16`);
    this.path = path;
    this.dimensions = dimensions;
    this.#file = openSync(path);
    this.#stride = form[0] + form[1] * dimensions;
    this.rows = fstatSync(this.#file).size / this.#stride;
    if (!Number.isInteger(this.rows))
      throw new Error(`${path} does not hold vectors of ${dimensions} dimensions`);
  }

  /** The bytes of the vectors as 32-bit floats. */
  get byteLength() {
    return this.rows * this.dimensions * 4;
  }

  at(row) {
    return this.read(row, 1);
  }

  /** Vectors one behind the other. */
  read(first, count) {
    const out = new Float32Array(count * this.dimensions);
    const step = Math.max(1, Math.floor(AT_ONCE / this.#stride));
    for (let from = 0; from < count; from += step) {
      const rows = Math.min(step, count - from);
      const target = out.subarray(from * this.dimensions, (from + rows) * this.dimensions);
      this.#fill(target, first + from, rows);
    }
    return out;
  }

  /** All vectors, `size` at a time: the number of the first, and they. */
  *batches(size = 10_000) {
    for (let from = 0; from < this.rows; from += size)
      yield { from, vectors: this.read(from, Math.min(size, this.rows - from)) };
  }

  #fill(target, first, rows) {
    const direct = this.#form === "f32";
    const bytes = direct
      ? new Uint8Array(target.buffer, target.byteOffset, target.byteLength)
      : new Uint8Array(rows * this.#stride);
    let at = 0;
    while (at < bytes.length) {
      const read = readSync(this.#file, bytes, at, bytes.length - at, first * this.#stride + at);
      if (read === 0) throw new Error(`${this.path} ends before vector ${first + rows}`);
      at += read;
    }
    if (this.#form === "f16") widen(new Uint16Array(bytes.buffer), target);
    if (this.#form === "fvecs") this.#withoutLengths(target, bytes.buffer, first);
  }

  #withoutLengths(target, buffer, first) {
    const [lengths, numbers, { dimensions }] = [new Int32Array(buffer), new Float32Array(buffer), this];
    for (let row = 0, at = 0; at < lengths.length; row += 1, at += dimensions + 1) {
      if (lengths[at] !== dimensions)
        throw new Error(
          `vector ${first + row} of ${this.path} has ${lengths[at]} dimensions, not ${dimensions}`,
        );
      target.set(numbers.subarray(at + 1, at + 1 + dimensions), row * dimensions);
    }
  }
}

/** All numbers that 16 bits can hold, by their bits; made when first asked for. */
let halves;

function widen(bits, target) {
  halves ??= Float32Array.from({ length: 1 << 16 }, (_, half) => fromHalf(half));
  for (let i = 0; i < bits.length; i += 1) target[i] = halves[bits[i]];
}

function fromHalf(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
