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
