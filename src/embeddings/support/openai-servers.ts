// What is known of servers that speak OpenAI's API for embeddings, and of their models.

import { familyOf } from "./model-families";

/** A server whose address, limits and peculiarities are known. */
export type OpenAiPreset =
  | "azure"
  | "gemini"
  | "jina"
  | "lmstudio"
  | "mistral"
  | "ollama"
  | "vllm"
  | "voyage";

/** How numbers travel: as JSON, or as little-endian floats in base64, which is a quarter of the bytes. */
export type OpenAiEncoding = "float" | "base64";

/** What is known of a server. */
export interface OpenAiServer {
  /** Its address, where it has only one. */
  readonly baseURL?: string;
  /** What an address looks like, where it has many. */
  readonly example?: string;
  /** The environment variable with its key; a server without one needs none. */
  readonly keyVariable?: string;
  /** In which encoding it answers correctly. */
  readonly encoding: OpenAiEncoding;
  /** The most inputs of a request. */
  readonly maxBatch: number;
  /** The most tokens of a request. */
  readonly maxBatchTokens?: number;
  /** The most requests at once that make sense. */
  readonly maxConcurrency?: number;
  /** The field that asks for shorter vectors. */
  readonly sizeField?: string;
  /** Fields that say what the inputs are. */
  readonly kinds?: { readonly query: object; readonly document: object };
  /** Fields that say what to do with texts that are too long. */
  readonly longTexts?: { readonly truncate: object; readonly refuse: object };
  /** Whether texts go into the model as they are, so that the prefixes of its family are ours to add. */
  readonly plain?: boolean;
}

/** OpenAI itself. */
export const openAiServer: OpenAiServer = {
  baseURL: "https://api.openai.com/v1",
  keyVariable: "OPENAI_API_KEY",
  encoding: "base64",
  maxBatch: 2048,
  maxBatchTokens: 300_000,
};

/** A server of which nothing is known but its address. */
export const otherServer: OpenAiServer = { keyVariable: "OPENAI_API_KEY", encoding: "float", maxBatch: 256 };

// Voyage knows no "float": its answer is JSON numbers unless it is asked for base64.
const presets: Readonly<Record<OpenAiPreset, OpenAiServer>> = {
  azure: {
    example: "https://my-resource.openai.azure.com/openai/v1",
    keyVariable: "AZURE_OPENAI_API_KEY",
    encoding: "float",
    maxBatch: 2048,
    maxBatchTokens: 300_000,
  },
  gemini: {
    baseURL: "https://generativelanguage.googleapis.com/v1beta/openai",
    keyVariable: "GEMINI_API_KEY",
    encoding: "float",
    maxBatch: 100,
  },
  jina: {
    baseURL: "https://api.jina.ai/v1",
    keyVariable: "JINA_API_KEY",
    encoding: "float",
    maxBatch: 512,
    kinds: { query: { task: "retrieval.query" }, document: { task: "retrieval.passage" } },
    longTexts: { truncate: { truncate: true }, refuse: { truncate: false } },
  },
  lmstudio: {
    baseURL: "http://localhost:1234/v1",
    encoding: "float",
    maxBatch: 64,
    maxConcurrency: 1,
    plain: true,
  },
  mistral: {
    baseURL: "https://api.mistral.ai/v1",
    keyVariable: "MISTRAL_API_KEY",
    encoding: "float",
    maxBatch: 32,
    maxBatchTokens: 16_384,
    sizeField: "output_dimension",
  },
  ollama: {
    baseURL: "http://localhost:11434/v1",
    encoding: "float",
    maxBatch: 64,
    maxConcurrency: 1,
    plain: true,
  },
  vllm: { baseURL: "http://localhost:8000/v1", encoding: "float", maxBatch: 256, plain: true },
  voyage: {
    baseURL: "https://api.voyageai.com/v1",
    keyVariable: "VOYAGE_API_KEY",
    encoding: "base64",
    maxBatch: 1000,
    maxBatchTokens: 120_000,
    sizeField: "output_dimension",
    kinds: { query: { input_type: "query" }, document: { input_type: "document" } },
    longTexts: { truncate: { truncation: true }, refuse: { truncation: false } },
  },
};

/** The names of all presets. */
export const openAiPresets = Object.keys(presets) as readonly OpenAiPreset[];

/** What is known of a server by its preset; undefined for a name that is none. */
export function presetNamed(name: string): OpenAiServer | undefined {
  return Object.hasOwn(presets, name) ? presets[name as OpenAiPreset] : undefined;
}

/** What is known of a model. */
export interface OpenAiModel {
  /** The length of its vectors, unless shorter ones are asked for. */
  readonly dimensions: number;
  /** Whether shorter (or longer) ones can be asked for. */
  readonly resizable: boolean;
  /** The most tokens of one input. */
  readonly maxInputTokens?: number;
}

const models: Readonly<Record<string, OpenAiModel>> = {
  "text-embedding-3-small": { dimensions: 1536, resizable: true, maxInputTokens: 8192 },
  "text-embedding-3-large": { dimensions: 3072, resizable: true, maxInputTokens: 8192 },
  "text-embedding-ada-002": { dimensions: 1536, resizable: false, maxInputTokens: 8192 },
  "gemini-embedding-001": { dimensions: 3072, resizable: true, maxInputTokens: 2048 },
  "mistral-embed": { dimensions: 1024, resizable: false, maxInputTokens: 8192 },
  "codestral-embed": { dimensions: 1536, resizable: true, maxInputTokens: 8192 },
  "jina-embeddings-v3": { dimensions: 1024, resizable: true, maxInputTokens: 8192 },
  "jina-embeddings-v4": { dimensions: 2048, resizable: true, maxInputTokens: 32_768 },
  "voyage-3-large": { dimensions: 1024, resizable: true, maxInputTokens: 32_000 },
  "voyage-3.5": { dimensions: 1024, resizable: true, maxInputTokens: 32_000 },
  "voyage-3.5-lite": { dimensions: 1024, resizable: true, maxInputTokens: 32_000 },
  "voyage-4": { dimensions: 1024, resizable: true, maxInputTokens: 32_000 },
  "voyage-4-lite": { dimensions: 1024, resizable: true, maxInputTokens: 32_000 },
  "voyage-4-large": { dimensions: 1024, resizable: true, maxInputTokens: 32_000 },
  "voyage-code-3": { dimensions: 1024, resizable: true, maxInputTokens: 32_000 },
};

/** What is known of a model by its name. A server of one's own runs models of the well-known families. */
export function openAiModel(name: string, server: OpenAiServer): OpenAiModel | undefined {
  if (Object.hasOwn(models, name)) return models[name];
  const dimensions = server.plain ? familyOf(name)?.dimensions : undefined;
  return dimensions === undefined ? undefined : { dimensions, resizable: true };
}
