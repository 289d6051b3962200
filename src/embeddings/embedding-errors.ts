// Every message about embedding functions themselves. What goes wrong while rows are embedded is in sdk/embed-errors.

import { VarveError } from "../varve-error";

const quote = (text: string): string => JSON.stringify(text);

/** A name under which no function is registered. */
export function functionNotRegistered(name: string, known: readonly string[]): VarveError {
  const list = known.length === 0 ? "none" : known.map(quote).join(", ");
  return new VarveError("EMBEDDING_UNAVAILABLE", `No embedding function is registered as ${quote(name)}.`, {
    hint:
      'Import what registers it (the built-in ones: import "varve/embeddings"), or register it: ' +
      `registry.register(${quote(name)}, (config) => ...). Registered are: ${list}.`,
  });
}

/** A registration under a name that is taken. */
export function functionRegistered(name: string): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    `An embedding function is already registered as ${quote(name)}.`,
    {
      hint: "Choose another name, or make a Registry of your own and pass it to connect.",
    },
  );
}

/** A function whose parts do not make sense. */
export function badFunction(what: string, expected: string, found: string): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    `The ${what} of an embedding function is ${expected}; ${found} was given.`,
  );
}

/** A model folder that cannot be read. */
export function modelUnreadable(file: string, cause: unknown): VarveError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new VarveError(
    "EMBEDDING_UNAVAILABLE",
    `The built-in model could not be read from ${file}: ${why}`,
    {
      hint: "Install the package again: the model is a part of it.",
      where: { file },
      cause,
    },
  );
}

/** A table that was embedded with another revision of the built-in model. */
export function modelDiffers(wanted: string, found: string): VarveError {
  return new VarveError(
    "EMBEDDING_UNAVAILABLE",
    `The table was embedded with the built-in model ${wanted}; this version of the package brings ${found}.`,
    { hint: "Use the version of the package that wrote the table, or search with a vector of your own." },
  );
}
