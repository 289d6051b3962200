// Metadata of a document as one JSON value. JSON has no dates: they are kept as their ISO text, which filters compare, and the ways
// to them beside it, so that what is read is what was written.

import { badMetadata, type MetadataPlace } from "./document-errors";
import { toPlain, type Way } from "./plain-metadata";

/** Metadata as a row holds it. */
export interface StoredMetadata {
  /** Plain JSON. */
  readonly json: Readonly<Record<string, unknown>>;
  /** The ways to its dates; null where there are none. */
  readonly dates: readonly Way[] | null;
}

/** Metadata on its way into a row; throws INVALID_ROW, with the way to it, for what JSON cannot hold. */
export function toStored(metadata: unknown, place: MetadataPlace): StoredMetadata {
  const dates: Way[] = [];
  const json = toPlain(metadata ?? {}, place, dates);
  if (!isPlainObject(json)) throw badMetadata(place, [], "an object", metadata);
  return { json, dates: dates.length === 0 ? null : dates };
}

/** Metadata as it was written. The objects are new with every read, so they may be changed. */
export function fromStored(json: unknown, dates: unknown): Record<string, unknown> {
  const metadata = isPlainObject(json) ? json : {};
  for (const way of Array.isArray(dates) ? (dates as readonly Way[]) : []) restoreDate(metadata, way);
  return metadata;
}

function restoreDate(metadata: Record<string, unknown>, way: Way): void {
  const last = way.at(-1);
  if (last === undefined) return;
  let holder: unknown = metadata;
  for (const step of way.slice(0, -1)) {
    if (typeof holder !== "object" || holder === null || !Object.hasOwn(holder, step)) return;
    holder = Reflect.get(holder, step);
  }
  if (typeof holder !== "object" || holder === null || !Object.hasOwn(holder, last)) return;
  const value = new Date(String(Reflect.get(holder, last)));
  // Not by assignment: a key may be called __proto__.
  Object.defineProperty(holder, last, { value, enumerable: true, configurable: true, writable: true });
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
