// Every message about vectors that stores are given, and about those who make them.

import { type ColumnDescription, type EmbeddingFunction, VarveError } from "varve";

const quote = (text: string): string => JSON.stringify(text);

/** What to do about vectors of somebody else: how a program writes its function, and what else there is. */
interface Advice {
  readonly written: (dimensions: number) => string;
  readonly otherwise: string;
}

/** Vectors of another embedder than the one that a column keeps. */
export function strangerVectors(
  table: string,
  column: ColumnDescription,
  fn: EmbeddingFunction | undefined,
  owner: Advice,
): VarveError {
  const kept = `${column.function ?? ""} ${JSON.stringify(column.config ?? {})}`;
  const given =
    fn === undefined ? "an embedder that says nothing of itself" : `${fn.name} ${JSON.stringify(fn.config)}`;
  const move = `move the column to the new one: (await db.openTable(${quote(table)})).reembed(${quote(column.name)}, ${owner.written(column.dimensions ?? 0)})`;
  return new VarveError(
    "SCHEMA_MISMATCH",
    `The vectors of ${quote(column.name)} in ${quote(table)} were made by ${kept}; this store has those of ${given}.`,
    {
      hint: fn === undefined ? owner.otherwise : `Use the embedder that made them, or ${move}.`,
      where: { table, column: column.name },
    },
  );
}

/** An embedder that answered with something else than vectors. */
export function badAnswer(embedder: string, what: string, expected: string, found: string): VarveError {
  return new VarveError(
    "EMBEDDING_FAILED",
    `The embedder ${quote(embedder)} should return ${expected} for ${what}; it returned ${found}.`,
    {
      hint: "Some providers answer so where a limit is reached or the model is another one. Nothing was written.",
    },
  );
}

/** A vector of a caller that is none. */
export function badVector(call: string, name: string, expected: string, found: string): VarveError {
  return new VarveError("INVALID_ARGUMENT", `${call}, ${name}: expected ${expected}, found ${found}.`, {
    hint: "An embedder that answers so has failed: look at what it returned.",
  });
}
