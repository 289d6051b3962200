import { basename, join, resolve } from "node:path";
import { type Names, ownOptions } from "../own-options";
import {
  dimensionsDiffer,
  dimensionsUnknown,
  modelNotHere,
  modelNotLoaded,
  modelUnsuited,
  revisionDiffers,
} from "./embedding-errors";
import type {
  EmbeddingConfig,
  EmbeddingFunction,
  EmbeddingInputType,
  EmbeddingRequest,
} from "./embedding-function";
import { importLibrary, type OptionalLibrary } from "./support/import-library";
import { familyOf, type Pooling, poolings } from "./support/model-families";
import {
  fingerprint,
  type ModelDtype,
  modelDtypes,
  modelFileOf,
  quantizesDynamically,
  readFolderFacts,
  readJson,
  readJsonIfThere,
} from "./support/model-folder";
import { checkCounts, checkWord, languagesOf, present, StoredConfig } from "./support/option-check";
import { type ModelOutput, pooledVectors } from "./support/pooling";
import { checkAborted } from "./support/request-failure";
import { SharedModels } from "./support/shared-models";
import { type Encode, inputNamed, type TokenBatch, tokenBatches, tokenRow } from "./support/token-rows";
import { embedPresent } from "./support/vectors";

/** What `onnx` takes beside the folder. */
export interface OnnxOptions {
  /**
   * Which of the folder's model files: `"fp32"` is `onnx/model.onnx`, `"q8"` is `onnx/model_quantized.onnx`.
   * @default "fp32"
   */
  readonly dtype?: ModelDtype | undefined;
  /**
   * How token vectors become one.
   * @default what the folder's `1_Pooling` or the model's name says, otherwise the mean
   */
  readonly pooling?: Pooling | undefined;
  /**
   * Whether vectors get length 1.
   * @default true
   */
  readonly normalize?: boolean | undefined;
  /**
   * The most tokens of a text, special tokens included. What is longer is cut off.
   * @default what the folder says
   */
  readonly maxTokens?: number | undefined;
  /**
   * The length of the vectors.
   * @default what the folder's `config.json` says
   */
  readonly dimensions?: number | undefined;
  /**
   * What stands before a query.
   * @default what the model's name says
   */
  readonly queryPrefix?: string | undefined;
  /**
   * What stands before a document.
   * @default what the model's name says
   */
  readonly documentPrefix?: string | undefined;
  /**
   * The languages that the model reads, such as `["en"]`. Where a query is in another script than theirs, a hybrid search asks for words alone.
   * It is not kept in the table.
   * @default not known: vectors count for every query
   */
  readonly languages?: readonly string[] | undefined;
  /** The output to take, where the model has several. */
  readonly output?: string | undefined;
  /**
   * Lets several texts go through a model together that quantises activations while it runs (most `q8` files). It is faster, and the vector
   * of a text then depends on the texts beside it.
   * @default false
   */
  readonly batchWithDynamicQuantization?: boolean | undefined;
  /**
   * How many threads compute.
   * @default as onnxruntime decides
   */
  readonly threads?: number | undefined;
}

const NAME = "onnx";
const USER = "onnx()";
const FOLDERS = "VARVE_MODELS";
const MAX_BATCH = 64;
const TOGETHER = 16;

const install = "onnxruntime-node @huggingface/tokenizers";
const runtimeLibrary: OptionalLibrary = { name: "onnxruntime-node", range: ">=1.20", install };
const tokenizerLibrary: OptionalLibrary = { name: "@huggingface/tokenizers", range: ">=0.2", install };

/**
 * Embeds with a model in a folder on this machine, in the layout of Hugging Face: `tokenizer.json`, `config.json` and
 * `onnx/model.onnx`. Nothing is downloaded. Needs the packages `onnxruntime-node` and `@huggingface/tokenizers`.
 *
 * A table keeps the folder's name and a fingerprint of its files, not its place. To open such a table without its
 * declaration, let the environment variable `VARVE_MODELS` name the folder in which the model's folder lies.
 *
 * @example
 * ```ts
 * const fn = onnx("./models/all-MiniLM-L6-v2-onnx", { dtype: "int8" });
 * ```
 */
export function onnx(folder: string, options?: OnnxOptions): EmbeddingFunction<string> {
  return new OnnxEmbedding(folder, ownOptions("onnx", options, OPTIONS));
}

/** Makes the function again, from a folder of that name below the one that the environment names. */
export function onnxFrom(config: EmbeddingConfig): EmbeddingFunction<string> {
  const stored = new StoredConfig(NAME, config);
  const model = stored.text("model");
  const wanted = stored.text("revision");
  const parent = process.env[FOLDERS];
  // The name comes from a file: it must not lead out of the folder.
  const isPlain = basename(model) === model && !model.startsWith(".");
  if (parent === undefined || parent === "" || !isPlain) throw modelNotHere(USER, model, FOLDERS);
  const made = onnx(join(parent, model), {
    dtype: stored.optionalWord("dtype", modelDtypes),
    pooling: stored.optionalWord("pooling", poolings),
    normalize: stored.optionalFlag("normalize"),
    maxTokens: stored.optionalCount("maxTokens"),
    dimensions: stored.optionalCount("dimensions"),
    queryPrefix: stored.optionalText("queryPrefix") ?? "",
    documentPrefix: stored.optionalText("documentPrefix") ?? "",
    output: stored.optionalText("output"),
    batchWithDynamicQuantization: stored.optionalFlag("batchWithDynamicQuantization"),
  });
  if (made.revision !== wanted) throw revisionDiffers(USER, model, wanted, made.revision ?? "none");
  return made;
}

// --- Private helpers ---

interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly inputMetadata?: readonly { readonly name: string; readonly type?: unknown }[];
  run(feeds: Record<string, unknown>, fetches: readonly string[]): Promise<Readonly<Record<string, unknown>>>;
  release(): Promise<void>;
}

interface Runtime {
  readonly InferenceSession: { create(file: string, options: object): Promise<Session> };
  readonly Tensor: new (
    type: "int64" | "int32",
    data: BigInt64Array | Int32Array,
    dims: readonly number[],
  ) => unknown;
}

interface Tokenizer {
  encode(text: string, options: { add_special_tokens: boolean }): { readonly ids: readonly number[] };
  token_to_id(token: string): number | undefined;
}

interface TokenizerModule {
  readonly Tokenizer: new (tokenizer: object, config: object) => Tokenizer;
}

interface LoadedModel {
  readonly session: Session;
  readonly encode: Encode;
  readonly padding: number;
  readonly together: boolean;
  readonly tensor: (name: string, batch: TokenBatch) => unknown;
}

const models = new SharedModels<LoadedModel>(({ session }) => session.release());

const OPTIONS: Names<OnnxOptions> = {
  dtype: true,
  pooling: true,
  normalize: true,
  dimensions: true,
  maxTokens: true,
  queryPrefix: true,
  documentPrefix: true,
  batchWithDynamicQuantization: true,
  output: true,
  threads: true,
  languages: true,
};

class OnnxEmbedding implements EmbeddingFunction<string> {
  readonly name = NAME;
  readonly dimensions: number;
  readonly maxBatch = MAX_BATCH;
  readonly maxInputTokens: number;
  readonly truncates = true;
  // onnxruntime uses all processors for one call: a second one at the same time only takes memory.
  readonly maxConcurrency = 1;
  readonly inputTypes: readonly EmbeddingInputType[] = ["text"];
  readonly revision: string;
  readonly languages: readonly string[] | undefined;
  readonly config: EmbeddingConfig;
  readonly #folder: string;
  readonly #file: string;
  readonly #key: string;
  readonly #options: OnnxOptions;
  readonly #pooling: Pooling;
  readonly #normalize: boolean;
  readonly #prefixes: { readonly query: string; readonly document: string };

  constructor(folder: string, options: OnnxOptions) {
    const { dtype = "fp32", dimensions, maxTokens, threads } = options;
    checkCounts(present({ dimensions, maxTokens, threads }));
    checkWord("dtype", dtype, modelDtypes);
    if (options.pooling !== undefined) checkWord("pooling", options.pooling, poolings);
    this.#folder = resolve(folder);
    const model = basename(this.#folder);
    const facts = readFolderFacts(USER, this.#folder);
    const family = familyOf(model);
    this.#file = modelFileOf(USER, this.#folder, dtype);
    this.#options = options;
    this.#pooling = options.pooling ?? facts.pooling ?? family?.pooling ?? "mean";
    this.#normalize = options.normalize ?? true;
    this.#prefixes = {
      query: options.queryPrefix ?? family?.queryPrefix ?? "",
      document: options.documentPrefix ?? family?.documentPrefix ?? "",
    };
    this.dimensions = dimensions ?? facts.dimensions ?? family?.dimensions ?? unknownLength(model);
    this.maxInputTokens = maxTokens ?? facts.maxTokens ?? 512;
    this.languages = languagesOf(options.languages);
    this.revision = fingerprint(USER, this.#folder, this.#file);
    this.#key = JSON.stringify([this.#file, this.revision, threads]);
    this.config = Object.freeze(
      present({
        model,
        revision: this.revision,
        dtype,
        dimensions: this.dimensions,
        pooling: this.#pooling,
        normalize: this.#normalize,
        maxTokens: this.maxInputTokens,
        queryPrefix: this.#prefixes.query || undefined,
        documentPrefix: this.#prefixes.document || undefined,
        output: options.output,
        batchWithDynamicQuantization: options.batchWithDynamicQuantization || undefined,
      }),
    );
    Object.freeze(this);
  }

  embed(inputs: readonly string[], request: EmbeddingRequest): Promise<(Float32Array | null)[]> {
    const { kind, signal } = request;
    return embedPresent(inputs, this.#prefixes[kind], (texts) => {
      checkAborted(signal);
      const load = () => this.#load();
      return models.use(this.#key, this, load, (model) => this.#run(model, texts, request));
    });
  }

  dispose(): Promise<void> {
    return models.release(this.#key, this);
  }

  async #run(
    { session, encode, padding, together, tensor }: LoadedModel,
    texts: readonly string[],
    { signal, longText }: EmbeddingRequest,
  ): Promise<(Float32Array | null)[]> {
    const vectors: (Float32Array | null)[] = texts.map(() => null);
    const rows = texts.map((text) => tokenRow(encode, text, this.maxInputTokens, longText));
    const size = together || this.#options.batchWithDynamicQuantization ? TOGETHER : 1;
    const output = this.#outputOf(session);
    for (const batch of tokenBatches(rows, size, { id: padding })) {
      checkAborted(signal);
      const feeds = Object.fromEntries(session.inputNames.map((name) => [name, tensor(name, batch)]));
      const answer = (await session.run(feeds, [output]))[output] as ModelOutput;
      const found = answer.dims.at(-1) ?? 0;
      if (found !== this.dimensions)
        throw dimensionsDiffer(USER, basename(this.#folder), this.dimensions, found);
      const pooled = pooledVectors(answer, batch.lengths, {
        pooling: this.#pooling,
        normalize: this.#normalize,
      });
      for (const [place, index] of batch.indexes.entries()) vectors[index] = pooled[place] ?? null;
    }
    return vectors;
  }

  /** The model's own vector of a text only where nobody asked for a pooling. */
  #outputOf({ outputNames }: Session): string {
    const { output, pooling } = this.#options;
    const wanted = pooling === undefined ? ["sentence_embedding"] : [];
    const names = output === undefined ? [...wanted, "last_hidden_state", "token_embeddings"] : [output];
    const found = names.find((name) => outputNames.includes(name));
    if (found !== undefined) return found;
    const there = outputNames.map((name) => JSON.stringify(name)).join(", ");
    throw modelUnsuited(USER, basename(this.#folder), `it gives ${there}; pass output to name one of them.`);
  }

  async #load(): Promise<LoadedModel> {
    const runtime = await importLibrary<Runtime>(USER, runtimeLibrary);
    const { Tokenizer } = await importLibrary<TokenizerModule>(USER, tokenizerLibrary);
    try {
      const tokenizerJson = readJson(USER, join(this.#folder, "tokenizer.json"));
      const config = readJsonIfThere(USER, join(this.#folder, "tokenizer_config.json")) ?? {};
      const tokenizer = new Tokenizer(tokenizerJson, config);
      const session = await runtime.InferenceSession.create(this.#file, {
        executionProviders: ["cpu"],
        ...present({ intraOpNumThreads: this.#options.threads }),
      });
      return {
        session,
        encode: (text, special) => tokenizer.encode(text, { add_special_tokens: special }).ids,
        padding: paddingOf(tokenizer, config),
        together: !(await quantizesDynamically(this.#file)),
        tensor: (name, batch) => this.#tensor(runtime, session, name, batch),
      };
    } catch (cause) {
      const hint = "Check that the folder is complete and was made for onnxruntime.";
      throw modelNotLoaded(USER, this.#folder, cause, hint);
    }
  }

  #tensor(runtime: Runtime, session: Session, name: string, batch: TokenBatch): unknown {
    const data = inputNamed(name, batch);
    if (data === undefined) {
      throw modelUnsuited(USER, basename(this.#folder), `it asks for the input ${JSON.stringify(name)}.`);
    }
    const type = session.inputMetadata?.find((input) => input.name === name)?.type;
    if (type !== "int32") return new runtime.Tensor("int64", data, batch.dims);
    return new runtime.Tensor("int32", Int32Array.from(data, Number), batch.dims);
  }
}

function unknownLength(model: string): never {
  throw dimensionsUnknown(USER, model);
}

/** The id that fills short rows. Which one hardly matters, because the mask hides it. */
function paddingOf(tokenizer: Tokenizer, config: Readonly<Record<string, unknown>>): number {
  const token = config["pad_token"];
  return (typeof token === "string" ? tokenizer.token_to_id(token) : undefined) ?? 0;
}
