import { readFileSync } from "node:fs";
import { join } from "node:path";
import { modelFolder, nativeModule } from "../native-module";
import type { NativeEmbedder } from "../native-types";
import { modelDiffers, modelMissing, modelUnreadable } from "./embedding-errors";
import type { EmbeddingConfig, EmbeddingFunction, EmbeddingRequest } from "./embedding-function";
import { checkAborted } from "./support/request-failure";

const MODEL = "varve-static-en";
const MAX_BATCH = 1024;
/** Measured on collections with judgements: `docs/embedding-quality.md`. */
const STRENGTH = 0.4;
const LANGUAGES: readonly string[] = Object.freeze(["en"]);

interface Model {
  readonly name: string;
  readonly revision: string;
  readonly dimensions: number;
}

// One model and one embedder for the process: the files never change while it runs.
let model: Model | undefined;
let embedder: NativeEmbedder | undefined;

/**
 * The embedding function that comes with the package: English, no download, no key, works offline, and takes microseconds for a
 * text. The model is loaded when the first text is embedded. A text without any known word has no embedding.
 *
 * @example
 * ```ts
 * const docs = table("docs", { id: text().primaryKey(), body: text() }, (c) => ({ vec: embed(builtin(), c.body) }));
 * ```
 */
export function builtin(): EmbeddingFunction<string> {
  model ??= readModel(folderOfModel());
  const { name, revision, dimensions } = model;
  return Object.freeze({
    name: "builtin",
    dimensions,
    maxBatch: MAX_BATCH,
    revision,
    inputTypes: ["text"] as const,
    strength: STRENGTH,
    languages: LANGUAGES,
    config: Object.freeze({ model: name, revision }),
    embed: embedTexts,
  });
}

/** Makes the built-in function again; throws EMBEDDING_UNAVAILABLE for a model that this package does not bring. */
export function builtinFrom(config: EmbeddingConfig): EmbeddingFunction<string> {
  const found = builtin();
  const say = ({ model: name, revision }: EmbeddingConfig): string => `${name} (revision ${revision})`;
  if (config["model"] !== found.config["model"] || config["revision"] !== found.config["revision"]) {
    throw modelDiffers(say(config), say(found.config));
  }
  return found;
}

async function embedTexts(
  texts: readonly string[],
  request: EmbeddingRequest,
): Promise<(Float32Array | null)[]> {
  checkAborted(request.signal);
  embedder ??= loadEmbedder();
  const [only] = texts;
  // One query is answered inside the call: it takes less than the way to another thread.
  if (request.kind === "query" && texts.length === 1 && only !== undefined) return [embedder.embedOne(only)];
  const { dimensions } = embedder;
  const { vectors, known } = await embedder.embed([...texts]);
  return texts.map((_, index) =>
    known[index] === 0 ? null : vectors.subarray(index * dimensions, (index + 1) * dimensions),
  );
}

function folderOfModel(): string {
  const folder = modelFolder(MODEL);
  if (folder === undefined) throw modelMissing(MODEL);
  return folder;
}

function loadEmbedder(): NativeEmbedder {
  const folder = folderOfModel();
  const { NativeEmbedder: Embedder } = nativeModule();
  try {
    return new Embedder(folder);
  } catch (cause) {
    throw modelUnreadable(folder, cause);
  }
}

function readModel(folder: string): Model {
  const file = join(folder, "config.json");
  try {
    const { name, revision, dimensions } = JSON.parse(readFileSync(file, "utf8")) as Model;
    return { name, revision, dimensions };
  } catch (cause) {
    throw modelUnreadable(file, cause);
  }
}
