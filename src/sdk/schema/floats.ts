import { type FloatArray, isFloatArray } from "../../realm";

/** Numbers as a vector may be given: an array of floats, or a plain array. */
export function isFloats(value: unknown): value is FloatArray | readonly unknown[] {
  return isFloatArray(value) || Array.isArray(value);
}

/** A copy in 32 bits, in memory that nobody else changes. What is no number becomes NaN; floats whose memory is gone throw. */
export function toFloats(values: FloatArray | readonly unknown[]): Float32Array {
  if (isFloatArray(values)) return new Float32Array(values);
  return Float32Array.from(values, (element) => (typeof element === "number" ? element : Number.NaN));
}

/** The first element that is no finite number, or that is none in 32 bits; undefined where there is none. */
export function firstNotFinite(given: ArrayLike<unknown>, floats: Float32Array): number | undefined {
  for (let index = 0; index < floats.length; index++) {
    if (typeof given[index] !== "number" || !Number.isFinite(floats[index])) return index;
  }
  return undefined;
}
