// The types of metrics.mjs, for its test.

export function ndcg(ranked: readonly string[], scores: ReadonlyMap<string, number>, k: number): number;
export function recall(ranked: readonly string[], scores: ReadonlyMap<string, number>, k: number): number;
export function mean(values: readonly number[]): number;
export function bootstrap(
  values: readonly number[],
  options?: { readonly samples?: number; readonly seed?: number },
): [number, number];
