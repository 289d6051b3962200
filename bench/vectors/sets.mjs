// Sets of vectors: made from a seed, or read from files of the usual forms.

import { readFileSync } from "node:fs";
import { clustered } from "./clustered.mjs";

/** A set: `base` and `queries` lie one behind the other. */
export function clusteredSet(rows, dimensions, queries) {
  return {
    name: `clustered, ${short(rows)} x ${dimensions}`,
    dimensions,
    rows,
    base: clustered(rows, dimensions),
    queries: clustered(queries, dimensions, 1),
  };
}

/** A set from two files: `.fvecs` (each vector with its length before it), `.f32` or `.f16` (nothing but the numbers). */
export function fileSet(base, queries, dimensions, most) {
  const vectors = readVectors(base, dimensions);
  const asked = readVectors(queries, dimensions).subarray(0, most * dimensions);
  return {
    name: `${base.split(/[/\\]/).slice(-2).join("/")}, ${short(vectors.length / dimensions)} x ${dimensions}`,
    dimensions,
    rows: vectors.length / dimensions,
    base: vectors,
    queries: asked,
  };
}

export function vectorAt(vectors, dimensions, i) {
  return vectors.subarray(i * dimensions, (i + 1) * dimensions);
}

export const short = (rows) => (rows >= 1e6 ? `${rows / 1e6} M` : `${Math.round(rows / 1000)} k`);

function readVectors(path, dimensions) {
  const bytes = readFileSync(path);
  const copy = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  if (path.endsWith(".f32")) return new Float32Array(copy);
  if (path.endsWith(".f16")) return Float32Array.from(new Uint16Array(copy), fromHalf);
  if (path.endsWith(".fvecs")) return withoutLengths(copy, dimensions);
  throw new Error(`${path}: vectors come in files named .fvecs, .f32 or .f16`);
}

function withoutLengths(buffer, dimensions) {
  const [lengths, numbers] = [new Int32Array(buffer), new Float32Array(buffer)];
  const rows = numbers.length / (dimensions + 1);
  const out = new Float32Array(rows * dimensions);
  for (let row = 0; row < rows; row += 1) {
    const start = row * (dimensions + 1);
    if (lengths[start] !== dimensions)
      throw new Error(`vector ${row} has ${lengths[start]} dimensions, not ${dimensions}`);
    out.set(numbers.subarray(start + 1, start + 1 + dimensions), row * dimensions);
  }
  return out;
}

function fromHalf(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
