// Items as JSON. They may hold bytes, such as pictures: these are kept as base64, and the ways to them beside it.

import { createHash } from "node:crypto";
import type { JsonValue } from "varve";
import { isBytes } from "../../realm";

type Way = readonly (string | number)[];

/** An item as a row holds it. */
export interface PackedItem {
  readonly item: JsonValue;
  /** The ways to its bytes; null where there are none. */
  readonly binary: JsonValue;
}

/** An item on its way into a row. What JSON cannot hold otherwise is refused by the table. */
export function packed(item: unknown): PackedItem {
  const ways: Way[] = [];
  const json = pack(item, [], ways) as JsonValue;
  return { item: json, binary: ways.length === 0 ? null : (ways as JsonValue) };
}

/** An item as it was. */
export function unpacked({ item, binary }: PackedItem): unknown {
  let whole: unknown = item;
  for (const way of Array.isArray(binary) ? (binary as unknown as readonly Way[]) : [])
    whole = withBytes(whole, way);
  return whole;
}

/** The same for two items that are equal, whatever the order of their keys. */
export function digestOf(value: unknown): string {
  return createHash("sha256")
    .update(canonical(packed(value)))
    .digest("hex");
}

function pack(value: unknown, way: Way, ways: Way[]): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (isBytes(value)) {
    ways.push(way);
    return Buffer.from(value).toString("base64");
  }
  if (Array.isArray(value))
    return Array.from(value, (part, index) => pack(part, [...way, index], ways) ?? null);
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  return Object.fromEntries(entries.map(([key, part]) => [key, pack(part, [...way, key], ways)]));
}

function withBytes(value: unknown, [step, ...rest]: Way): unknown {
  if (step === undefined) return new Uint8Array(Buffer.from(String(value), "base64"));
  if (Array.isArray(value))
    return value.map((part, index) => (index === step ? withBytes(part, rest) : part));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, key === step ? withBytes(part, rest) : part]),
  );
}

function canonical(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${entries.map(([key, part]) => `${JSON.stringify(key)}:${canonical(part)}`).join()}}`;
}
