import { type Names, ownOptions } from "../own-options";
import {
  configUnreadable,
  dimensionsDiffer,
  dimensionsUnknown,
  inputUnreadable,
  modelNotLoaded,
  modelUnsuited,
} from "./embedding-errors";
import type {
  EmbeddingConfig,
  EmbeddingFunction,
  EmbeddingInput,
  EmbeddingInputType,
  EmbeddingRequest,
  EmbeddingRetry,
} from "./embedding-function";
import { importLibrary, type OptionalLibrary } from "./support/import-library";
import { familyOf, type Pooling, poolings } from "./support/model-families";
import { type ModelDtype, modelDtypes, readFolderFacts } from "./support/model-folder";
import {
  checkCounts,
  checkText,
  checkWord,
  languagesOf,
  present,
  retryOf,
  StoredConfig,
} from "./support/option-check";
import { pooledVectors } from "./support/pooling";
import { checkAborted, withFailure } from "./support/request-failure";
import { SharedModels } from "./support/shared-models";
import { inputNamed, type TokenBatch, tokenBatches, tokenRow } from "./support/token-rows";
import {
  type LoadedModel,
  loadModel,
  type ModelOutputs,
  type ModelPlace,
  placeOf,
  type TransformersModule,
} from "./support/transformers-model";
import { embedPresent } from "./support/vectors";

/** What `huggingface` takes beside the model. */
export interface HuggingFaceOptions {
  /**
   * How the weights are stored. `"q8"` is a quarter of the download and slightly less accurate.
   * @default "fp32"
   */
  readonly dtype?: ModelDtype | undefined;
  /** The branch, tag or commit of the model; a commit cannot change under a table. */
  readonly revision?: string | undefined;
  /**
   * How token vectors become one.
   * @default what is known of the model's name, or the mean
   */
  readonly pooling?: Pooling | undefined;
  /**
   * Whether vectors get length 1.
   * @default true
   */
  readonly normalize?: boolean | undefined;
  /** The length of the vectors; must be given for a model that is not known. */
  readonly dimensions?: number | undefined;
  /**
   * The most tokens of a text, special tokens included. What is longer is cut off.
   * @default what the model says
   */
  readonly maxTokens?: number | undefined;
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
  /** A folder in which the model's folder lies. The network is then not asked. The folder that `VARVE_MODELS` names in the environment is tried too. */
  readonly localPath?: string | undefined;
  /**
   * Where downloads are kept.
   * @default `.cache/varve/models` in the home folder
   */
  readonly cacheDir?: string | undefined;
  /**
   * Never asks the network: the model must be in the cache. `HF_HUB_OFFLINE=1` in the environment does the same.
   * @default false
   */
  readonly offline?: boolean | undefined;
  /**
   * What computes, such as `"cpu"`, `"cuda"`, `"webgpu"`, `"coreml"` or `"dml"`.
   * @default the processor
   */
  readonly device?: string | undefined;
  /**
   * Lets several texts go through a `q8`, `int8` or `uint8` model together. It is faster, and the vector of a text then depends on the texts
   * beside it.
   * @default false
   */
  readonly batchWithDynamicQuantization?: boolean | undefined;
  /**
   * The model is a CLIP or a SigLIP: bytes are embedded as images, texts as what images are searched with.
   * @default false
   */
  readonly images?: boolean | undefined;
  /**
   * The languages that the model reads, such as `["en"]`. Where a query is in another script than theirs, a hybrid search asks for words alone.
   * It is not kept in the table.
   * @default not known: vectors count for every query
   */
  readonly languages?: readonly string[] | undefined;
  /** How often and for how long a download that failed is tried again. */
  readonly retry?: EmbeddingRetry | undefined;
}

const NAME = "huggingface";
const USER = "huggingface()";
const MAX_BATCH = 64;
// The first call downloads the model.
const TIMEOUT_MS = 3_600_000;
const TOGETHER = 16;
const IMAGES_TOGETHER = 8;

const library: OptionalLibrary = { name: "@huggingface/transformers", range: ">=4" };

/**
 * Embeds with a model of the Hugging Face Hub, on this machine, through transformers.js. The model is downloaded when it is
 * first used, unless it lies in `localPath`. Needs the package `@huggingface/transformers`.
 *
 * @example
 * ```ts
 * const small = huggingface("Xenova/bge-small-en-v1.5");
 * const offline = huggingface("all-MiniLM-L6-v2-onnx", { localPath: "./models", dtype: "int8" });
 * const photos = huggingface("Xenova/clip-vit-base-patch32", { images: true });
 * ```
 */
export function huggingface(
  model: string,
  options: HuggingFaceOptions & { readonly images: true },
): EmbeddingFunction<string | Uint8Array>;
export function huggingface(model: string, options?: HuggingFaceOptions): EmbeddingFunction<string>;
export function huggingface(model: string, options?: HuggingFaceOptions): EmbeddingFunction<EmbeddingInput> {
  return new HuggingFaceEmbedding(model, ownOptions("huggingface", options, OPTIONS));
}

/** Makes the function again. Where the model lies, and whether the network may be asked, is for the environment to say. */
export function huggingfaceFrom(config: EmbeddingConfig): EmbeddingFunction<EmbeddingInput> {
  const stored = new StoredConfig(NAME, config);
  const model = stored.text("model");
  // The name comes from a file: it must not lead anywhere but to the hub, or below the folder of models.
  if (!/^[\w.-]+(\/[\w.-]+)?$/.test(model) || model.includes("..")) {
    throw configUnreadable(NAME, "model", "the name of a model", model);
  }
  return new HuggingFaceEmbedding(model, {
    dtype: stored.optionalWord("dtype", modelDtypes),
    revision: stored.optionalText("revision"),
    pooling: stored.optionalWord("pooling", poolings),
    normalize: stored.optionalFlag("normalize"),
    dimensions: stored.optionalCount("dimensions"),
    maxTokens: stored.optionalCount("maxTokens"),
    queryPrefix: stored.optionalText("queryPrefix") ?? "",
    documentPrefix: stored.optionalText("documentPrefix") ?? "",
    batchWithDynamicQuantization: stored.optionalFlag("batchWithDynamicQuantization"),
    images: stored.optionalFlag("images"),
  });
}

// --- Private helpers ---

const models = new SharedModels<LoadedModel>(({ text, vision }) =>
  Promise.all([text.dispose(), vision?.dispose()]),
);

const OPTIONS: Names<HuggingFaceOptions> = {
  dtype: true,
  revision: true,
  pooling: true,
  normalize: true,
  dimensions: true,
  maxTokens: true,
  queryPrefix: true,
  documentPrefix: true,
  batchWithDynamicQuantization: true,
  localPath: true,
  cacheDir: true,
  offline: true,
  device: true,
  images: true,
  retry: true,
  languages: true,
};

class HuggingFaceEmbedding implements EmbeddingFunction<EmbeddingInput> {
  readonly name = NAME;
  readonly dimensions: number;
  readonly maxBatch = MAX_BATCH;
  readonly maxInputTokens: number | undefined;
  readonly truncates = true;
  // One call uses all processors: a second one at the same time only takes memory.
  readonly maxConcurrency = 1;
  readonly inputTypes: readonly EmbeddingInputType[];
  readonly revision: string | undefined;
  readonly languages: readonly string[] | undefined;
  readonly timeoutMs = TIMEOUT_MS;
  readonly retry: EmbeddingRetry | undefined;
  readonly config: EmbeddingConfig;
  readonly #model: string;
  readonly #options: HuggingFaceOptions;
  readonly #pooling: Pooling;
  readonly #place: ModelPlace;
  readonly #key: string;
  readonly #prefixes: { readonly query: string; readonly document: string };

  constructor(model: string, options: HuggingFaceOptions) {
    const { dtype = "fp32", images = false, dimensions, maxTokens, revision } = options;
    checkText("model", model);
    checkCounts(present({ dimensions, maxTokens }));
    checkWord("dtype", dtype, modelDtypes);
    if (options.pooling !== undefined) checkWord("pooling", options.pooling, poolings);
    this.#model = model;
    this.#options = options;
    this.#place = placeOf(model, options);
    const facts =
      this.#place.folder === undefined ? undefined : readFolderFacts(USER, this.#place.folder, images);
    const family = familyOf(model);
    this.#pooling = options.pooling ?? facts?.pooling ?? family?.pooling ?? "mean";
    this.#prefixes = {
      query: options.queryPrefix ?? family?.queryPrefix ?? "",
      document: options.documentPrefix ?? family?.documentPrefix ?? "",
    };
    this.dimensions = dimensions ?? facts?.dimensions ?? family?.dimensions ?? unknownLength(model);
    this.maxInputTokens = maxTokens ?? facts?.maxTokens;
    this.inputTypes = images ? ["text", "image"] : ["text"];
    this.revision = revision;
    this.languages = languagesOf(options.languages);
    this.retry = retryOf(options.retry);
    this.#key = JSON.stringify([this.#place, dtype, revision, options.device, images]);
    this.config = Object.freeze(
      present({
        model,
        revision,
        dtype,
        dimensions: this.dimensions,
        pooling: images ? undefined : this.#pooling,
        normalize: options.normalize ?? true,
        maxTokens,
        queryPrefix: this.#prefixes.query || undefined,
        documentPrefix: this.#prefixes.document || undefined,
        batchWithDynamicQuantization: options.batchWithDynamicQuantization || undefined,
        images: images || undefined,
      }),
    );
    Object.freeze(this);
  }

  async embed(
    inputs: readonly EmbeddingInput[],
    request: EmbeddingRequest,
  ): Promise<(Float32Array | null)[]> {
    const { kind, signal } = request;
    const vectors: (Float32Array | null)[] = inputs.map(() => null);
    const texts = [...inputs.entries()].filter(
      (entry): entry is [number, string] => typeof entry[1] === "string",
    );
    const images = [...inputs.entries()].filter(
      (entry): entry is [number, Uint8Array] => typeof entry[1] !== "string",
    );
    const put = (places: readonly [number, unknown][], found: readonly (Float32Array | null)[]): void => {
      for (const [at, [place]] of places.entries()) vectors[place] = found[at] ?? null;
    };
    const ofTexts = texts.map(([, text]) => text);
    put(
      texts,
      await embedPresent(ofTexts, this.#prefixes[kind], (all) =>
        this.#use(signal, (model) => this.#embedTexts(model, all, request)),
      ),
    );
    if (images.length > 0)
      put(images, await this.#use(signal, (model) => this.#embedImages(model, images, signal)));
    return vectors;
  }

  dispose(): Promise<void> {
    return models.release(this.#key, this);
  }

  #use<T>(signal: AbortSignal | undefined, work: (model: LoadedModel) => Promise<T>): Promise<T> {
    checkAborted(signal);
    return models.use(this.#key, this, () => this.#load(), work);
  }

  async #embedTexts(
    { transformers, text, encode, inputNames, maxTokens, padding }: LoadedModel,
    texts: readonly string[],
    { signal, longText }: EmbeddingRequest,
  ): Promise<(Float32Array | null)[]> {
    const vectors: (Float32Array | null)[] = texts.map(() => null);
    const limit = Math.min(maxTokens, this.#options.maxTokens ?? maxTokens);
    const rows = texts.map((one) => tokenRow(encode, one, limit, longText));
    for (const batch of tokenBatches(rows, this.#together(TOGETHER), padding)) {
      checkAborted(signal);
      const inputs = inputNames.map((name) => [name, this.#tensor(transformers, name, batch)]);
      const found = this.#vectors(await text(Object.fromEntries(inputs)), batch.lengths, "text");
      for (const [place, index] of batch.indexes.entries()) vectors[index] = found[place] ?? null;
    }
    return vectors;
  }

  async #embedImages(
    { transformers, vision, process }: LoadedModel,
    images: readonly [number, Uint8Array][],
    signal: AbortSignal | undefined,
  ): Promise<(Float32Array | null)[]> {
    if (vision === undefined || process === undefined) {
      throw modelUnsuited(
        USER,
        this.#model,
        "it was made for texts; pass images: true for a model of images.",
      );
    }
    const vectors: (Float32Array | null)[] = [];
    const size = this.#together(IMAGES_TOGETHER);
    for (let from = 0; from < images.length; from += size) {
      checkAborted(signal);
      const batch = images.slice(from, from + size);
      const read = await Promise.all(batch.map(([index, bytes]) => readImage(transformers, bytes, index)));
      const { pixel_values } = await process(read);
      vectors.push(
        ...this.#vectors(
          await vision({ pixel_values }),
          read.map(() => 1),
          "image",
        ),
      );
    }
    return vectors;
  }

  #together(most: number): number {
    const { dtype = "fp32", batchWithDynamicQuantization = false } = this.#options;
    return ["q8", "int8", "uint8"].includes(dtype) && !batchWithDynamicQuantization ? 1 : most;
  }

  #vectors(
    outputs: ModelOutputs,
    lengths: readonly number[],
    side: "text" | "image",
  ): (Float32Array | null)[] {
    const { images, pooling: asked, normalize = true } = this.#options;
    const own = asked === undefined ? [outputs["sentence_embedding"]] : [];
    const tokens = [...own, outputs["last_hidden_state"], outputs["token_embeddings"]];
    const towers = [outputs[`${side}_embeds`], outputs["pooler_output"]];
    const output = (images ? towers : tokens).find((one) => one !== undefined);
    if (output === undefined) {
      throw modelUnsuited(USER, this.#model, `it gives ${Object.keys(outputs).join(", ")}.`);
    }
    const found = output.dims.at(-1) ?? 0;
    if (found !== this.dimensions) throw dimensionsDiffer(USER, this.#model, this.dimensions, found);
    return pooledVectors(output, lengths, { pooling: this.#pooling, normalize });
  }

  #tensor({ Tensor }: TransformersModule, name: string, batch: TokenBatch): unknown {
    const data = inputNamed(name, batch);
    if (data !== undefined) return new Tensor("int64", data, [...batch.dims]);
    throw modelUnsuited(USER, this.#model, `it asks for the input ${JSON.stringify(name)}.`);
  }

  async #load(): Promise<LoadedModel> {
    const transformers = await importLibrary<TransformersModule>(USER, library);
    const { dtype = "fp32", device = "cpu", revision, images = false } = this.#options;
    try {
      return await loadModel(transformers, this.#place, { dtype, device, revision, images });
    } catch (cause) {
      throw withFailure(modelNotLoaded(USER, this.#model, cause, this.#place.hint), cause);
    }
  }
}

async function readImage(
  { RawImage }: TransformersModule,
  bytes: Uint8Array,
  index: number,
): Promise<unknown> {
  try {
    return await RawImage.fromBlob(new Blob([new Uint8Array(bytes)]));
  } catch (cause) {
    throw inputUnreadable(USER, index, cause);
  }
}

function unknownLength(model: string): never {
  throw dimensionsUnknown(USER, model);
}
