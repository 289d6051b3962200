// Values as lists show them.

import { shownWhole, startOf } from "../integrations/support/retrieval/shown-row";
import { isBytes, isDate } from "../realm";
import type { Cell } from "./api-types";
import { imageType } from "./image-type";

/** The most characters of a text in a list. */
const TEXT = 600;
/** The most numbers of a vector in a list. */
const SKETCH = 48;

/** A value as a list shows it. */
export function shownCell(value: unknown, maxText = TEXT): Cell {
  if (value === null || value === undefined) return null;
  if (isDate(value)) return value.toISOString();
  if (isBytes(value)) return { bytes: value.length, image: imageType(value) };
  if (isNumbers(value)) return { vector: sketchOf(value), length: value.length };
  switch (typeof value) {
    case "boolean":
    case "number":
      return value;
    case "bigint":
      return shownWhole(value);
    case "string":
      return value.length <= maxText
        ? value
        : { text: startOf(value, maxText), more: value.length - maxText };
    default: {
      const json = JSON.stringify(plain(value)) ?? "null";
      return { json: startOf(json, maxText), more: Math.max(0, json.length - maxText) };
    }
  }
}

/** A value in full, as JSON has it. */
export function plain(value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (isDate(value)) return value.toISOString();
  if (isBytes(value)) return `(${value.length} bytes)`;
  if (isNumbers(value)) return Array.from(value, tidy);
  if (typeof value === "bigint") return shownWhole(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plain(one)]));
}

type Numbers = Float32Array | Float64Array | Int8Array | Uint16Array;

function isNumbers(value: unknown): value is Numbers {
  return ArrayBuffer.isView(value) && "length" in value;
}

/** Numbers at even steps: enough for a line of a few pixels. */
function sketchOf(vector: Numbers): number[] {
  const count = Math.min(SKETCH, vector.length);
  return Array.from({ length: count }, (_, index) =>
    tidy(vector[Math.floor((index * vector.length) / count)] ?? 0),
  );
}

function tidy(value: number): number {
  return Number(value.toPrecision(5));
}
