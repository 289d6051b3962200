// Items as JSON. They may hold dates and bytes, such as pictures: these are kept as texts, and the ways to them beside them.

import { createHash } from "node:crypto";
import type { JsonValue } from "varve";
import { isPlainObject } from "../../realm";
import { toPlain, type Way } from "../support/plain-metadata";

/** An item as a row holds it. */
export interface PackedItem {
  readonly item: JsonValue;
  /** The ways to its bytes, and to its dates as `{ date: way }`; null where there are none. */
  readonly binary: JsonValue;
}

/** An item on its way into a row; throws INVALID_ROW, with the way to it, for what JSON cannot hold. */
export function packed(item: unknown, table: string, row: number): PackedItem {
  const dates: Way[] = [];
  const bytes: Way[] = [];
  const json = toPlain(item, { table, column: "item", row }, dates, bytes) as JsonValue;
  const ways = [...bytes, ...dates.map((date) => ({ date }))];
  return { item: json, binary: ways.length === 0 ? null : (ways as JsonValue) };
}

/** An item as it was. */
export function unpacked({ item, binary }: PackedItem): unknown {
  let whole: unknown = item;
  for (const one of Array.isArray(binary) ? (binary as readonly unknown[]) : []) {
    if (isPlainObject(one)) whole = changedAt(whole, one["date"] as Way, (text) => new Date(text));
    else whole = changedAt(whole, one as Way, bytesOf);
  }
  return whole;
}

/** The same for items that are equal, whatever the order of their keys. */
export function digestOf(type: string, ...lists: readonly (readonly PackedItem[])[]): string {
  const all = lists.map((list) => list.map(({ item, binary }) => [item, sorted(binary)]));
  return createHash("sha256")
    .update(canonical([type, ...all]))
    .digest("hex");
}

function sorted(ways: JsonValue): unknown {
  return Array.isArray(ways) ? ways.map(canonical).sort() : null;
}

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "base64"));
}

function changedAt(value: unknown, [step, ...rest]: Way, change: (text: string) => unknown): unknown {
  if (step === undefined) return change(String(value));
  if (Array.isArray(value))
    return value.map((part, index) => (index === step ? changedAt(part, rest, change) : part));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, key === step ? changedAt(part, rest, change) : part]),
  );
}

function canonical(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${entries.map(([key, part]) => `${JSON.stringify(key)}:${canonical(part)}`).join()}}`;
}
