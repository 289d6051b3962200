import { type Names, ownOptions } from "../own-options";
import { embedderIdentity } from "./embedder-identity";
import type { EmbeddingFunction, EmbeddingLimits, EmbeddingRequest } from "./embedding-function";
import { checkCounts, checkText, LIMITS, limitsOf, present } from "./support/option-check";
import { checkAborted, requestError, unlessAborted } from "./support/request-failure";
import { checkedVectors, embedPresent } from "./support/vectors";

/** What `fromLangChain` takes beside the embeddings. */
export interface LangChainOptions extends EmbeddingLimits {
  /** The name under which a registry makes it again. Two models need two names. */
  readonly name: string;
  /** The length of the vectors. */
  readonly dimensions: number;
  /**
   * The most inputs of one call.
   * @default 128
   */
  readonly maxBatch?: number | undefined;
}

/** The part of LangChain's `Embeddings` that is used. */
export interface LangChainEmbeddings {
  embedDocuments(documents: string[]): Promise<number[][]>;
  embedQuery(document: string): Promise<number[]>;
}

const OPTIONS: Names<LangChainOptions> = { ...LIMITS, name: true, dimensions: true, maxBatch: true };

/**
 * Embeds with any `Embeddings` of LangChain. Documents go through `embedDocuments`, queries through `embedQuery`. A table keeps what they
 * say of themselves (class and model, never a key) and refuses others.
 *
 * LangChain repeats failed calls by itself: make the embeddings with `maxRetries: 0`, so that a call is not repeated twice
 * over. Its calls cannot be ended: a signal ends the waiting.
 *
 * @example
 * ```ts
 * const fn = fromLangChain(new CohereEmbeddings({ model: "embed-v4.0", maxRetries: 0 }), { name: "cohere", dimensions: 1536 });
 * ```
 */
export function fromLangChain(
  embeddings: LangChainEmbeddings,
  given: LangChainOptions,
): EmbeddingFunction<string> {
  const options = ownOptions("fromLangChain", given, OPTIONS);
  const { name, dimensions, maxBatch = 128 } = options;
  const embedder = embedderIdentity(embeddings);
  checkText("name", name);
  checkCounts({ dimensions, maxBatch });
  const answerer = { provider: "LangChain", model: name, dimensions };
  const embedTexts = async (texts: string[], { kind, signal }: EmbeddingRequest): Promise<Float32Array[]> => {
    checkAborted(signal);
    try {
      const call =
        kind === "query"
          ? Promise.all(texts.map((text) => embeddings.embedQuery(text)))
          : embeddings.embedDocuments(texts);
      return checkedVectors(await unlessAborted(call, signal), texts.length, answerer);
    } catch (error) {
      throw requestError("LangChain", error, signal, [], error);
    }
  };
  return Object.freeze({
    name,
    dimensions,
    maxBatch,
    ...limitsOf(options),
    inputTypes: ["text"] as const,
    config: Object.freeze({ dimensions, ...present({ embedder }) }),
    embed: (inputs: readonly string[], request: EmbeddingRequest) =>
      embedPresent(inputs, "", (texts) => embedTexts(texts, request)),
  });
}
