// A folder with a model in the Hugging Face layout: what its small files say, and which edition it is.

import { closeSync, existsSync, fstatSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { open } from "node:fs/promises";
import { basename, join } from "node:path";
import { sha256 } from "../../node-crypto";
import { modelFileUnreadable } from "../embedding-errors";
import type { Pooling } from "./model-families";

/** How a model's weights are stored. */
export type ModelDtype = "fp32" | "fp16" | "q8" | "int8" | "uint8" | "q4" | "q4f16" | "bnb4";

/** The end of a model file's name. */
const suffixes: Readonly<Record<ModelDtype, string>> = {
  fp32: "",
  fp16: "_fp16",
  q8: "_quantized",
  int8: "_int8",
  uint8: "_uint8",
  q4: "_q4",
  q4f16: "_q4f16",
  bnb4: "_bnb4",
};

/** All forms of weights. */
export const modelDtypes = Object.keys(suffixes) as readonly ModelDtype[];

/** What the small files of a folder say of its model. */
export interface FolderFacts {
  /** The length of its vectors. */
  readonly dimensions: number | undefined;
  /** The most tokens of a text. */
  readonly maxTokens: number | undefined;
  /** How its token vectors are pooled. */
  readonly pooling: Pooling | undefined;
}

type Json = Readonly<Record<string, unknown>>;

/** What the small files of a folder say. `images` reads the config of a model with two towers. */
export function readFolderFacts(user: string, folder: string, images = false): FolderFacts {
  const config = readJson(user, join(folder, "config.json"));
  const tokenizer = readJsonIfThere(user, join(folder, "tokenizer_config.json"));
  const sentence = readJsonIfThere(user, join(folder, "sentence_bert_config.json"));
  const pooling = readJsonIfThere(user, join(folder, "1_Pooling", "config.json"));
  const tower = memberOf(config, "text_config");
  return {
    dimensions: images
      ? (countOf(config, "projection_dim") ??
        countOf(tower, "projection_dim") ??
        countOf(tower, "hidden_size"))
      : (countOf(config, "hidden_size") ?? countOf(config, "d_model") ?? countOf(config, "dim")),
    // Some tokenizers say 10^30 where they mean that they have no limit.
    maxTokens: [
      countOf(sentence, "max_seq_length"),
      countOf(tokenizer, "model_max_length"),
      countOf(config, "max_position_embeddings"),
    ].find((count) => count !== undefined && count <= 1_000_000),
    pooling: poolingOf(pooling),
  };
}

/** The file of the model in this form; throws with the forms that are there. */
export function modelFileOf(user: string, folder: string, dtype: ModelDtype): string {
  const file = join(folder, "onnx", `model${suffixes[dtype]}.onnx`);
  if (existsSync(file)) return file;
  const there = modelDtypes.filter((one) => existsSync(join(folder, "onnx", `model${suffixes[one]}.onnx`)));
  const hint =
    there.length === 0
      ? "Pass a folder that holds tokenizer.json, config.json and onnx/model.onnx."
      : `Pass dtype: the folder has ${there.map((one) => JSON.stringify(one)).join(", ")}.`;
  throw modelFileUnreadable(user, file, new Error("there is no such file"), hint);
}

/** Reads a JSON file of a model. */
export function readJson(user: string, file: string): Json {
  try {
    const value: unknown = JSON.parse(readFileSync(file, "utf8"));
    if (typeof value === "object" && value !== null) return value as Json;
    throw new Error("it holds no object");
  } catch (cause) {
    const hint = "Pass a folder that holds tokenizer.json, config.json and onnx/model.onnx.";
    throw modelFileUnreadable(user, file, cause, hint);
  }
}

const sampleBytes = 64 * 1024;
const samples = 64;

/**
 * A name for the content of a model: 16 hexadecimal digits that differ where the tokenizer or the weights do. Of a large file,
 * its size and 64 samples are read: weights that were trained again differ everywhere.
 */
export function fingerprint(user: string, folder: string, modelFile: string): string {
  const hash = sha256();
  const beside = readdirSync(join(folder, "onnx")).filter((name) =>
    name.startsWith(`${basename(modelFile)}_data`),
  );
  const weights = [modelFile, ...beside.sort().map((name) => join(folder, "onnx", name))];
  for (const file of [join(folder, "tokenizer.json"), ...weights]) {
    try {
      addFile(hash, file);
    } catch (cause) {
      throw modelFileUnreadable(user, file, cause, "Check that the folder is complete and may be read.");
    }
  }
  return hash.digest("hex").slice(0, 16);
}

function addFile(hash: ReturnType<typeof sha256>, file: string): void {
  const handle = openSync(file, "r");
  try {
    const { size } = fstatSync(handle);
    hash.update(`${size}\n`);
    const buffer = Buffer.alloc(sampleBytes);
    const whole = size <= samples * sampleBytes;
    const step = whole ? sampleBytes : Math.floor((size - sampleBytes) / (samples - 1));
    for (let at = 0; at < size; at += step) {
      hash.update(buffer.subarray(0, readSync(handle, buffer, 0, sampleBytes, at)));
    }
  } finally {
    closeSync(handle);
  }
}

// The operators that measure the range of the numbers of a whole batch while it runs.
const dynamicOperators = ["DynamicQuantizeLinear", "DynamicQuantizeMatMul", "DynamicQuantizeLSTM"];

/** Whether a text's vector depends on the texts beside it, because activations are quantised over the batch. */
export async function quantizesDynamically(modelFile: string): Promise<boolean> {
  const overlap = 64;
  const buffer = Buffer.alloc(4 * 1024 * 1024);
  const handle = await open(modelFile, "r");
  try {
    for (let at = 0; ; at += buffer.length - overlap) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
      const part = buffer.subarray(0, bytesRead);
      if (dynamicOperators.some((name) => part.includes(name))) return true;
      if (bytesRead < buffer.length) return false;
    }
  } finally {
    await handle.close();
  }
}

/** Reads a JSON file of a model that not every model has. */
export function readJsonIfThere(user: string, file: string): Json | undefined {
  return existsSync(file) ? readJson(user, file) : undefined;
}

function memberOf(json: Json | undefined, name: string): Json | undefined {
  const value = json?.[name];
  return typeof value === "object" && value !== null ? (value as Json) : undefined;
}

function countOf(json: Json | undefined, name: string): number | undefined {
  const value = json?.[name];
  return typeof value === "number" && Number.isInteger(value) && value > 0 ? value : undefined;
}

function poolingOf(json: Json | undefined): Pooling | undefined {
  if (json?.["pooling_mode_cls_token"] === true) return "cls";
  if (json?.["pooling_mode_lasttoken"] === true) return "last_token";
  return json?.["pooling_mode_mean_tokens"] === true ? "mean" : undefined;
}
