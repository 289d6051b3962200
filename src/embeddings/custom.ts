import { describeValue } from "../describe-value";
import { type Names, ownOptions } from "../own-options";
import { badFunction } from "./embedding-errors";
import type {
  EmbeddingConfig,
  EmbeddingFunction,
  EmbeddingInput,
  EmbeddingInputType,
  EmbeddingLimits,
  EmbeddingRequest,
} from "./embedding-function";
import { checkCounts, checkText, LIMITS, languagesOf, limitsOf, present } from "./support/option-check";
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
  /**
   * How well it tells texts apart, from 0 to 1: what its vectors count for beside words, where both are searched. 1 is one half.
   * @default 1
   */
  readonly strength?: number | undefined;
  /**
   * The languages that it reads, as codes such as `"en"`. Where a query is in another script than theirs, a hybrid search asks for words alone.
   * @default not known
   */
  readonly languages?: readonly string[] | undefined;
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
  strength: true,
  languages: true,
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
  const { strength } = options;
  checkText("name", name);
  checkCounts({ dimensions, maxBatch });
  if (strength !== undefined && !(strength >= 0 && strength <= 1))
    throw badFunction("strength", "a number from 0 to 1", describeValue(strength));
  return Object.freeze({
    name,
    dimensions,
    maxBatch,
    ...limitsOf(options),
    ...present({ revision, inputTypes, strength, languages: languagesOf(options.languages), dispose }),
    config: Object.freeze({ ...config, ...present({ revision }) }),
    embed: async (inputs: readonly I[], request: EmbeddingRequest) => asFloats(await embed(inputs, request)),
  });
}

/** Lists of numbers become vectors; whoever asked checks the rest. */
function asFloats(answer: Awaited<ReturnType<CustomEmbedding<string>["embed"]>>): (Float32Array | null)[] {
  if (!Array.isArray(answer)) return answer as (Float32Array | null)[];
  return answer.map((vector: unknown) => (numbersOf(vector) ?? vector) as Float32Array | null);
}
