import type { Metric, VectorElement } from "./column-type";
import { badVectorOption } from "./schema-errors";

const ELEMENTS: readonly VectorElement[] = ["f32", "f16"];
const METRICS: readonly Metric[] = ["cosine", "l2", "dot"];

/** Throws INVALID_SCHEMA for an element or a metric that there is not. */
export function checkVectorOptions(element: unknown, metric: unknown): void {
  if (!ELEMENTS.some((known) => known === element)) throw badVectorOption("element", element, ELEMENTS);
  if (!METRICS.some((known) => known === metric)) throw badVectorOption("metric", metric, METRICS);
}
