// Makes a set of real vectors: text of the folders that are named, cut into chunks and embedded with the built-in model.
//
//   node bench/vectors/embed-texts.mjs --out real --rows 1000000 --queries 1000 folder another/folder
//   node bench/vectors/index.mjs --base real.base.f32 --queries real.queries.f32 --dimensions 256
//
// Chunks that are the same text are taken once. The queries are chunks too, held out by their hash: none of them is in the base.

import { createHash } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";
import { parseArgs } from "node:util";
import { builtin } from "varve/embeddings";
import { chunksOf, textFiles } from "./texts.mjs";

const AT_ONCE = 1024;

const { values, positionals: folders } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: "string" },
    rows: { type: "string", default: "1000000" },
    queries: { type: "string", default: "1000" },
    form: { type: "string", default: "f32" },
  },
});
if (values.out === undefined || folders.length === 0 || !["f32", "fvecs"].includes(values.form)) {
  console.error(
    "usage: node bench/vectors/embed-texts.mjs --out <start of the names> [--rows n] [--queries n] [--form f32|fvecs] <folder> ...",
  );
  process.exit(2);
}
const [rows, queries] = [Number(values.rows), Number(values.queries)];

const embedding = builtin();
const parts = { base: opened("base", rows), queries: opened("queries", queries) };
const told = new Map();
const seen = new Set();
const counts = { files: 0, chunks: 0, same: 0, unknown: 0 };

await readAll();
for (const part of Object.values(parts)) {
  await embed(part);
  closeSync(part.file);
}
tell();

async function readAll() {
  for (const file of textFiles(folders)) {
    const chunks = chunksOf(file);
    if (chunks.length > 0) counts.files += 1;
    for (const chunk of chunks) {
      counts.chunks += 1;
      const hash = createHash("sha1").update(chunk.replace(/\s+/g, " ")).digest();
      const key = hash.toString("base64", 0, 12);
      if (seen.has(key)) {
        counts.same += 1;
        continue;
      }
      seen.add(key);
      // A fifth more than are needed would fall to the queries, so that they come from nearly everywhere in the base.
      const held = hash.readUInt32LE(12) % Math.max(2, Math.floor(rows / queries / 1.2)) === 0;
      const part = held && !isFull(parts.queries) ? parts.queries : parts.base;
      part.waiting.push({ chunk, kind: file.kind });
      if (part.waiting.length >= AT_ONCE || isFull(part)) await embed(part);
      if (isFull(parts.base) && isFull(parts.queries)) return;
    }
  }
}

function opened(name, most) {
  const path = `${values.out}.${name}.${values.form}`;
  return { path, file: openSync(path, "w"), most, written: 0, waiting: [], distinct: new Set() };
}

function isFull(part) {
  return part.written + part.waiting.length >= part.most;
}

/** Embeds what waits and writes it; a chunk without a word that the model knows has no vector and is passed over. */
async function embed(part) {
  const waiting = part.waiting.splice(0);
  const texts = waiting.map(({ chunk }) => chunk);
  const vectors = texts.length === 0 ? [] : await embedding.embed(texts, { kind: "document" });
  vectors.forEach((vector, i) => {
    if (vector === null) counts.unknown += 1;
    if (vector === null) return;
    if (values.form === "fvecs") writeSync(part.file, Int32Array.of(vector.length));
    writeSync(part.file, bytesOf(vector));
    part.written += 1;
    part.distinct.add(createHash("sha1").update(bytesOf(vector)).digest("base64"));
    const { kind } = waiting[i];
    told.set(kind, (told.get(kind) ?? 0) + 1);
  });
}

function bytesOf(vector) {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
}

function tell() {
  const { files, chunks, same, unknown } = counts;
  console.log(
    `${files} files read, ${chunks} chunks: ${same} were the same text as another, ${unknown} had no known word`,
  );
  for (const { path, written, most, distinct } of Object.values(parts)) {
    const short = written < most ? `, ${most} were wanted` : "";
    console.log(
      `${path}: ${written} vectors of ${embedding.dimensions} dimensions, ${distinct.size} of them distinct${short}`,
    );
  }
  for (const [kind, count] of told) console.log(`  ${kind.padEnd(28)} ${count}`);
}
