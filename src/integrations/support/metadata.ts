// Metadata of a document as one JSON value. JSON has no dates: they are kept as their ISO text, which filters compare, and the ways
// to them beside it, so that what is read is what was written.

import { isDate } from "../../realm";

/** The way to a value inside metadata: keys and positions, from the outside in. */
type Way = readonly (string | number)[];

/** Metadata as a row holds it. */
export interface StoredMetadata {
  /** Plain JSON. */
  readonly json: unknown;
  /** The ways to its dates; null where there are none. */
  readonly dates: readonly Way[] | null;
}

/** Deeper values are not looked into; the table refuses what is nested deeper than JSON columns may be. */
const DEPTH_MAX = 128;

/** Metadata on its way into a row. What neither JSON nor a date can hold is left in place, for the table to refuse by its name. */
export function toStored(metadata: unknown): StoredMetadata {
  const dates: Way[] = [];
  const json = withoutDates(metadata ?? {}, [], dates);
  return { json, dates: dates.length === 0 ? null : dates };
}

function withoutDates(value: unknown, way: Way, dates: Way[]): unknown {
  if (isDate(value) && !Number.isNaN(value.getTime())) {
    dates.push(way);
    return value.toISOString();
  }
  if (way.length >= DEPTH_MAX) return value;
  if (Array.isArray(value)) return value.map((item, index) => withoutDates(item, [...way, index], dates));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, withoutDates(part, [...way, key], dates)]),
  );
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
