// Sets of vectors: made from a seed, or read from files of the usual forms. `base` is a file, `queries` lie one behind the other in memory.

import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { clusteredBatches } from "./clustered.mjs";
import { VectorFile } from "./vector-file.mjs";

/** Clustered vectors, written into a folder. */
export function clusteredSet(rows, dimensions, queries, folder) {
  const path = join(folder, "base.f32");
  writeAll(clusteredBatches(rows, dimensions), path);
  const [asked] = clusteredBatches(queries, dimensions, 1, queries);
  return set(`clustered, ${short(rows)} x ${dimensions}`, new VectorFile(path, dimensions), asked);
}

/** A set from two files: `.fvecs`, `.f32` or `.f16`. */
export function fileSet(base, queries, dimensions, most) {
  const [vectors, asked] = [new VectorFile(base, dimensions), new VectorFile(queries, dimensions)];
  const name = base.split(/[/\\]/).slice(-2).join("/");
  return set(
    `${name}, ${short(vectors.rows)} x ${dimensions}`,
    vectors,
    asked.read(0, Math.min(most, asked.rows)),
  );
}

/** Writes the vectors of a file of any form as 32-bit floats. */
export function writeFloats(vectors, path) {
  const batches = function* () {
    for (const batch of vectors.batches()) yield batch.vectors;
  };
  writeAll(batches(), path);
}

function writeAll(batches, path) {
  const file = openSync(path, "w");
  for (const vectors of batches)
    writeSync(file, new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength));
  closeSync(file);
}

function set(name, base, queries) {
  return { name, dimensions: base.dimensions, rows: base.rows, base, queries };
}

export function vectorAt(vectors, dimensions, i) {
  return vectors.subarray(i * dimensions, (i + 1) * dimensions);
}

export const short = (rows) => (rows >= 1e6 ? `${rows / 1e6} M` : `${Math.round(rows / 1000)} k`);
