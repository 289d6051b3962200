import type { EmbeddingInput, EmbeddingKind, LongText } from "../../embeddings/embedding-function";
import { sha256 } from "../../node-crypto";
import type { AnyFunction } from "./traits";

/** How many bytes a key has before it is written as base64. */
export const KEY_BYTES = 32;

/** Makes the keys of one function: a hash, from which neither the input nor the config can be read. */
export function cacheKeys(
  fn: AnyFunction,
  longText?: LongText,
  kind: EmbeddingKind = "document",
): (input: EmbeddingInput) => string {
  const { name, dimensions, config, revision = null } = fn;
  const identity = canonicalJson({ name, dimensions, config, revision, kind, longText });
  const prefix = sha256().update(identity).digest();
  return (input) =>
    sha256()
      .update(prefix)
      .update(typeof input === "string" ? "text" : "data")
      .update(input)
      .digest("base64");
}

/** JSON whose keys are sorted, so that the same config is the same text. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
