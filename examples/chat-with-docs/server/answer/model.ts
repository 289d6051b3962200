// Answers with a language model, through the AI SDK: any provider by configuration, also one on this machine.

import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { type LanguageModel, streamText } from "ai";
import type { Source } from "../library.ts";
import type { Answerer, Part } from "./answerer.ts";
import { CitationGuard } from "./citation-guard.ts";
import { extractive } from "./extractive.ts";
import { NOT_FOUND, RULES, toPrompt } from "./prompt.ts";

/** Which model answers; from the environment. */
export interface ModelConfig {
  /** `provider:model`, such as `ollama:qwen3`. Nothing, or `none`: no model, quotes only. */
  readonly CHAT_MODEL?: string | undefined;
  /** Where `compatible` and `ollama` are. */
  readonly CHAT_BASE_URL?: string | undefined;
  /** The key for `compatible`. Providers of the AI SDK read their own variables. */
  readonly CHAT_API_KEY?: string | undefined;
}

const OLLAMA = "http://127.0.0.1:11434/v1";
const ANSWER_TOKENS = 600;
const MODEL_MS = 120_000;

/** The answerer that the environment asks for; throws a sentence that says what to do where it cannot be made. */
export async function answererFor(config: ModelConfig): Promise<Answerer> {
  const { CHAT_MODEL = "none" } = config;
  if (CHAT_MODEL === "none" || CHAT_MODEL === "") return extractive();
  const [, provider, model] = /^([a-z0-9-]+):(.+)$/.exec(CHAT_MODEL) ?? [];
  if (provider === undefined || model === undefined) {
    throw new Error(`CHAT_MODEL is "provider:model", such as ollama:qwen3, and not "${CHAT_MODEL}".`);
  }
  return withModel(await languageModel(provider, model, config), CHAT_MODEL);
}

async function languageModel(provider: string, model: string, config: ModelConfig): Promise<LanguageModel> {
  if (provider === "ollama") return compatible(provider, config.CHAT_BASE_URL ?? OLLAMA, config)(model);
  if (provider === "compatible") {
    if (config.CHAT_BASE_URL === undefined) {
      throw new Error("CHAT_MODEL=compatible:… also needs CHAT_BASE_URL, such as http://127.0.0.1:8000/v1.");
    }
    return compatible(provider, config.CHAT_BASE_URL, config)(model);
  }
  // Providers of the AI SDK export a function of their own name: @ai-sdk/anthropic exports `anthropic`.
  const name = `@ai-sdk/${provider}`;
  try {
    const module = (await import(/* @vite-ignore */ name)) as Record<
      string,
      (model: string) => LanguageModel
    >;
    const create = module[provider.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())];
    if (create === undefined) throw new Error(`${name} exports no function of that name`);
    return create(model);
  } catch (cause) {
    const fitting = `a version of ${name} for AI SDK 6: one that depends on @ai-sdk/provider 3`;
    throw new Error(`The provider "${provider}" cannot be loaded. Install ${fitting}.`, { cause });
  }
}

function compatible(
  name: string,
  baseURL: string,
  { CHAT_API_KEY }: ModelConfig,
): (model: string) => LanguageModel {
  return createOpenAICompatible({
    name,
    baseURL,
    ...(CHAT_API_KEY === undefined ? {} : { apiKey: CHAT_API_KEY }),
  });
}

/** Answers with a model. It has no tools, and what it says passes the citation guard. */
export function withModel(model: LanguageModel, name: string): Answerer {
  return {
    name,
    usesModel: true,
    answer: (question, sources, signal) => ask(model, question, sources, signal),
  };
}

async function* ask(
  model: LanguageModel,
  question: string,
  sources: readonly Source[],
  signal: AbortSignal,
): AsyncGenerator<Part, void, void> {
  let failure: unknown;
  const { textStream } = streamText({
    model,
    system: RULES,
    prompt: toPrompt(question, sources),
    temperature: 0,
    maxOutputTokens: ANSWER_TOKENS,
    maxRetries: 1,
    abortSignal: AbortSignal.any([signal, AbortSignal.timeout(MODEL_MS)]),
    onError: ({ error }) => {
      failure = error;
    },
  });
  const guard = new CitationGuard(sources);
  for await (const text of textStream) yield* guard.add(text.replaceAll(NOT_FOUND, ""));
  yield* guard.end();
  if (failure !== undefined) throw new Error("The language model did not answer.", { cause: failure });
}
