// Whose vectors are in a column. Vectors of two embedders in one column can be compared and mean nothing, so the column keeps what its
// embedder says of itself, and others are refused.

import { isDeepStrictEqual } from "node:util";
import type { ColumnDescription, EmbeddingFunction } from "varve";
import { isSameEmbedder } from "varve/embeddings";
import { strangerVectors } from "./vector-errors";

/** Who makes the vectors that a store brings. */
export interface VectorOwner {
  /** The owner as an embedding function with that many dimensions; undefined if it says nothing of itself. */
  readonly functionOf: (dimensions: number) => EmbeddingFunction | undefined;
  /** How a program writes that function, for what a message says to do. */
  readonly written: (dimensions: number) => string;
  /** What to do where it says nothing of itself. */
  readonly otherwise: string;
}

/** Throws SCHEMA_MISMATCH where a column keeps another embedder than the one that makes the vectors; a column that keeps none takes all. */
export function checkOwner(table: string, column: ColumnDescription, owner: VectorOwner): void {
  if (column.function === undefined) return;
  const { dimensions = 0 } = column;
  const fn = owner.functionOf(dimensions);
  if (fn === undefined || !isSameFunction(column, fn)) throw strangerVectors(table, column, fn, owner);
}

/** Functions that stand for an embedder of another library are the same where the embedders are, whatever their names. */
function isSameFunction(column: ColumnDescription, fn: EmbeddingFunction): boolean {
  const { config = {} } = column;
  if (fn.config["embedder"] !== undefined) return isSameEmbedder(config["embedder"], fn.config["embedder"]);
  const plain = JSON.parse(JSON.stringify(fn.config)) as unknown;
  return column.function === fn.name && isDeepStrictEqual(config, plain);
}
