// JSON that reads back as what was written: whatever JSON.stringify would change in silence is refused.

import { isPlainObject } from "../../realm";
import { isWellFormed } from "../../unicode";
import { ownCopy } from "../schema/own-copy";

const DEPTH_MAX = 128;

/** A part that JSON cannot hold: where it is below the value (`.pdf.metadata[2]`), what it is, and what was expected. */
export interface JsonProblem {
  readonly way: string;
  readonly part: unknown;
  readonly expected: string;
}

/** The JSON text of a value; `refuse` is called with the first part that JSON cannot hold. */
export function jsonText(value: unknown, refuse: (problem: JsonProblem) => never): string {
  const own = ownCopy(value);
  const problem = problemOf(own, 1);
  if (problem !== undefined) refuse(problem);
  return JSON.stringify(own);
}

/** The way is put together only where something is wrong, from the inside out. */
function problemOf(value: unknown, depth: number): JsonProblem | undefined {
  switch (typeof value) {
    case "string":
      return isWellFormed(value) ? undefined : problem(value, "JSON with texts of Unicode");
    case "boolean":
      return undefined;
    case "number":
      return Number.isFinite(value) ? undefined : problem(value, "JSON with finite numbers");
    case "object":
      if (value === null) return undefined;
      if (depth > DEPTH_MAX) return problem(value, `JSON of at most ${DEPTH_MAX} levels`);
      return Array.isArray(value) ? problemInArray(value, depth) : problemInObject(value, depth);
    default:
      return problem(value, "JSON");
  }
}

function problemInArray(array: readonly unknown[], depth: number): JsonProblem | undefined {
  for (let index = 0; index < array.length; index++) {
    const found = problemOf(array[index], depth + 1);
    if (found !== undefined) return { ...found, way: `[${index}]${found.way}` };
  }
  return undefined;
}

function problemInObject(object: object, depth: number): JsonProblem | undefined {
  if (!isPlainObject(object) || typeof object["toJSON"] === "function")
    return problem(object, "JSON: plain objects and arrays");
  for (const key of Object.keys(object)) {
    if (object[key] === undefined) continue;
    if (!isWellFormed(key)) return problem(key, "JSON with keys of Unicode");
    const found = problemOf(object[key], depth + 1);
    if (found !== undefined) return { ...found, way: `${stepTo(key)}${found.way}` };
  }
  return undefined;
}

function problem(part: unknown, expected: string): JsonProblem {
  return { way: "", part, expected };
}

const WAY_SHOWN = 100;

/** The place of a part in words: the way from the column to it, cut where it is long. */
export function placeOf(column: string, way: string): string {
  return way.length > WAY_SHOWN ? `${column}${way.slice(0, WAY_SHOWN)}…` : column + way;
}

function stepTo(key: string): string {
  return /^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
