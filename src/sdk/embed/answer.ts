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
    const bad = vector.find((element) => !Number.isFinite(element));
    if (bad !== undefined) return { expected: "finite numbers", found: describeValue(bad) };
  }
  return { vectors: answer as Vectors };
}
