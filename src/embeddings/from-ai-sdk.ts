import { type Names, ownOptions } from "../own-options";
import { badFunction } from "./embedding-errors";
import type {
  EmbeddingConfig,
  EmbeddingFunction,
  EmbeddingInputType,
  EmbeddingLimits,
  EmbeddingRequest,
  EmbeddingRetry,
} from "./embedding-function";
import { checkCounts, LIMITS, limitsOf, present } from "./support/option-check";
import { checkAborted, requestError } from "./support/request-failure";
import { type Answerer, checkedVectors, embedPresent } from "./support/vectors";

/** Options for the provider behind a model of the AI SDK, by the provider's name. */
export type AiSdkProviderOptions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What `fromAiSdk` takes beside the model. */
export interface AiSdkOptions extends EmbeddingLimits {
  /** The length of the vectors. */
  readonly dimensions: number;
  /**
   * Whether a model that can be asked for a length is asked for this one.
   * @default true
   */
  readonly requestDimensions?: boolean | undefined;
  /** Options for the provider with queries, such as `{ voyage: { inputType: "query" } }`. */
  readonly query?: AiSdkProviderOptions | undefined;
  /** Options for the provider with documents. */
  readonly document?: AiSdkProviderOptions | undefined;
  /**
   * The most inputs of one call.
   * @default what the model says
   */
  readonly maxBatch?: number | undefined;
}

/** An embedding model of the AI SDK, of its specification v2, v3 or v4. */
export interface AiSdkEmbeddingModel {
  readonly specificationVersion: "v2" | "v3" | "v4";
  readonly provider: string;
  readonly modelId: string;
  readonly maxEmbeddingsPerCall: PromiseLike<number | undefined> | number | undefined;
  readonly supportsParallelCalls: PromiseLike<boolean> | boolean;
  doEmbed(options: {
    values: string[];
    dimensions?: number;
    abortSignal?: AbortSignal;
    // biome-ignore lint/suspicious/noExplicitAny: the versions type the values of options differently, each as JSON of its own
    providerOptions?: Record<string, Record<string, any>>;
  }): PromiseLike<{ readonly embeddings: readonly (readonly number[])[] }>;
}

const NAME = "ai-sdk";
const specifications = ["v2", "v3", "v4"];

// What a model takes that does not say, and one that has not said yet.
const unsaid = 128;
// What a model takes that takes any number: an answer has to fit into memory.
const most = 2048;

/**
 * Embeds with any embedding model of the AI SDK. The package `ai` is not needed.
 *
 * Such a function holds your model, so it cannot be made again from what a table stores: open the table with its declaration.
 *
 * @example
 * ```ts
 * import { cohere } from "@ai-sdk/cohere";
 *
 * const fn = fromAiSdk(cohere.embeddingModel("embed-v4.0"), {
 *   dimensions: 1536,
 *   query: { cohere: { inputType: "search_query" } },
 *   document: { cohere: { inputType: "search_document" } },
 * });
 * ```
 */
export function fromAiSdk(model: AiSdkEmbeddingModel, options: AiSdkOptions): EmbeddingFunction<string> {
  return new AiSdkEmbedding(model, ownOptions("fromAiSdk", options, OPTIONS));
}

// --- Private helpers ---

const OPTIONS: Names<AiSdkOptions> = {
  ...LIMITS,
  dimensions: true,
  requestDimensions: true,
  query: true,
  document: true,
  maxBatch: true,
};

class AiSdkEmbedding implements EmbeddingFunction<string> {
  readonly name = NAME;
  readonly dimensions: number;
  readonly config: EmbeddingConfig;
  readonly inputTypes: readonly EmbeddingInputType[] = ["text"];
  readonly maxBatchTokens: number | undefined;
  readonly maxInputTokens: number | undefined;
  readonly requestsPerMinute: number | undefined;
  readonly timeoutMs: number | undefined;
  readonly retry: EmbeddingRetry | undefined;
  readonly #model: AiSdkEmbeddingModel;
  readonly #options: AiSdkOptions;
  readonly #answerer: Answerer;
  #perCall: number | undefined;
  #parallel: boolean;

  constructor(model: AiSdkEmbeddingModel, options: AiSdkOptions) {
    checkModel(model);
    const { dimensions, maxBatch } = options;
    checkCounts({ dimensions, ...present({ maxBatch }) });
    const limits = limitsOf(options);
    const { provider, modelId, maxEmbeddingsPerCall: perCall, supportsParallelCalls: parallel } = model;
    this.dimensions = dimensions;
    this.config = Object.freeze({ provider, modelId, dimensions });
    this.maxBatchTokens = limits.maxBatchTokens;
    this.maxInputTokens = limits.maxInputTokens;
    this.requestsPerMinute = limits.requestsPerMinute;
    this.timeoutMs = limits.timeoutMs;
    this.retry = limits.retry;
    this.#model = model;
    this.#options = options;
    this.#answerer = { provider, model: modelId, dimensions };
    this.#perCall = typeof perCall === "object" ? undefined : (perCall ?? unsaid);
    this.#parallel = parallel === true;
  }

  /** What the model takes at most, once it has said so. */
  get maxBatch(): number {
    return Math.max(1, Math.min(this.#options.maxBatch ?? most, this.#perCall ?? unsaid, most));
  }

  /** One call at a time, where the model wants no more or has not said. */
  get maxConcurrency(): number | undefined {
    return this.#parallel ? this.#options.maxConcurrency : 1;
  }

  embed(inputs: readonly string[], request: EmbeddingRequest): Promise<(Float32Array | null)[]> {
    return embedPresent(inputs, "", (texts) => this.#calls(texts, request));
  }

  /** One call; more of them only where the model said after the first batch was cut that it takes fewer. */
  async #calls(texts: string[], request: EmbeddingRequest): Promise<Float32Array[]> {
    checkAborted(request.signal);
    this.#perCall ??= (await this.#model.maxEmbeddingsPerCall) ?? unsaid;
    this.#parallel ||= await this.#model.supportsParallelCalls;
    const size = Math.max(1, this.#perCall);
    const vectors: Float32Array[] = [];
    for (let from = 0; from < texts.length; from += size) {
      for (const vector of await this.#call(texts.slice(from, from + size), request)) vectors.push(vector);
    }
    return vectors;
  }

  async #call(values: string[], { kind, signal }: EmbeddingRequest): Promise<Float32Array[]> {
    const { dimensions, requestDimensions = true, [kind]: providerOptions } = this.#options;
    const sized = this.#model.specificationVersion === "v4" && requestDimensions;
    try {
      const { embeddings } = await this.#model.doEmbed({
        values,
        ...(sized ? { dimensions } : {}),
        ...present({ abortSignal: signal, providerOptions }),
      });
      return checkedVectors(embeddings, values.length, this.#answerer);
    } catch (error) {
      throw requestError(this.#answerer.provider, error, signal, [], error);
    }
  }
}

function checkModel(model: unknown): asserts model is AiSdkEmbeddingModel {
  const found =
    typeof model === "object" && model !== null ? Reflect.get(model, "specificationVersion") : model;
  if (typeof model === "object" && typeof found === "string" && specifications.includes(found)) return;
  throw badFunction("model", "an embedding model object of the AI SDK (v2, v3 or v4)", describe(found));
}

const describe = (value: unknown): string => JSON.stringify(value) ?? String(value);
