// Maximal marginal relevance (Carbonell and Goldstein, 1998): one after another, what is near to the query and unlike what was chosen.

/** Something with a vector, and how near it is. */
export interface Candidate {
  readonly score: number;
  readonly vector: Float32Array | undefined;
}

/**
 * The candidates that are best by nearness and difference together, in the order of the choice. `lambda` 1 counts nearness alone, 0
 * difference alone. Takes `limit` times as many comparisons as there are candidates.
 */
export function diverse<C extends Candidate>(candidates: readonly C[], limit: number, lambda: number): C[] {
  const left = candidates.map((candidate) => ({ candidate, alike: 0, unit: unitOf(candidate.vector) }));
  const chosen: C[] = [];
  const value = ({ candidate, alike }: (typeof left)[number]): number =>
    lambda * candidate.score - (1 - lambda) * alike;
  while (chosen.length < limit && left.length > 0) {
    let best = 0;
    for (const [index, one] of left.entries()) if (value(one) > value(left[best] ?? one)) best = index;
    const [next] = left.splice(best, 1);
    if (next === undefined) break;
    chosen.push(next.candidate);
    for (const one of left) one.alike = Math.max(one.alike, dot(one.unit, next.unit));
  }
  return chosen;
}

function unitOf(vector: Float32Array = new Float32Array()): Float32Array {
  const length = Math.sqrt(dot(vector, vector));
  return length === 0 ? vector : vector.map((element) => element / length);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (const [index, element] of a.entries()) sum += element * (b[index] ?? 0);
  return sum;
}
