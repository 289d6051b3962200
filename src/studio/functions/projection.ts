// Vectors as points of a plane: the two directions in which they differ most (principal components), found by power iteration.

import { setImmediate as others } from "node:timers/promises";

/** A plane in the space of vectors. */
export interface Plane {
  readonly mean: Float64Array;
  readonly axes: readonly [Float64Array, Float64Array];
  /** How far points lie apart along either axis. */
  readonly spread: readonly [number, number];
  /** The share of the variance that the plane shows. */
  readonly share: number;
}

const ROUNDS = 24;

/** The plane in which some vectors differ most. Equal vectors always give equal planes. It lets others go on between its rounds. */
export async function planeOf(vectors: readonly Float32Array[], dimensions: number): Promise<Plane> {
  const mean = meanOf(vectors, dimensions);
  const centred = vectors.map((vector) => Float64Array.from(vector, (value, at) => value - (mean[at] ?? 0)));
  const total = centred.reduce((sum, vector) => sum + dot(vector, vector), 0);
  const first = await axisOf(centred, dimensions, undefined);
  const second = await axisOf(centred, dimensions, first);
  const along = (axis: Float64Array): number =>
    centred.reduce((sum, vector) => sum + dot(vector, axis) ** 2, 0);
  const [one, two] = [along(first), along(second)];
  const count = Math.max(1, vectors.length);
  return {
    mean,
    axes: [first, second],
    spread: [Math.sqrt(one / count) || 1, Math.sqrt(two / count) || 1],
    share: total === 0 ? 0 : (one + two) / total,
  };
}

/** Where a vector lies in a plane, so that most points are between -1 and 1. */
export function placeIn({ mean, axes, spread }: Plane, vector: Float32Array): [number, number] {
  const scale = 3 * Math.max(...spread);
  const at = (axis: Float64Array): number => {
    let sum = 0;
    for (let index = 0; index < axis.length; index++)
      sum += ((vector[index] ?? 0) - (mean[index] ?? 0)) * (axis[index] ?? 0);
    return Number((sum / scale).toFixed(4));
  };
  return [at(axes[0]), at(axes[1])];
}

function meanOf(vectors: readonly Float32Array[], dimensions: number): Float64Array {
  const mean = new Float64Array(dimensions);
  for (const vector of vectors)
    for (let index = 0; index < dimensions; index++) mean[index] = (mean[index] ?? 0) + (vector[index] ?? 0);
  return mean.map((sum) => sum / Math.max(1, vectors.length));
}

/** The direction in which vectors differ most, at a right angle to another one. */
async function axisOf(
  vectors: readonly Float64Array[],
  dimensions: number,
  other: Float64Array | undefined,
): Promise<Float64Array> {
  // A start that lies along no axis of the space, and is always the one.
  let axis = unit(Float64Array.from({ length: dimensions }, (_, index) => Math.cos(index * 2.4) + 0.1));
  for (let round = 0; round < ROUNDS; round++) {
    await others();
    const next = new Float64Array(dimensions);
    for (const vector of vectors) {
      const length = dot(vector, axis);
      for (let index = 0; index < dimensions; index++)
        next[index] = (next[index] ?? 0) + length * (vector[index] ?? 0);
    }
    axis = unit(other === undefined ? next : without(next, other));
  }
  return axis;
}

function without(vector: Float64Array, axis: Float64Array): Float64Array {
  const length = dot(vector, axis);
  return vector.map((value, index) => value - length * (axis[index] ?? 0));
}

function unit(vector: Float64Array): Float64Array {
  const length = Math.sqrt(dot(vector, vector));
  return length === 0 ? vector : vector.map((value) => value / length);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
}
