import { describeValue } from "../schema/wire-value";

/** Vectors as a function gives them. */
export type Vectors = readonly (Float32Array | null)[];

/** The vectors of an answer, or what was expected and what came where the answer is not what it should be. */
export function readAnswer(
  answer: unknown,
  count: number,
  dimensions: number,
): { readonly vectors: Vectors } | { readonly expected: string; readonly found: string } {
  if (!Array.isArray(answer) || answer.length !== count)
    return { expected: `an array of ${count}`, found: describeValue(answer) };
  for (const vector of answer as unknown[]) {
    if (vector === null) continue;
    if (!(vector instanceof Float32Array) || vector.length !== dimensions) {
      const expected = `a Float32Array of ${dimensions} or null for each input`;
      return { expected, found: describeValue(vector) };
    }
    if (!allFinite(vector)) {
      const bad = vector.find((element) => !Number.isFinite(element));
      return { expected: "finite numbers", found: describeValue(bad) };
    }
  }
  return { vectors: answer as Vectors };
}

/** A plain loop: it runs over every element of every answer. */
function allFinite(vector: Float32Array): boolean {
  let sum = 0;
  for (let index = 0; index < vector.length; index++) sum += (vector[index] ?? 0) * 0;
  return sum === 0;
}
