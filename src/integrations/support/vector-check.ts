// Vectors as embedders and callers give them. An empty one must never become an empty answer.

import { types } from "node:util";
import type { VectorInput } from "varve";
import { describeValue } from "../../describe-value";
import { badAnswer, badVector } from "./vector-errors";

/** A copy of a vector that a caller gives; throws INVALID_ARGUMENT where it is none. */
export function givenVector(call: string, name: string, vector: unknown): Float32Array {
  const problem = problemOf(vector);
  if (problem !== undefined) throw badVector(call, name, "a list of finite numbers", problem);
  return Float32Array.from(vector as ArrayLike<number>);
}

/** Copies of the vectors that a caller gives, all of one length; throws INVALID_ARGUMENT. */
export function givenVectors(call: string, name: string, vectors: unknown): Float32Array[] {
  if (!Array.isArray(vectors)) throw badVector(call, name, "a list of vectors", describeValue(vectors));
  const list: readonly unknown[] = vectors;
  // Not by map, which leaves holes.
  const copies = Array.from(list, (vector, index) => givenVector(call, `${name}[${index}]`, vector));
  const [first] = copies;
  const other = copies.findIndex(({ length }) => length !== first?.length);
  if (other >= 0)
    throw badVector(
      call,
      `${name}[${other}]`,
      `${first?.length} numbers, as in ${name}[0]`,
      `${copies[other]?.length}`,
    );
  return copies;
}

/** The vector that an embedder answered with; throws EMBEDDING_FAILED. */
export function answeredVector(
  embedder: string,
  what: string,
  vector: unknown,
  dimensions: number | undefined,
): Float32Array {
  const expected = dimensions === undefined ? "a list of finite numbers" : `${dimensions} finite numbers`;
  const problem = problemOf(vector);
  if (problem !== undefined) throw badAnswer(embedder, what, expected, problem);
  const copy = Float32Array.from(vector as ArrayLike<number>);
  if (dimensions !== undefined && copy.length !== dimensions)
    throw badAnswer(embedder, what, expected, `${copy.length} numbers`);
  return copy;
}

/** The vectors that an embedder answered with, one for each text; throws EMBEDDING_FAILED. */
export function answeredVectors(
  embedder: string,
  vectors: unknown,
  count: number,
  dimensions: number | undefined,
): Float32Array[] {
  if (!Array.isArray(vectors) || vectors.length !== count)
    throw badAnswer(embedder, `${count} documents`, `${count} vectors`, describeValue(vectors));
  const list: readonly unknown[] = vectors;
  let length = dimensions;
  return Array.from(list, (vector, index) => {
    const copy = answeredVector(embedder, `document ${index}`, vector, length);
    length ??= copy.length;
    return copy;
  });
}

function problemOf(vector: unknown): string | undefined {
  if (!Array.isArray(vector) && !isFloats(vector)) return describeValue(vector);
  if (vector.length === 0) return "an empty list";
  for (let index = 0; index < vector.length; index++) {
    const element: unknown = vector[index];
    if (typeof element !== "number" || !Number.isFinite(element))
      return `${describeValue(element)} as element ${index}`;
  }
  return undefined;
}

function isFloats(value: unknown): value is VectorInput & ArrayLike<unknown> {
  return types.isFloat32Array(value) || types.isFloat64Array(value);
}
