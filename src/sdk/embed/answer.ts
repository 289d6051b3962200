import { describeValue } from "../../describe-value";
import { firstNotFinite, isFloats, toFloats } from "../schema/floats";

/** Vectors as a function gives them. */
export type Vectors = readonly (Float32Array | null)[];

interface Mismatch {
  readonly expected: string;
  readonly found: string;
}

/**
 * The vectors of an answer, or what was expected and what came where the answer is not what it should be. They are copies, since
 * whoever answered may use the memory again.
 */
export function readAnswer(
  answer: unknown,
  count: number,
  dimensions: number,
): { readonly vectors: Vectors } | Mismatch {
  if (!Array.isArray(answer) || answer.length !== count)
    return { expected: `an array of ${count}`, found: describeValue(answer) };
  const vectors: (Float32Array | null)[] = [];
  for (const given of answer as unknown[]) {
    const vector = given === null ? null : readVector(given, dimensions);
    if (vector !== null && "expected" in vector) return vector;
    vectors.push(vector);
  }
  return { vectors };
}

function readVector(given: unknown, dimensions: number): Float32Array | Mismatch {
  if (!isFloats(given) || given.length !== dimensions)
    return {
      expected: `a Float32Array of ${dimensions} or null for each input`,
      found: describeValue(given),
    };
  const vector = toFloats(given);
  const bad = firstNotFinite(given, vector);
  return bad === undefined ? vector : { expected: "finite numbers", found: describeValue(given[bad]) };
}
