// Built-in values by what they are, wherever they were made. Jest, node:vm and Electron give a program classes of its own, so that
// `instanceof` says no of a Date that came from somewhere else; the language itself knows it by a mark inside.

import { types } from "node:util";

/** Whether a value is a Date of any realm. */
export const isDate: (value: unknown) => value is Date = types.isDate;

/** Whether a value is a regular expression of any realm. */
export const isRegExp: (value: unknown) => value is RegExp = types.isRegExp;

/** Whether a value is a Uint8Array of any realm; a Buffer is one. */
export const isBytes: (value: unknown) => value is Uint8Array = types.isUint8Array;

/** Whether a value is a Float32Array of any realm. */
export const isFloat32Array: (value: unknown) => value is Float32Array = types.isFloat32Array;

/** Whether a value is a Uint16Array of any realm. */
export const isUint16Array: (value: unknown) => value is Uint16Array = types.isUint16Array;

/** An array of floating-point numbers. */
export type FloatArray = Float32Array | Float64Array;

const FLOATS: ReadonlySet<string> = new Set(["Float16Array", "Float32Array", "Float64Array"]);
const nameOfView = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)?.get;

/** The name of the class of a typed array, such as "Float32Array", or undefined for any other value. */
export function typedArrayName(value: unknown): string | undefined {
  return nameOfView?.call(value) as string | undefined;
}

/** Whether a value is a typed array of floating-point numbers of any realm. */
export function isFloatArray(value: unknown): value is FloatArray {
  return types.isFloat32Array(value) || FLOATS.has(typedArrayName(value) ?? "");
}

/** Whether a value is an error of any realm. */
export function isError(value: unknown): value is Error {
  return types.isNativeError(value) || Object.prototype.toString.call(value) === "[object DOMException]";
}

/** Whether a value was written as an object: not an array, not a Date, not an instance of a class. It never throws. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  try {
    const prototype: unknown = Object.getPrototypeOf(value);
    // Objects of another realm have another Object.prototype, but it too stands on nothing.
    return prototype === null || (Object.getPrototypeOf(prototype) === null && !Array.isArray(value));
  } catch {
    // A proxy of the caller's.
    return false;
  }
}

/** Whether a value can be waited for. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof Reflect.get(value, "then") === "function";
}

/** The milliseconds of a Date of any realm, whatever was done to its methods. */
export function millisecondsOf(date: Date): number {
  return Date.prototype.getTime.call(date);
}

/** The message of what was thrown. It never throws, whatever that is. */
export function messageOf(thrown: unknown): string {
  try {
    const message: unknown = typeof thrown === "object" && thrown !== null && Reflect.get(thrown, "message");
    return typeof message === "string" ? message : String(thrown);
  } catch {
    return "something that cannot be shown";
  }
}

/** Whether an object bears a mark of ours. It never throws, whatever the object does when it is read. */
export function hasBrand(value: unknown, brand: symbol): boolean {
  try {
    return typeof value === "object" && value !== null && Reflect.get(value, brand) === true;
  } catch {
    return false;
  }
}
