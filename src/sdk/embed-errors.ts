// Every message about embedding rows and queries.

import { VarveError } from "../varve-error";

const quote = (text: string): string => JSON.stringify(text);

/** A function whose vectors do not fit the column. */
export function functionDiffers(table: string, column: string, expected: number, found: number): VarveError {
  const message = `The function of ${quote(column)} makes vectors of ${found} dimensions; the column has ${expected}.`;
  return new VarveError("EMBEDDING_UNAVAILABLE", message, {
    hint: "Register the function that wrote the column, or search with a vector of your own.",
    where: { table, column },
  });
}

/** A function that cannot be had, where something must be embedded. */
export function functionUnavailable(table: string, column: string, cause: VarveError): VarveError {
  const message = `${quote(column)} cannot be embedded: ${cause.message}`;
  return new VarveError("EMBEDDING_UNAVAILABLE", message, {
    hint: cause.hint,
    where: { table, column },
    cause,
  });
}

/** A function that failed; what it says itself about the reason and the next step is kept. */
export function embeddingFailed(table: string, column: string, name: string, cause: unknown): VarveError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const known = VarveError.is(cause) ? cause : undefined;
  const code = known?.code === "EMBEDDING_UNAVAILABLE" ? known.code : "EMBEDDING_FAILED";
  return new VarveError(code, `The embedding function ${quote(name)} of ${quote(column)} failed: ${why}`, {
    hint: known?.hint ?? "Nothing of this write was committed. Repeat the call once the cause is mended.",
    where: { table, column },
    cause,
  });
}

/** A function that answered with something else than it should. */
export function badEmbeddings(
  table: string,
  column: string,
  name: string,
  expected: string,
  found: string,
): VarveError {
  return new VarveError(
    "EMBEDDING_FAILED",
    `The embedding function ${quote(name)} of ${quote(column)} should return ${expected}; it returned ${found}.`,
    {
      hint: "This is a fault of the embedding function. Nothing of this write was committed.",
      where: { table, column },
    },
  );
}
