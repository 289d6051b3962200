import { badFunction } from "./embedding-errors";
import type {
  EmbeddingConfig,
  EmbeddingFunction,
  EmbeddingInput,
  EmbeddingRequest,
} from "./embedding-function";

/** What `custom` takes. */
export interface CustomEmbedding<I extends EmbeddingInput> {
  /** The name under which a registry makes it again. */
  readonly name: string;
  /** The length of its vectors. */
  readonly dimensions: number;
  /** The most inputs of one call; 128 unless told. */
  readonly maxBatch?: number | undefined;
  /** What tells this function from others of the same name; kept in the table, so never a secret. */
  readonly config?: EmbeddingConfig | undefined;
  /** One vector for each input, in order; `null` where there is nothing to say about an input. */
  readonly embed: (
    inputs: readonly I[],
    request: EmbeddingRequest,
  ) => Promise<readonly (Float32Array | null)[]>;
}

/**
 * An embedding function of your own.
 *
 * To open its tables by name, register it: `registry.register("my-model", (config) => ...)`.
 *
 * @example
 * ```ts
 * const mine = custom({
 *   name: "my-model",
 *   dimensions: 3,
 *   embed: async (texts) => texts.map((text) => Float32Array.of(text.length, 1, 0)),
 * });
 * ```
 */
export function custom<I extends EmbeddingInput = string>(options: CustomEmbedding<I>): EmbeddingFunction<I> {
  const { name, dimensions, embed, maxBatch = 128, config = {} } = options;
  if (typeof name !== "string" || name === "")
    throw badFunction("name", "a text that is not empty", String(name));
  if (!isCount(dimensions)) throw badFunction("dimensions", "a whole number from 1 on", String(dimensions));
  if (!isCount(maxBatch)) throw badFunction("maxBatch", "a whole number from 1 on", String(maxBatch));
  return Object.freeze({ name, dimensions, maxBatch, config: Object.freeze({ ...config }), embed });
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1;
}
