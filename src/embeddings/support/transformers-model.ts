// Models as transformers.js loads them: the part of that package that is used, and where models are looked for.

import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { badFunction } from "../embedding-errors";
import { present } from "./option-check";
import type { ModelOutput } from "./pooling";
import type { Encode } from "./token-rows";

/** What a model gives, by the names of its outputs. */
export type ModelOutputs = Readonly<Record<string, ModelOutput | undefined>>;

/** A model: one side of it, where it has two. */
export interface TransformersModel {
  (inputs: Record<string, unknown>): Promise<ModelOutputs>;
  readonly config: { readonly model_type?: string };
  readonly sessions: Readonly<Record<string, { readonly inputNames: readonly string[] }>>;
  dispose(): Promise<unknown>;
}

interface Tokenizer {
  (
    text: string,
    options: { add_special_tokens: boolean; return_tensor: false },
  ): { readonly input_ids: readonly number[] };
  readonly model_max_length?: number;
  readonly pad_token_id?: number;
}

type ImageProcessor = (images: unknown[]) => Promise<{ readonly pixel_values: unknown }>;

interface Loader {
  from_pretrained(model: string, options: object): Promise<unknown>;
}

/** The part of `@huggingface/transformers` that is used. */
export interface TransformersModule {
  readonly AutoModel: Loader;
  readonly AutoTokenizer: Loader;
  readonly AutoProcessor: Loader;
  readonly AutoConfig: Loader;
  readonly CLIPTextModelWithProjection: Loader;
  readonly CLIPVisionModelWithProjection: Loader;
  readonly SiglipTextModel: Loader;
  readonly SiglipVisionModel: Loader;
  readonly RawImage: { fromBlob(blob: Blob): Promise<unknown> };
  readonly Tensor: new (type: "int64", data: BigInt64Array, dims: number[]) => unknown;
}

/** A model that is loaded: its text side, and for images the other. */
export interface LoadedModel {
  readonly transformers: TransformersModule;
  readonly text: TransformersModel;
  readonly encode: Encode;
  /** What the text side asks for: the library warns of every input that it does not. */
  readonly inputNames: readonly string[];
  readonly maxTokens: number;
  readonly padding: { readonly id: number; readonly to?: number };
  readonly vision: TransformersModel | undefined;
  readonly process: ImageProcessor | undefined;
}

/** Where a model is looked for. */
export interface ModelPlace {
  /** What the library is told: a name of the hub, or a folder. */
  readonly source: string;
  /** The folder, where it is one. */
  readonly folder: string | undefined;
  /** Where downloads are kept. */
  readonly cacheDir: string;
  /** Whether the network may not be asked. */
  readonly offline: boolean;
  /** What to try if the model does not load. */
  readonly hint: string;
}

/** Finds out where a model is to be looked for, without looking. */
export function placeOf(
  model: string,
  options: {
    readonly localPath?: string | undefined;
    readonly cacheDir?: string | undefined;
    readonly offline?: boolean | undefined;
  },
): ModelPlace {
  const { localPath = modelsFolderWith(model), offline = process.env["HF_HUB_OFFLINE"] === "1" } = options;
  const cacheDir = options.cacheDir ?? join(homedir(), ".cache", "varve", "models");
  if (localPath !== undefined) {
    const folder = resolve(localPath, model);
    const hint = "Check that the folder is complete: config.json, tokenizer.json and the model in onnx.";
    return { source: folder, folder, cacheDir, offline: true, hint };
  }
  const hint = offline
    ? "The network may not be asked: pass localPath, or load the model once without offline."
    : "Check the name of the model, its dtype and the network, or pass localPath.";
  return { source: model, folder: undefined, cacheDir, offline, hint };
}

/** Loads a model with its tokenizer, and for images its other side and what turns pictures into pixels. */
export async function loadModel(
  transformers: TransformersModule,
  { source, cacheDir, offline }: ModelPlace,
  options: {
    readonly dtype: string;
    readonly device: string;
    readonly revision: string | undefined;
    readonly images: boolean;
  },
): Promise<LoadedModel> {
  const { images, revision, ...weights } = options;
  const files = { cache_dir: cacheDir, local_files_only: offline, ...present({ revision }) };
  const [Text, Vision] = images ? await towersOf(transformers, source, files) : [transformers.AutoModel];
  const [tokenizer, text, vision, process] = (await Promise.all([
    transformers.AutoTokenizer.from_pretrained(source, files),
    Text.from_pretrained(source, { ...files, ...weights }),
    Vision?.from_pretrained(source, { ...files, ...weights }),
    images ? transformers.AutoProcessor.from_pretrained(source, files) : undefined,
  ])) as [Tokenizer, TransformersModel, TransformersModel | undefined, ImageProcessor | undefined];
  const { model_max_length: length, pad_token_id: id = 0 } = tokenizer;
  // Some tokenizers say 10^30 where they mean that they have no limit.
  const maxTokens = length !== undefined && length <= 1_000_000 ? length : 512;
  return {
    transformers,
    text,
    encode: (one, special) => tokenizer(one, { add_special_tokens: special, return_tensor: false }).input_ids,
    inputNames: Object.values(text.sessions)[0]?.inputNames ?? ["input_ids", "attention_mask"],
    maxTokens,
    // SigLIP was trained on texts of one length and has no mask.
    padding: text.config.model_type?.startsWith("siglip") ? { id, to: maxTokens } : { id },
    vision,
    process,
  };
}

/** The folder of models that the environment names, if this one lies in it. */
function modelsFolderWith(model: string): string | undefined {
  const folder = process.env["VARVE_MODELS"] ?? "";
  return folder !== "" && existsSync(join(folder, model, "config.json")) ? folder : undefined;
}

/** The classes of the two sides of a model that knows texts and images. */
async function towersOf(
  transformers: TransformersModule,
  source: string,
  files: object,
): Promise<[Loader, Loader]> {
  const config = (await transformers.AutoConfig.from_pretrained(source, files)) as { model_type?: string };
  switch (config.model_type) {
    case "clip":
      return [transformers.CLIPTextModelWithProjection, transformers.CLIPVisionModelWithProjection];
    case "siglip":
      return [transformers.SiglipTextModel, transformers.SiglipVisionModel];
    default: {
      const found = `a model of type ${JSON.stringify(config.model_type)}`;
      throw badFunction("model with images: true", "a CLIP or a SigLIP", found);
    }
  }
}
