// Texts of about 1 KB: sentences of the documents that the packages of this repository ship, drawn from a seed, each text with a code of its own.
// Words are as frequent as they are in those documents. Row `n` is the same text however many rows there are.

import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { random } from "../../support.mjs";
import { bucketOf } from "../../vectors/filled.mjs";
import { chunksOf, textFiles } from "../../vectors/texts.mjs";

/** Sentences are gathered up to so many characters. */
const POOL_CHARS = 24 << 20;
const TEXT_CHARS = 1000;
/** Sentences in a row from one place, so that words stand beside those they belong to. */
const RUN = 4;
const BATCH = 1000;

const modules = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Writes the texts, a line each, and says what they are; `text(n)` of what is returned makes one of them again. */
export function writeTexts(folder, rows) {
  const pool = sentences();
  const text = (row) => textOf(pool, row);
  const file = openSync(join(folder, "texts.jsonl"), "w");
  let bytes = 0;
  for (let from = 0; from < rows; from += BATCH) {
    let lines = "";
    for (let row = from; row < Math.min(rows, from + BATCH); row += 1) {
      const body = text(row);
      bytes += Buffer.byteLength(body);
      lines += `${JSON.stringify(body)}\n`;
    }
    writeSync(file, lines);
  }
  closeSync(file);
  const name = `${rows} texts of ${(bytes / rows).toFixed(0)} bytes, drawn from ${pool.length} sentences of the documents of npm packages`;
  return { text, bytes, name };
}

/** Different sentences of prose and comments; none of source code, whose lines say less. */
function sentences() {
  const seen = new Set();
  let chars = 0;
  for (const file of textFiles([modules("../../../node_modules")])) {
    if (file.kind === "source code") break;
    for (const chunk of chunksOf(file)) {
      for (const one of chunk.split(/(?<=[.!?])\s+|\n/)) {
        if (one.length < 30 || one.length > 400 || seen.has(one)) continue;
        seen.add(one);
        chars += one.length;
      }
    }
    if (chars >= POOL_CHARS) break;
  }
  return [...seen];
}

function textOf(pool, row) {
  const next = random(row + 1);
  let text = `Reference ${codeOf(row)}.`;
  while (text.length < TEXT_CHARS) {
    const at = Math.floor(next() * pool.length);
    for (let i = 0; i < RUN && text.length < TEXT_CHARS; i += 1) text += ` ${pool[(at + i) % pool.length]}`;
  }
  return text;
}

/** A code that one row has. */
export function codeOf(row) {
  const letter = (n) => String.fromCharCode(65 + (n % 26));
  return `${letter(row)}${letter(row >>> 3)}-${100_000 + row}-${letter(row >>> 5)}`;
}

/** Rows of { id, body, bucket } and, where there are vectors, `vec`; never more than a batch in memory. */
export function* batches(folder, vectors) {
  let row = 0;
  let rows = [];
  for (const body of lines(join(folder, "texts.jsonl"))) {
    const plain = rowOf(row, body);
    rows.push(vectors === undefined ? plain : { ...plain, vec: vectors.next().value });
    row += 1;
    if (rows.length === BATCH) {
      yield rows;
      rows = [];
    }
  }
  if (rows.length > 0) yield rows;
}

export function rowOf(row, body) {
  return { id: row, body, bucket: bucketOf(row) };
}

function* lines(path) {
  const file = openSync(path, "r");
  const part = Buffer.alloc(1 << 20);
  let rest = Buffer.alloc(0);
  for (;;) {
    const count = readSync(file, part);
    if (count === 0) break;
    rest = Buffer.concat([rest, part.subarray(0, count)]);
    let end = rest.indexOf(10);
    while (end >= 0) {
      yield JSON.parse(rest.toString("utf8", 0, end));
      rest = rest.subarray(end + 1);
      end = rest.indexOf(10);
    }
  }
  closeSync(file);
}
