/** What can be embedded: text, or bytes for functions that take images. */
export type EmbeddingInput = string | Uint8Array;

/** Whether the inputs are searched for or searched with: some models treat the two differently. */
export type EmbeddingKind = "query" | "document";

/** A JSON object that describes a function well enough to make it again; never a secret. */
export type EmbeddingConfig = Readonly<Record<string, unknown>>;

/** What a function is told beside its inputs. */
export interface EmbeddingRequest {
  /** Whether the inputs are queries or documents. */
  readonly kind: EmbeddingKind;
  /** Ends the work early. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Turns texts (or images) into vectors. A function is a value: it is passed to `embed`, and its `name` and `config` are kept
 * in the table, so that a registry can make it again when the table is opened by name.
 *
 * @typeParam I - what it embeds
 */
export interface EmbeddingFunction<I extends EmbeddingInput = string> {
  /** The name under which a registry makes it again. */
  readonly name: string;
  /** The length of its vectors. */
  readonly dimensions: number;
  /** The most inputs of one call. */
  readonly maxBatch: number;
  /** What tells this function from others of the same name; never a secret. */
  readonly config: EmbeddingConfig;
  /** One vector for each input, in order; `null` where the model has nothing to say about an input. */
  embed(inputs: readonly I[], request: EmbeddingRequest): Promise<readonly (Float32Array | null)[]>;
}
