import { readFileSync } from "node:fs";
import { join } from "node:path";

/** How alike two vectors are: 1 for the same direction. */
export function cosine(a: Float32Array | null | undefined, b: ArrayLike<number>): number {
  if (a === null || a === undefined || a.length !== b.length) return Number.NaN;
  let [dot, squaresOfA, squaresOfB] = [0, 0, 0];
  for (const [index, element] of a.entries()) {
    const other = b[index] ?? Number.NaN;
    dot += element * other;
    squaresOfA += element * element;
    squaresOfB += other * other;
  }
  return dot / Math.sqrt(squaresOfA * squaresOfB);
}

/** How far two vectors lie apart in the element in which they differ most. */
export function distance(
  a: Float32Array | null | undefined,
  b: ArrayLike<number> | null | undefined,
): number {
  if (!a || !b || a.length !== b.length) return Number.POSITIVE_INFINITY;
  return a.reduce((most, element, index) => Math.max(most, Math.abs(element - (b[index] ?? 0))), 0);
}

/** Texts and what the original model makes of them. */
export interface Reference {
  readonly text: string;
  readonly tokens: number;
  readonly embedding: readonly number[];
}

/** The `reference.json` of a model. */
export function readReference(folder: string): readonly Reference[] {
  const { items } = JSON.parse(readFileSync(join(folder, "reference.json"), "utf8")) as {
    items: Reference[];
  };
  return items;
}

/** Mean and least of some numbers. */
export function meanAndLeast(numbers: readonly number[]): { readonly mean: number; readonly least: number } {
  return { mean: numbers.reduce((a, b) => a + b, 0) / numbers.length, least: Math.min(...numbers) };
}
