import type { NativePage, NativeScan } from "../../native-types";
import { decodePartHead, PART, PART_HEAD } from "../../wire";
import { failure, joined, MOST_BYTES } from "./http";
import { pageOf } from "./page";

type Parts = ReadableStreamDefaultReader<Uint8Array>;

/** Begins a scan in one of its forms. */
type Begin = (call: "scan" | "scan-arrow") => Promise<Parts>;

/** How long the next part may be waited for. */
const PART_MS = 60_000;

/** A scan whose parts a server sends. It begins, in rows or in Arrow, with the first part; parts are taken as they are asked for. */
export class RemoteScan implements NativeScan {
  readonly #begin: Begin;
  #reader: Promise<Parts> | undefined;
  #read: Uint8Array = new Uint8Array(0);

  constructor(begin: Begin) {
    this.#begin = begin;
  }

  async next(): Promise<NativePage | null> {
    this.#reader ??= this.#begin("scan");
    const bytes = await this.#part(await this.#reader, PART.page);
    return bytes === null ? null : pageOf(bytes);
  }

  async arrowSchema(): Promise<Uint8Array> {
    this.#reader ??= this.#begin("scan-arrow");
    return (await this.#part(await this.#reader, PART.arrow)) ?? new Uint8Array(0);
  }

  async nextArrow(): Promise<Uint8Array | null> {
    return this.#reader === undefined ? null : await this.#part(await this.#reader, PART.arrow);
  }

  /** Lets the server go, also where it has not begun to answer. */
  close(): void {
    this.#reader?.then((reader) => reader.cancel()).catch(() => undefined);
  }

  /** The bytes of the next part; null at the end. */
  async #part(reader: Parts, wanted: number): Promise<Uint8Array | null> {
    const { kind, length } = decodePartHead(await this.#taken(reader, PART_HEAD));
    if (length > MOST_BYTES) throw failure("IO", "The server sent more than a part of a scan may have.");
    const bytes = await this.#taken(reader, length);
    if (kind === PART.end) return null;
    if (kind === PART.failure) throw new Error(new TextDecoder().decode(bytes));
    if (kind !== wanted) throw failure("IO", "The server sent a part of a scan that is of another kind.");
    return bytes;
  }

  async #taken(reader: Parts, count: number): Promise<Uint8Array> {
    const parts = [this.#read];
    let length = this.#read.length;
    while (length < count) {
      const more = await nextOf(reader);
      if (more === undefined) {
        const message = "The connection to the server ended in the midst of a scan.";
        throw failure("IO", message, "Repeat the scan.");
      }
      parts.push(more);
      length += more.length;
    }
    const all = parts.length === 1 ? this.#read : joined(parts, length);
    this.#read = all.subarray(count);
    return all.subarray(0, count);
  }
}

/** What came next; undefined where nothing comes any more. */
async function nextOf(reader: Parts): Promise<Uint8Array | undefined> {
  const late = setTimeout(() => void reader.cancel().catch(() => undefined), PART_MS);
  try {
    return (await reader.read()).value;
  } catch {
    return undefined;
  } finally {
    clearTimeout(late);
  }
}
