import { isDate, isPlainObject, isPromiseLike, millisecondsOf, typedArrayName } from "./realm";
import { isWellFormed, toWellFormed } from "./unicode";

/** A value in the words of an error message; long texts are cut. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case "string": {
      const shown = value.length > 40 ? `${toWellFormed(value.slice(0, 40))}…` : toWellFormed(value);
      return `the text ${JSON.stringify(shown)}${isWellFormed(value) ? "" : ", which has half a surrogate pair"}`;
    }
    case "number":
      return `the number ${Object.is(value, -0) ? "-0" : value}`;
    case "bigint":
      return `the bigint ${value}n`;
    case "boolean":
      return String(value);
    case "undefined":
      return "nothing";
    case "object":
      return describeObject(value);
    default:
      return `a ${typeof value}`;
  }
}

function describeObject(value: object | null): string {
  if (value === null) return "null";
  try {
    if (Array.isArray(value)) return `an array of ${value.length}`;
    if (isDate(value)) return describeDate(value);
    const view = typedArrayName(value);
    if (view !== undefined) return `a ${view} of ${(value as Uint8Array).length}`;
    if (isPlainObject(value)) return "an object";
    if (isPromiseLike(value)) return "a Promise (was an await forgotten?)";
    return `an instance of ${classNameOf(value) ?? "a class without a name"}`;
  } catch {
    return "an object that cannot be read";
  }
}

function describeDate(date: Date): string {
  const ms = millisecondsOf(date);
  return Number.isNaN(ms) ? "an invalid Date" : `the Date ${new Date(ms).toISOString()}`;
}

/** The name of the class of an object. Getters are not called. */
function classNameOf(value: object): string | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (typeof prototype !== "object" || prototype === null) return undefined;
  const made: unknown = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
  const name: unknown =
    typeof made === "function" ? Object.getOwnPropertyDescriptor(made, "name")?.value : "";
  return typeof name === "string" && name !== "" ? name : undefined;
}
