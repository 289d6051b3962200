// Every message about embedding functions themselves. What goes wrong while rows are embedded is in sdk/embed/embed-errors.

import { messageOf } from "../realm";
import { VarveError } from "../varve-error";
import type { EmbeddingFailure } from "./embedding-function";
import { hintFor, type Obstacle } from "./support/obstacle";

const quote = (text: string): string => JSON.stringify(text);

/** A name under which no function is registered. */
export function functionNotRegistered(name: string, known: readonly string[]): VarveError {
  const list = known.length === 0 ? "none" : known.map(quote).join(", ");
  // Such a function holds an object of somebody else's, which no name and no config can make again.
  const first =
    name === "ai-sdk"
      ? "A model of the AI SDK cannot be made again from its name: open the table with its declaration, or register it: "
      : 'Import what registers it (the built-in ones: import "varve/embeddings"), or register it: ';
  return new VarveError("EMBEDDING_UNAVAILABLE", `No embedding function is registered as ${quote(name)}.`, {
    hint: `${first}registry.register(${quote(name)}, (config) => ...). Registered are: ${list}.`,
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
    `An embedding function's ${what}: expected ${expected}, found ${found}.`,
  );
}

/** A model folder that cannot be read. */
export function modelUnreadable(file: string, cause: unknown): VarveError {
  const why = messageOf(cause);
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

/** A model of the package that is nowhere, as in a bundle. */
export function modelMissing(name: string): VarveError {
  return new VarveError(
    "EMBEDDING_UNAVAILABLE",
    `The files of the built-in model ${quote(name)} were not found.`,
    {
      hint:
        `In a bundle, keep varve out of it (Next.js: serverExternalPackages: ["varve"]; esbuild: --external:varve; webpack: externals), or copy ` +
        `the package @varve/model-en to models/${name} beside the bundle, or set the environment variable VARVE_MODELS to that folder models. ` +
        "Without a bundle, install it: npm install @varve/model-en",
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

/** A request for embeddings that failed, with what the caller must know to go on. */
export class EmbeddingRequestError extends VarveError implements EmbeddingFailure {
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly retryable: boolean | "once";
  readonly tooLarge: boolean;

  /** Made by the providers; a program catches these and does not make them. */
  constructor(message: string, failure: EmbeddingFailure, details: { hint?: string; cause?: unknown } = {}) {
    super("EMBEDDING_FAILED", message, details);
    this.status = failure.status;
    this.retryAfterMs = failure.retryAfterMs;
    this.retryable = failure.retryable ?? false;
    this.tooLarge = failure.tooLarge ?? false;
  }
}

/** A server that refused, or that could not be reached. */
export function requestFailed(
  provider: string,
  why: string,
  failure: EmbeddingFailure,
  { obstacle, cause }: { readonly obstacle?: Obstacle | undefined; readonly cause?: unknown } = {},
): EmbeddingRequestError {
  const hint = obstacle === undefined ? hintOf(failure) : hintFor(obstacle);
  return new EmbeddingRequestError(`${provider} ${whatHappened(failure, obstacle)}: ${why}`, failure, {
    ...(hint === undefined ? {} : { hint }),
    cause,
  });
}

function whatHappened({ status }: EmbeddingFailure, obstacle: Obstacle | undefined): string {
  if (obstacle === "page") return "answered with a web page";
  if (obstacle === "answer") return "gave an answer that cannot be read";
  if (status === undefined) return "gave no answer";
  return status < 400 ? `answered with status ${status}` : `refused with status ${status}`;
}

function hintOf({ status, tooLarge, retryable }: EmbeddingFailure): string | undefined {
  if (tooLarge) return "Send fewer or shorter inputs at once: see maxBatch and maxBatchTokens.";
  if (status === 401 || status === 403) return "Check the key and what it is allowed to do.";
  if (status === 404) return "Check the name of the model and the address.";
  return retryable ? hintFor("connection") : undefined;
}

/** An answer that is not what was asked for: of a server that does not speak this API, or one that was damaged on the way. */
export function answerMalformed(
  provider: string,
  expected: string,
  found: string,
  retryable: false | "once" = "once",
): EmbeddingRequestError {
  const message = `The answer of ${provider}: expected ${expected}, found ${found}.`;
  const hint = retryable
    ? hintFor("answer")
    : "Check the address and the model: the server that answered does not speak this API.";
  return new EmbeddingRequestError(message, { retryable }, { hint });
}

/** A model whose vectors have another length than was said. */
export function dimensionsDiffer(
  provider: string,
  model: string,
  expected: number,
  found: number,
): EmbeddingRequestError {
  return new EmbeddingRequestError(
    `The vectors of ${quote(model)} from ${provider}: expected ${expected} dimensions, found ${found}.`,
    { retryable: false },
    { hint: `Pass dimensions: ${found}, or ask for another model.` },
  );
}

/** An input that the model cannot read. */
export function inputUnreadable(provider: string, index: number, cause: unknown): EmbeddingRequestError {
  const why = messageOf(cause);
  return new EmbeddingRequestError(
    `Input ${index} is not an image that ${provider} can read: ${why}`,
    { retryable: false },
    { hint: "Pass the bytes of a PNG, JPEG or WebP file.", cause },
  );
}

/** A call that its signal aborted. */
export function embeddingAborted(cause: unknown): VarveError {
  return new VarveError("ABORTED", "The embedding was aborted by its signal.", { cause });
}

/** A package that is needed and not installed. */
export function libraryMissing(user: string, library: string, install: string, cause: unknown): VarveError {
  return new VarveError(
    "EMBEDDING_UNAVAILABLE",
    `${user} needs the package ${quote(library)}, which is not installed.`,
    { hint: `Install it: npm install ${install}`, cause },
  );
}

/** A package that is installed and does not load. */
export function libraryBroken(user: string, library: string, cause: unknown): VarveError {
  const why = messageOf(cause);
  return new VarveError(
    "EMBEDDING_UNAVAILABLE",
    `${user} needs the package ${quote(library)}, which does not load: ${why}`,
    { hint: "Install it again, and check that it supports this platform and this version of Node.", cause },
  );
}

/** A key that is needed and was not given. */
export function keyMissing(user: string, variable: string): VarveError {
  return new VarveError("EMBEDDING_UNAVAILABLE", `${user} has no key.`, {
    hint: `Set the environment variable ${variable}, or pass apiKey.`,
  });
}

/** An address that is needed and was not given. */
export function addressMissing(user: string, example: string): VarveError {
  return new VarveError("INVALID_ARGUMENT", `${user} needs the address of the server.`, {
    hint: `Pass baseURL, such as ${quote(example)}.`,
  });
}

/** A model whose vectors have an unknown length. */
export function dimensionsUnknown(user: string, model: string): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    `${user} does not know how long the vectors of ${quote(model)} are.`,
    {
      hint: "Pass dimensions: the length that the model's page names.",
    },
  );
}

/** A table that names a server which nobody vouched for. */
export function addressUntrusted(baseURL: string): VarveError {
  return new VarveError(
    "EMBEDDING_UNAVAILABLE",
    `The table was embedded through the server ${quote(baseURL)}. Texts and keys are not sent to an address only because a table names it.`,
    {
      hint:
        "If it is yours, set the environment variable OPENAI_BASE_URL to it, open the table with its declaration, " +
        "or pass a registry to connect that makes the function.",
    },
  );
}

/** A stored config that does not describe a function. */
export function configUnreadable(name: string, part: string, expected: string, found: unknown): VarveError {
  return new VarveError(
    "EMBEDDING_UNAVAILABLE",
    `The stored config of the embedding function ${quote(name)}, ${part}: expected ${expected}, found ${JSON.stringify(found) ?? "nothing"}.`,
    { hint: "Open the table with its declaration, or search with a vector of your own." },
  );
}

/** A file of a model that cannot be read. */
export function modelFileUnreadable(user: string, file: string, cause: unknown, hint: string): VarveError {
  const why = messageOf(cause);
  return new VarveError("EMBEDDING_UNAVAILABLE", `${user} cannot read ${file}: ${why}`, {
    hint,
    where: { file },
    cause,
  });
}

/** A model that cannot be loaded; an error of ours stays as it is. */
export function modelNotLoaded(user: string, model: string, cause: unknown, hint: string): VarveError {
  if (VarveError.is(cause)) return cause;
  const why = messageOf(cause);
  return new VarveError("EMBEDDING_UNAVAILABLE", `${user} cannot load ${quote(model)}: ${why}`, {
    hint,
    cause,
  });
}

/** A model that does not take or give what an embedding needs. */
export function modelUnsuited(user: string, model: string, why: string): VarveError {
  return new VarveError("EMBEDDING_UNAVAILABLE", `${user} cannot embed with ${quote(model)}: ${why}`);
}

/** A stored model that this machine does not have. */
export function modelNotHere(user: string, model: string, variable: string): VarveError {
  return new VarveError(
    "EMBEDDING_UNAVAILABLE",
    `The table was embedded with the model ${quote(model)}, and ${user} does not know where it lies.`,
    {
      hint:
        `Set the environment variable ${variable} to the folder that holds the folder ${quote(model)}, open the table with ` +
        "its declaration, or pass a registry to connect that makes the function.",
    },
  );
}

/** A stored model of which this machine has another edition. */
export function revisionDiffers(user: string, model: string, wanted: string, found: string): VarveError {
  return new VarveError(
    "EMBEDDING_UNAVAILABLE",
    `The table was embedded with revision ${wanted} of the model ${quote(model)}; ${user} found revision ${found}.`,
    { hint: "Use the files that wrote the table, or search with a vector of your own." },
  );
}

/** A text that a model of this machine cannot take as a whole, where it may not be cut. */
export function textTooLong(tokens: number, most: number): VarveError {
  const message = `The text has ${tokens} tokens; the model takes at most ${most}.`;
  const error = new VarveError("EMBEDDING_FAILED", message, {
    hint: 'Divide the text into several rows, or declare the column with longText: "truncate".',
  });
  return Object.assign(error, { tooLarge: true, retryable: false });
}
