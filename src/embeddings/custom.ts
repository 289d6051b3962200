import { type Names, ownOptions } from "../own-options";
import type {
  EmbeddingConfig,
  EmbeddingFunction,
  EmbeddingInput,
  EmbeddingInputType,
  EmbeddingLimits,
  EmbeddingRequest,
} from "./embedding-function";
import { checkCounts, checkText, LIMITS, limitsOf, present } from "./support/option-check";
import { numbersOf } from "./support/vectors";

/** What `custom` takes. */
export interface CustomEmbedding<I extends EmbeddingInput> extends EmbeddingLimits {
  /** The name under which a registry makes it again. */
  readonly name: string;
  /** The length of its vectors. */
  readonly dimensions: number;
  /**
   * The most inputs of one call.
   * @default 128
   */
  readonly maxBatch?: number | undefined;
  /** What tells this function from others of the same name; kept in the table, so never a secret. */
  readonly config?: EmbeddingConfig | undefined;
  /** Which edition of the model it is. A table notices when it has changed. */
  readonly revision?: string | undefined;
  /**
   * What it takes.
   * @default ["text"]
   */
  readonly inputTypes?: readonly EmbeddingInputType[] | undefined;
  /** One vector for each input, in order; `null` where there is nothing to say about an input. */
  readonly embed: (
    inputs: readonly I[],
    request: EmbeddingRequest,
  ) => Promise<readonly (Float32Array | Float64Array | readonly number[] | null)[]>;
  /** Gives back what the function holds. */
  readonly dispose?: (() => Promise<void>) | undefined;
}

const OPTIONS: Names<CustomEmbedding<never>> = {
  ...LIMITS,
  name: true,
  dimensions: true,
  maxBatch: true,
  config: true,
  revision: true,
  inputTypes: true,
  embed: true,
  dispose: true,
};

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
export function custom<I extends EmbeddingInput = string>(given: CustomEmbedding<I>): EmbeddingFunction<I> {
  const options = ownOptions("custom", given, OPTIONS);
  const { name, dimensions, embed, maxBatch = 128, config = {}, revision, inputTypes, dispose } = options;
  checkText("name", name);
  checkCounts({ dimensions, maxBatch });
  return Object.freeze({
    name,
    dimensions,
    maxBatch,
    ...limitsOf(options),
    ...present({ revision, inputTypes, dispose }),
    config: Object.freeze({ ...config, ...present({ revision }) }),
    embed: async (inputs: readonly I[], request: EmbeddingRequest) => asFloats(await embed(inputs, request)),
  });
}

/** Lists of numbers become vectors; whoever asked checks the rest. */
function asFloats(answer: Awaited<ReturnType<CustomEmbedding<string>["embed"]>>): (Float32Array | null)[] {
  if (!Array.isArray(answer)) return answer as (Float32Array | null)[];
  return answer.map((vector: unknown) => (numbersOf(vector) ?? vector) as Float32Array | null);
}
