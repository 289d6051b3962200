import type { EmbeddingFunction } from "varve";
import { custom } from "varve/embeddings";

/** A function that keeps what it was asked. */
export interface RecordingEmbedding extends EmbeddingFunction<string> {
  /** The inputs of every call, in order. */
  readonly calls: { readonly inputs: readonly string[]; readonly kind: string }[];
}

/**
 * A deterministic embedding: each word is hashed to a dimension. Texts with the same words have the same vector; a text of question
 * marks alone has none.
 */
export function hashEmbedding(
  options: { name?: string; dimensions?: number; maxBatch?: number } = {},
): RecordingEmbedding {
  const { name = "hash", dimensions = 16, maxBatch = 4 } = options;
  const calls: RecordingEmbedding["calls"] = [];
  const fn = custom<string>({
    name,
    dimensions,
    maxBatch,
    config: { dimensions },
    embed: (inputs, { kind }) => {
      calls.push({ inputs: [...inputs], kind });
      return Promise.resolve(inputs.map((text) => hashVector(text, dimensions)));
    },
  });
  return { ...fn, calls };
}

/** The vector that the function above has for a text. */
export function hashVector(text: string, dimensions = 16): Float32Array | null {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu);
  if (words === null) return null;
  const vector = new Float32Array(dimensions);
  for (const word of words) {
    const slot = hash(word) % dimensions;
    vector[slot] = (vector[slot] ?? 0) + 1;
  }
  const length = Math.hypot(...vector);
  return vector.map((element) => element / length);
}

function hash(word: string): number {
  let state = 2_166_136_261;
  for (const character of word) state = Math.imul(state ^ (character.codePointAt(0) ?? 0), 16_777_619) >>> 0;
  return state;
}
