// Vectors in files: records are only ever appended, to the newer of two files. When that is half of what is allowed, it becomes the older
// one. Several processes may append; a record that is torn or damaged is passed over.

import { appendFile, mkdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { sha256 } from "../../node-crypto";
import { KEY_BYTES } from "./cache-key";

/** A vector with its key in base64; null for an input of which the function had nothing to say. */
export type VectorEntry = readonly [key: string, vector: Float32Array | null];

const MAGIC = Buffer.from("VEC1");
const HEAD_BYTES = MAGIC.length + 4 + KEY_BYTES;
const SUM_BYTES = 4;

/** A bounded file of vectors. */
export class VectorLog {
  readonly #folder: string;
  readonly #newer: string;
  readonly #older: string;
  readonly #maxBytes: number;

  constructor(folder: string, maxBytes: number) {
    this.#folder = folder;
    this.#newer = join(folder, "newer.vectors");
    this.#older = join(folder, "older.vectors");
    this.#maxBytes = maxBytes;
  }

  /** All that can be read, oldest first. */
  async read(): Promise<VectorEntry[]> {
    const entries: VectorEntry[] = [];
    for (const file of [this.#older, this.#newer]) {
      for (const entry of records(await readOrNothing(file))) entries.push(entry);
    }
    return entries;
  }

  /** Adds vectors. */
  async append(entries: readonly VectorEntry[]): Promise<void> {
    const bytes = Buffer.concat(entries.map(record));
    const half = this.#maxBytes / 2;
    if (bytes.length > half || !(await isFileOrNothing(this.#newer))) return;
    await mkdir(this.#folder, { recursive: true });
    if ((await sizeOf(this.#newer)) + bytes.length > half) await rename(this.#newer, this.#older);
    await appendFile(this.#newer, bytes);
  }

  /** How many bytes the files take. */
  async bytes(): Promise<number> {
    return (await sizeOf(this.#older)) + (await sizeOf(this.#newer));
  }

  /** Removes the files. */
  async clear(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function record([key, vector]: VectorEntry): Buffer {
  const dimensions = vector?.length ?? 0;
  const bytes = Buffer.alloc(HEAD_BYTES + dimensions * 4 + SUM_BYTES);
  MAGIC.copy(bytes);
  bytes.writeUInt32LE(dimensions, MAGIC.length);
  bytes.write(key, HEAD_BYTES - KEY_BYTES, "base64");
  if (vector !== null) bytes.set(bytesOf(vector), HEAD_BYTES);
  const end = bytes.length - SUM_BYTES;
  bytes.set(sumOf(bytes.subarray(0, end)), end);
  return bytes;
}

function* records(file: Buffer): Generator<VectorEntry, void, void> {
  let at = file.indexOf(MAGIC);
  while (at >= 0) {
    const end = endOf(file, at);
    if (end !== undefined) yield entryOf(file.subarray(at, end));
    at = file.indexOf(MAGIC, end ?? at + 1);
  }
}

/** Where the record that begins here ends; undefined where it is not whole. */
function endOf(file: Buffer, at: number): number | undefined {
  if (at + HEAD_BYTES + SUM_BYTES > file.length) return undefined;
  const end = at + HEAD_BYTES + file.readUInt32LE(at + MAGIC.length) * 4;
  if (end + SUM_BYTES > file.length) return undefined;
  const sum = file.subarray(end, end + SUM_BYTES);
  return sumOf(file.subarray(at, end)).equals(sum) ? end + SUM_BYTES : undefined;
}

function entryOf(bytes: Buffer): VectorEntry {
  const dimensions = bytes.readUInt32LE(MAGIC.length);
  const key = bytes.toString("base64", HEAD_BYTES - KEY_BYTES, HEAD_BYTES);
  if (dimensions === 0) return [key, null];
  const vector = new Float32Array(dimensions);
  bytesOf(vector).set(bytes.subarray(HEAD_BYTES, HEAD_BYTES + dimensions * 4));
  return [key, vector];
}

function bytesOf(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
}

function sumOf(bytes: Buffer): Buffer {
  return sha256().update(bytes).digest().subarray(0, SUM_BYTES);
}

async function readOrNothing(file: string): Promise<Buffer> {
  if (!(await isFileOrNothing(file))) return Buffer.alloc(0);
  return await readFile(file).catch(() => Buffer.alloc(0));
}

/** Whether a file can be read or made: a named pipe, for one, would be waited for without end. */
async function isFileOrNothing(file: string): Promise<boolean> {
  return await stat(file).then(
    (found) => found.isFile(),
    () => true,
  );
}

async function sizeOf(file: string): Promise<number> {
  return await stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}
