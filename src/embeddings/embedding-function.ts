/** What can be embedded: text, or bytes for functions that take images. */
export type EmbeddingInput = string | Uint8Array;

/** A kind of input: a text, or an image as the bytes of its file. */
export type EmbeddingInputType = "text" | "image";

/** Whether the inputs are searched for or searched with: some models treat the two differently. */
export type EmbeddingKind = "query" | "document";

/** A JSON object that describes a function well enough to make it again; never a secret. */
export type EmbeddingConfig = Readonly<Record<string, unknown>>;

/** What happens to a text that is longer than a model takes: its beginning is embedded, or it is an error. */
export type LongText = "truncate" | "refuse";

/** What a function is told beside its inputs. */
export interface EmbeddingRequest {
  /** Whether the inputs are queries or documents. */
  readonly kind: EmbeddingKind;
  /** Ends the work early. */
  readonly signal?: AbortSignal | undefined;
  /** What to do with texts that are too long, where anything was said about it. */
  readonly longText?: LongText | undefined;
}

/**
 * How long a call of a function is tried again when it fails in a way that may pass. Where only one of the two is given, only that one
 * counts. Failures that last, such as a wrong key, are not tried again at all; a refused connection is tried once more.
 *
 * @example
 * ```ts
 * openai("text-embedding-3-small", { retry: { forMs: 60_000 } });
 * ```
 */
export interface EmbeddingRetry {
  /**
   * How often a call is made in all. 1 never tries again.
   * @default 5, or 8 where the server asks to wait; 4 for a search
   */
  readonly attempts?: number | undefined;
  /**
   * For how many milliseconds from the first attempt on. No attempt begins later.
   * @default 10,000, or 120,000 where the server asks to wait; 10,000 for a search
   */
  readonly forMs?: number | undefined;
}

/** How much a function may be asked for, and for how long. */
export interface EmbeddingLimits {
  /**
   * The most tokens of all inputs of one call together.
   * @default no limit
   */
  readonly maxBatchTokens?: number | undefined;
  /**
   * The most tokens of one input. The model cuts off or refuses what is longer, unless `longText` of the column says what to do.
   * @default no limit
   */
  readonly maxInputTokens?: number | undefined;
  /**
   * The most calls at the same time.
   * @default 4
   */
  readonly maxConcurrency?: number | undefined;
  /**
   * The most calls within a minute.
   * @default no limit
   */
  readonly requestsPerMinute?: number | undefined;
  /**
   * How long one call may take, in milliseconds. A call that takes longer is ended, and counts as failed.
   * @default 300,000, which is five minutes
   */
  readonly timeoutMs?: number | undefined;
  /** How often and for how long a failed call is tried again. */
  readonly retry?: EmbeddingRetry | undefined;
}

/**
 * What an error of `embed` says about going on, as properties of the error. The providers of this package throw errors that
 * carry them; the errors of a function of your own may.
 */
export interface EmbeddingFailure {
  /** The status of the answer, where a server refused. */
  readonly status?: number | undefined;
  /** How long the server asks to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /**
   * Whether the same call may succeed later. `"once"`: perhaps, but it probably fails for good, as with a refused connection; it is
   * tried once more after a moment.
   */
  readonly retryable?: boolean | "once" | undefined;
  /** Whether fewer inputs may succeed. */
  readonly tooLarge?: boolean | undefined;
}

/**
 * Turns texts (or images) into vectors. A function is a value: it is passed to `embed`, and its `name` and `config` are kept
 * in the table, so that a registry can make it again when the table is opened by name.
 *
 * One call of `embed` is one request: it neither divides nor repeats it. What divides, repeats and keeps answers stands
 * before it and is the same for all functions.
 *
 * @typeParam I - what it embeds
 */
export interface EmbeddingFunction<I extends EmbeddingInput = string> extends EmbeddingLimits {
  /** The name under which a registry makes it again. */
  readonly name: string;
  /** The length of its vectors. */
  readonly dimensions: number;
  /** The most inputs of one call. */
  readonly maxBatch: number;
  /** What tells this function from others of the same name; never a secret. */
  readonly config: EmbeddingConfig;
  /** Which edition of the model it is, where that is known; then it stands in `config` too. */
  readonly revision?: string | undefined;
  /** What it takes; `["text"]` where nothing is said. */
  readonly inputTypes?: readonly EmbeddingInputType[] | undefined;
  /**
   * How well it tells texts apart, from 0 to 1: what its vectors count for beside words, where both are searched. 1 is one half; the built-in
   * model says 0.4, and so its vectors count for a fifth. `varve eval` shows what is best for a model.
   * @default 1
   */
  readonly strength?: number | undefined;
  /**
   * The languages that it reads, as codes such as `"en"`. Where all are of Latin script, its vectors count for nothing beside words where most letters of a
   * query are of another script.
   * @default not known, so that its vectors count for every query
   */
  readonly languages?: readonly string[] | undefined;
  /** Whether it cuts long texts by itself, at exactly `maxInputTokens`, and refuses them where `longText` says so. */
  readonly truncates?: boolean | undefined;
  /** One vector for each input, in order; `null` where the model has nothing to say about an input. Fails with an {@link EmbeddingFailure}. */
  embed(inputs: readonly I[], request: EmbeddingRequest): Promise<readonly (Float32Array | null)[]>;
  /** Gives back what the function holds, such as a loaded model. A function that is called again loads again. */
  dispose?(): Promise<void>;
}
