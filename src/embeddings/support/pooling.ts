import { isFloat32Array, isUint16Array } from "../../realm";
import type { Pooling } from "./model-families";

/** What a model gave: the vectors of the tokens of several texts, or their own. */
export interface ModelOutput {
  /** The numbers, row by row. */
  readonly data: unknown;
  /** `[texts, tokens, dimensions]`, or `[texts, dimensions]` where the model pools by itself. */
  readonly dims: readonly number[];
}

/** How vectors are made from what a model gave. */
export interface PoolingOptions {
  /** How the vectors of tokens become one. */
  readonly pooling: Pooling;
  /** Whether the vectors get length 1. */
  readonly normalize: boolean;
}

/**
 * One vector for each text; null where nothing is left, as for a text of unknown words in a model that gives those no weight.
 *
 * `lengths` are the tokens of each text. What stands behind them is padding and has no part in the vector.
 */
export function pooledVectors(
  output: ModelOutput,
  lengths: readonly number[],
  { pooling, normalize }: PoolingOptions,
): (Float32Array | null)[] {
  const numbers = floatsOf(output.data);
  const [, second = 0, third] = output.dims;
  return lengths.map((length, index) => {
    const vector =
      third === undefined
        ? numbers.slice(index * second, (index + 1) * second)
        : pool(
            numbers.subarray(index * second * third, (index + 1) * second * third),
            length,
            third,
            pooling,
          );
    return finished(vector, normalize);
  });
}

/** The vector of one text from those of its tokens. */
function pool(rows: Float32Array, length: number, dimensions: number, pooling: Pooling): Float32Array {
  if (pooling === "cls") return rows.slice(0, dimensions);
  if (pooling === "last_token") return rows.slice((length - 1) * dimensions, length * dimensions);
  const sums = new Float64Array(dimensions);
  for (let token = 0; token < length; token += 1) {
    for (let element = 0; element < dimensions; element += 1) {
      sums[element] = (sums[element] ?? 0) + (rows[token * dimensions + element] ?? 0);
    }
  }
  return Float32Array.from(sums, (sum) => sum / length);
}

function finished(vector: Float32Array, normalize: boolean): Float32Array | null {
  const length = Math.sqrt(vector.reduce((sum, element) => sum + element * element, 0));
  if (length === 0) return null;
  return normalize ? vector.map((element) => element / length) : vector;
}

/** Floats of 32 bits, whatever the model computes with. Floats of 16 bits come as bit patterns where Node has no such array. */
function floatsOf(data: unknown): Float32Array {
  if (isFloat32Array(data)) return data;
  if (isUint16Array(data)) return Float32Array.from(data, floatOfHalf);
  if (ArrayBuffer.isView(data)) return Float32Array.from(data as Float64Array);
  throw new TypeError("The model gave no numbers.");
}

function floatOfHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
