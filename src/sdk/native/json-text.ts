// JSON that reads back as what was written: whatever JSON.stringify would change in silence is refused.

import { isPlainObject } from "../schema/plain";
import { isWellFormed } from "../schema/unicode";

const DEPTH_MAX = 128;

/** The JSON text of a value; `refuse` is called with a part that JSON cannot hold and with what was expected. */
export function jsonText(value: unknown, refuse: (part: unknown, expected: string) => never): string {
  check(value, 1, refuse);
  return JSON.stringify(value);
}

function check(value: unknown, depth: number, refuse: (part: unknown, expected: string) => never): void {
  switch (typeof value) {
    case "string":
      if (!isWellFormed(value)) refuse(value, "JSON with texts of Unicode");
      return;
    case "boolean":
      return;
    case "number":
      if (!Number.isFinite(value)) refuse(value, "JSON with finite numbers");
      return;
    case "object":
      if (value === null) return;
      if (depth > DEPTH_MAX) refuse(value, `JSON of at most ${DEPTH_MAX} levels`);
      if (Array.isArray(value)) {
        for (const item of value) check(item, depth + 1, refuse);
        return;
      }
      if (!isPlainObject(value) || typeof value["toJSON"] === "function")
        refuse(value, "JSON: plain objects and arrays");
      for (const key of Object.keys(value)) {
        if (value[key] !== undefined) check(value[key], depth + 1, refuse);
      }
      return;
    default:
      refuse(value, "JSON");
  }
}
