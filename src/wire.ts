// How a table is read over HTTP, as `varve serve` writes it and `connect("https://…")` reads it. A request is JSON with a vector behind it, a page is
// its three parts one behind the other, and a scan is a row of parts, the last of which says how it ended. Numbers are little-endian.

import type { NativePage } from "./native-types";

/** The first part of every path; another form would have another. */
export const ROOT = "/v1";
/** Where the calls of a table are: `/v1/tables/<name>/<call>`. */
export const TABLES = `${ROOT}/tables`;

/** The header by which a client says which life of a table's name it means. */
export const INCARNATION = "varve-incarnation";

/** What a part of a scan is. */
export const PART = { page: 0, arrow: 1, end: 2, failure: 3 } as const;
export type PartKind = (typeof PART)[keyof typeof PART];
/** The kind of a part, and how many bytes follow. */
export const PART_HEAD = 8;

const REQUEST_HEAD = 4;
const PAGE_HEAD = 16;

/** A call of a table: what is asked, and the vector that it is asked about. */
export interface WireRequest {
  readonly json: string;
  readonly vector: Float32Array | null;
}

/** Bytes that are not what they should be. */
export class WireError extends Error {}

/** The bytes of a request. */
export function encodeRequest({ json, vector }: WireRequest): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(json);
  const floats = vector === null ? new Uint8Array(0) : bytesOf(vector);
  const bytes = new Uint8Array(REQUEST_HEAD + text.length + floats.length);
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, REQUEST_HEAD);
  bytes.set(floats, REQUEST_HEAD + text.length);
  return bytes;
}

/** The request that bytes hold. Throws `WireError`. */
export function decodeRequest(bytes: Uint8Array): WireRequest {
  const length = bytes.length < REQUEST_HEAD ? Number.POSITIVE_INFINITY : viewOf(bytes).getUint32(0, true);
  const end = REQUEST_HEAD + length;
  if (end > bytes.length || (bytes.length - end) % 4 !== 0)
    throw new WireError("The body is not a request: it is cut, or not made by this package.");
  const json = textOf(bytes.subarray(REQUEST_HEAD, end));
  const floats = copied(bytes, end, bytes.length);
  return { json, vector: floats.length === 0 ? null : new Float32Array(floats.buffer) };
}

/** The bytes of a page. */
export function encodePage({ numbers, text, blob }: NativePage): Uint8Array<ArrayBuffer> {
  const letters = new TextEncoder().encode(text);
  const figures = bytesOf(numbers);
  const bytes = new Uint8Array(PAGE_HEAD + figures.length + letters.length + blob.length);
  const view = viewOf(bytes);
  for (const [i, part] of [figures, letters, blob].entries()) view.setUint32(i * 4, part.length, true);
  bytes.set(figures, PAGE_HEAD);
  bytes.set(letters, PAGE_HEAD + figures.length);
  bytes.set(blob, PAGE_HEAD + figures.length + letters.length);
  return bytes;
}

/** The page that bytes hold. Throws `WireError`. */
export function decodePage(bytes: Uint8Array): NativePage {
  if (bytes.length < PAGE_HEAD) throw new WireError("The answer is no page: it is cut.");
  const view = viewOf(bytes);
  const [figures, letters, blob] = [0, 4, 8].map((at) => view.getUint32(at, true)) as [
    number,
    number,
    number,
  ];
  if (figures % 8 !== 0 || PAGE_HEAD + figures + letters + blob !== bytes.length)
    throw new WireError("The answer is no page: its parts have other lengths.");
  const [first, second] = [PAGE_HEAD + figures, PAGE_HEAD + figures + letters];
  return {
    numbers: new Float64Array(copied(bytes, PAGE_HEAD, first).buffer),
    text: textOf(bytes.subarray(first, second)),
    blob: copied(bytes, second, bytes.length),
  };
}

/** The head of a part of a scan. */
export function encodePartHead(kind: PartKind, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(PART_HEAD);
  const view = viewOf(bytes);
  view.setUint32(0, kind, true);
  view.setUint32(4, length, true);
  return bytes;
}

/** What a part is, and how long. */
export function decodePartHead(bytes: Uint8Array): { readonly kind: number; readonly length: number } {
  const view = viewOf(bytes);
  return { kind: view.getUint32(0, true), length: view.getUint32(4, true) };
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new WireError("A text that was sent is not UTF-8.", { cause });
  }
}

/** Bytes of their own, from the start of a buffer on. A `slice` of Node's buffers is none. */
function copied(bytes: Uint8Array, from: number, to: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes.subarray(from, to));
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
