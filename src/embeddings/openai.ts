import { type Names, ownOptions } from "../own-options";
import type { VarveError } from "../varve-error";
import {
  addressMissing,
  addressUntrusted,
  answerMalformed,
  badFunction,
  dimensionsUnknown,
  keyMissing,
} from "./embedding-errors";
import type {
  EmbeddingConfig,
  EmbeddingFunction,
  EmbeddingKind,
  EmbeddingLimits,
  EmbeddingRequest,
  EmbeddingRetry,
} from "./embedding-function";
import { importLibrary, type OptionalLibrary } from "./support/import-library";
import { familyOf } from "./support/model-families";
import {
  type OpenAiEncoding,
  type OpenAiPreset,
  type OpenAiServer,
  openAiModel,
  openAiPresets,
  openAiServer,
  otherServer,
  presetNamed,
} from "./support/openai-servers";
import { checkCounts, checkText, LIMITS, limitsOf, present, StoredConfig } from "./support/option-check";
import { requestError, withoutSecrets } from "./support/request-failure";
import { beginningOf, checkedVectors, embedPresent, numbersOrBase64 } from "./support/vectors";

/** What `openai` takes beside the model. */
export interface OpenAiOptions extends EmbeddingLimits {
  /**
   * The key.
   * @default the environment variable of the server, read at each call: `OPENAI_API_KEY` and its like
   */
  readonly apiKey?: string | undefined;
  /**
   * The address of the server, up to and including `/v1`.
   * @default the address of OpenAI, or of the preset
   */
  readonly baseURL?: string | undefined;
  /** A server whose address, limits and peculiarities are known. */
  readonly preset?: OpenAiPreset | undefined;
  /** The length of the vectors. Must be given for a model that is not known; a known one that can is asked for it. */
  readonly dimensions?: number | undefined;
  /**
   * Whether the server is asked for vectors of that length.
   * @default true for models that are known to offer several lengths
   */
  readonly requestDimensions?: boolean | undefined;
  /**
   * How numbers travel.
   * @default "base64" for OpenAI, "float" for other servers
   */
  readonly encoding?: OpenAiEncoding | undefined;
  /** What stands before a query; the well-known models on a server of your own bring theirs. */
  readonly queryPrefix?: string | undefined;
  /** What stands before a document. */
  readonly documentPrefix?: string | undefined;
  /**
   * The most inputs of a request.
   * @default 2048 for OpenAI, 256 for a server that is not known, and what is known of a preset
   */
  readonly maxBatch?: number | undefined;
  /**
   * How long an answer may take, in milliseconds.
   * @default 60,000, which is a minute
   */
  readonly timeoutMs?: number | undefined;
  /** The organisation that pays. */
  readonly organization?: string | undefined;
  /** The project that pays. */
  readonly project?: string | undefined;
  /** Further headers. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** A client of your own, such as `new OpenAI()` or `new AzureOpenAI()`: its address, key and headers hold. */
  readonly client?: OpenAiClient | undefined;
}

/** The part of a client of the `openai` package that is used. */
export interface OpenAiClient {
  readonly embeddings: {
    create(
      body: object,
      options?: { readonly signal?: AbortSignal; readonly maxRetries?: number; readonly timeout?: number },
    ): PromiseLike<{ readonly data: readonly unknown[] }>;
  };
}

const NAME = "openai";
// A client must be given some key.
const NO_KEY = "none";
const library: OptionalLibrary = { name: "openai", range: ">=5" };

interface OpenAiModule {
  readonly OpenAI: new (options: {
    apiKey: string;
    baseURL: string;
    maxRetries: number;
    organization?: string | null;
    project?: string | null;
    defaultHeaders: Record<string, string>;
    defaultQuery: Record<string, string>;
  }) => OpenAiClient;
}

/**
 * Embeds with a model of OpenAI, or of any server that speaks OpenAI's API: Azure, Gemini, Mistral, Jina, Voyage, and on a
 * machine of your own Ollama, vLLM and LM Studio. Needs the package `openai`.
 *
 * The key is never stored, and no error contains it. An address with a name and a password in it is stored without them.
 *
 * @example
 * ```ts
 * const small = openai("text-embedding-3-small");
 * const short = openai("text-embedding-3-large", { dimensions: 256 });
 * const local = openai("nomic-embed-text", { preset: "ollama" });
 * const other = openai("my-model", { baseURL: "https://embed.example.com/v1", dimensions: 768 });
 * ```
 */
export function openai(model: string, options?: OpenAiOptions): EmbeddingFunction<string> {
  return new OpenAiEmbedding(model, ownOptions("openai", options, OPTIONS));
}

/**
 * Makes the function again. A stored address could be anybody's: texts go there only if it is this machine or if the environment
 * names it, and a key only if the environment does.
 */
export function openaiFrom(config: EmbeddingConfig): EmbeddingFunction<string> {
  const stored = new StoredConfig(NAME, config);
  const baseURL = stored.optionalText("baseURL");
  const vouched = baseURL === undefined || isNamedByEnvironment(baseURL);
  if (!vouched && !(URL.canParse(baseURL) && isLocal(new URL(baseURL)))) throw addressUntrusted(baseURL);
  return openai(stored.text("model"), {
    baseURL,
    ...(vouched ? {} : { apiKey: NO_KEY }),
    preset: stored.optionalWord("preset", openAiPresets),
    dimensions: stored.optionalCount("dimensions"),
    requestDimensions: stored.optionalFlag("requestDimensions"),
    queryPrefix: stored.optionalText("queryPrefix") ?? "",
    documentPrefix: stored.optionalText("documentPrefix") ?? "",
  });
}

// --- Private helpers ---

const OPTIONS: Names<OpenAiOptions> = {
  ...LIMITS,
  apiKey: true,
  baseURL: true,
  preset: true,
  dimensions: true,
  requestDimensions: true,
  encoding: true,
  queryPrefix: true,
  documentPrefix: true,
  maxBatch: true,
  organization: true,
  project: true,
  headers: true,
  client: true,
};

class OpenAiEmbedding implements EmbeddingFunction<string> {
  readonly name = NAME;
  readonly dimensions: number;
  readonly maxBatch: number;
  readonly maxBatchTokens: number | undefined;
  readonly maxInputTokens: number | undefined;
  readonly maxConcurrency: number | undefined;
  readonly requestsPerMinute: number | undefined;
  readonly retry: EmbeddingRetry | undefined;
  readonly inputTypes = ["text"] as const;
  readonly config: EmbeddingConfig;
  readonly #model: string;
  readonly #options: OpenAiOptions;
  readonly #server: OpenAiServer;
  readonly #address: Address | undefined;
  readonly #prefixes: Readonly<Record<EmbeddingKind, string>>;
  readonly #sendsSize: boolean;
  // One client for each key that was used: a key in the environment may be changed while the process runs.
  readonly #clients = new Map<string, Promise<OpenAiClient>>();

  constructor(model: string, options: OpenAiOptions) {
    checkText("model", model);
    const { maxBatch, timeoutMs, dimensions } = options;
    checkCounts(present({ maxBatch, timeoutMs, dimensions }));
    const server = serverOf(options);
    const known = openAiModel(model, server);
    const family = server.plain ? familyOf(model) : undefined;
    const limits = limitsOf(options);
    this.#model = model;
    this.#options = options;
    this.#server = server;
    this.#address = options.client === undefined ? addressOf(options, server) : undefined;
    this.#prefixes = {
      query: options.queryPrefix ?? family?.queryPrefix ?? "",
      document: options.documentPrefix ?? family?.documentPrefix ?? "",
    };
    this.dimensions = options.dimensions ?? known?.dimensions ?? unknownLength(model);
    const otherLength = known !== undefined && known.dimensions !== this.dimensions;
    if (otherLength && !known.resizable) {
      throw badFunction(`dimensions of ${model}`, String(known.dimensions), String(this.dimensions));
    }
    this.#sendsSize = options.requestDimensions ?? otherLength;
    this.maxBatch = options.maxBatch ?? server.maxBatch;
    this.maxBatchTokens = limits.maxBatchTokens ?? server.maxBatchTokens;
    this.maxInputTokens = limits.maxInputTokens ?? known?.maxInputTokens;
    this.maxConcurrency = limits.maxConcurrency ?? server.maxConcurrency;
    this.requestsPerMinute = limits.requestsPerMinute;
    this.retry = limits.retry;
    this.config = this.#publicConfig();
    Object.freeze(this);
  }

  embed(inputs: readonly string[], request: EmbeddingRequest): Promise<(Float32Array | null)[]> {
    const prefix = this.#prefixes[request.kind];
    return embedPresent(inputs, prefix, (texts) => this.#request(texts, request));
  }

  async #request(texts: string[], request: EmbeddingRequest): Promise<Float32Array[]> {
    const { signal } = request;
    const key = this.#key();
    const client = await this.#client(key);
    let answer: { readonly data: readonly unknown[] };
    try {
      answer = await client.embeddings.create(this.#body(texts, request), {
        ...present({ signal }),
        maxRetries: 0,
        timeout: this.#options.timeoutMs ?? 60_000,
      });
    } catch (error) {
      throw this.#failure(error, signal, key);
    }
    const answerer = { provider: this.#said(), model: this.#model, dimensions: this.dimensions };
    const data: unknown = answer?.data;
    if (!Array.isArray(data)) throw this.#notAnAnswer(answer, key);
    const vectors = inOrder(data);
    if (vectors === undefined) {
      throw answerMalformed(this.#said(), "vectors with the indexes 0, 1, 2 and so on", "other indexes");
    }
    return checkedVectors(vectors, texts.length, answerer, numbersOrBase64);
  }

  #body(input: string[], { kind, longText }: EmbeddingRequest): object {
    const { encoding = this.#server.encoding } = this.#options;
    const size = { [this.#server.sizeField ?? "dimensions"]: this.dimensions };
    return {
      model: this.#model,
      input,
      encoding_format: encoding,
      ...(this.#sendsSize ? size : {}),
      ...this.#server.kinds?.[kind],
      ...(longText === undefined ? {} : this.#server.longTexts?.[longText]),
    };
  }

  /** The key, read at each call; empty for a server that needs none. */
  #key(): string {
    const { apiKey = "", client } = this.#options;
    const { keyVariable } = this.#server;
    const hasOther = client !== undefined || this.#address?.authorization !== undefined;
    if (apiKey !== "" || hasOther || keyVariable === undefined) return apiKey;
    const key = process.env[keyVariable] ?? "";
    if (key !== "" || this.#address?.local) return key;
    throw keyMissing(`openai(${JSON.stringify(this.#model)})`, keyVariable);
  }

  #client(key: string): Promise<OpenAiClient> {
    const { client } = this.#options;
    if (client !== undefined) return Promise.resolve(client);
    const known = this.#clients.get(key);
    if (known !== undefined) return known;
    const made = this.#newClient(key);
    this.#clients.set(key, made);
    // A package that is missing may be there at the next call.
    made.catch(() => this.#clients.delete(key));
    return made;
  }

  async #newClient(key: string): Promise<OpenAiClient> {
    const { OpenAI } = await importLibrary<OpenAiModule>("openai()", library);
    const { headers, preset } = this.#options;
    const address = this.#address;
    // The client would tell any server the organisation that the environment names for OpenAI.
    const unnamed = this.#server === openAiServer ? undefined : null;
    const { organization = unnamed, project = unnamed } = this.#options;
    return new OpenAI({
      apiKey: key === "" ? NO_KEY : key,
      baseURL: address?.url ?? "",
      maxRetries: 0,
      ...present({ organization, project }),
      defaultHeaders: {
        ...(key === "" ? present({ Authorization: address?.authorization }) : {}),
        ...(preset === "azure" && key !== "" ? { "api-key": key } : {}),
        ...headers,
      },
      defaultQuery: address?.query ?? {},
    });
  }

  // The error of the client is not passed on as the cause: what a server echoes can hold the key.
  #failure(error: unknown, signal: AbortSignal | undefined, key: string): VarveError {
    return requestError(this.#said(), error, signal, this.#secrets(key));
  }

  /** The error for what is no list of vectors, such as the web page of a login. */
  #notAnAnswer(answer: unknown, key: string): VarveError {
    const found = beginningOf(answer, (text) => withoutSecrets(text, this.#secrets(key)));
    return answerMalformed(this.#said(), "an object with a list of vectors (data)", found, false);
  }

  /** What must not stand in any message. */
  #secrets(key: string): string[] {
    const { headers = {}, client } = this.#options;
    const theirs: unknown = client === undefined ? undefined : Reflect.get(client, "apiKey");
    const known = [key, typeof theirs === "string" ? theirs : "", ...Object.values(headers)];
    return [...known, ...(this.#address?.secrets ?? [])];
  }

  /** The server as messages name it. */
  #said(): string {
    return this.#address?.url ?? "The server of the client";
  }

  /** What is stored: nothing else of the options may be, because it could be a secret. */
  #publicConfig(): EmbeddingConfig {
    const { preset, baseURL, requestDimensions } = this.#options;
    return Object.freeze(
      present({
        model: this.#model,
        dimensions: this.dimensions,
        preset,
        baseURL: baseURL === undefined ? undefined : this.#address?.url,
        requestDimensions,
        queryPrefix: this.#prefixes.query || undefined,
        documentPrefix: this.#prefixes.document || undefined,
      }),
    );
  }
}

function serverOf({ preset, baseURL, client }: OpenAiOptions): OpenAiServer {
  if (preset !== undefined) {
    const found = presetNamed(preset);
    if (found !== undefined) return found;
    throw badFunction("preset", `one of ${openAiPresets.join(", ")}`, JSON.stringify(preset));
  }
  return baseURL === undefined && client === undefined ? openAiServer : otherServer;
}

function unknownLength(model: string): never {
  throw dimensionsUnknown("openai()", model);
}

/** An address in parts: what may be shown and stored, and what may not. */
interface Address {
  readonly url: string;
  readonly local: boolean;
  readonly query: Record<string, string>;
  readonly authorization: string | undefined;
  readonly secrets: readonly string[];
}

function addressOf({ baseURL, preset }: OpenAiOptions, server: OpenAiServer): Address {
  const text = baseURL ?? server.baseURL;
  if (text === undefined) throw addressMissing(`The preset "${preset}"`, server.example ?? "");
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    // The text itself may hold a password, so it is not repeated.
    throw badFunction("baseURL", "an address that begins with https:// or http://", "another text");
  }
  const [user, password] = [decodeURIComponent(url.username), decodeURIComponent(url.password)];
  const basic = Buffer.from(`${user}:${password}`).toString("base64");
  const query = Object.fromEntries(url.searchParams);
  return {
    url: `${url.origin}${url.pathname.replace(/\/+$/, "")}`,
    local: isLocal(url),
    query,
    authorization: user === "" && password === "" ? undefined : `Basic ${basic}`,
    secrets: [user, password, basic, ...Object.values(query)],
  };
}

function isLocal(url: URL): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
}

function isNamedByEnvironment(stored: string): boolean {
  const named = [process.env["OPENAI_BASE_URL"], process.env["AZURE_OPENAI_ENDPOINT"]];
  return named.some(
    (one = "") => URL.canParse(one) && URL.canParse(stored) && new URL(one).origin === new URL(stored).origin,
  );
}

/** The vectors by their index: a server may answer in another order. Undefined where the indexes are not 0, 1, 2 and on. */
function inOrder(data: readonly unknown[]): unknown[] | undefined {
  const vectors = new Array<unknown>(data.length);
  const placed = new Set<number>();
  for (const [place, item] of data.entries()) {
    const { index = place, embedding } = Object(item) as { index?: number; embedding?: unknown };
    if (!Number.isInteger(index) || index < 0 || index >= data.length || placed.has(index)) return undefined;
    placed.add(index);
    vectors[index] = embedding;
  }
  return vectors;
}
