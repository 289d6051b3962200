import type { EmbeddingInput, LongText } from "../../embeddings/embedding-function";
import { type AnyFunction, CHARS_PER_TOKEN, tokensOf } from "./traits";

/** Texts are not cut shorter than this, or their vectors say nothing. */
const SHORTEST = 16;

/** Whether an input is to be refused because it is longer than a function takes, by the estimate. */
export function isTooLong(input: EmbeddingInput, fn: AnyFunction, longText: LongText | undefined): boolean {
  return longText === "refuse" && exceeds(input, fn);
}

/** What is sent of an input: its beginning, where it is longer than the function takes and is to be cut. */
export function fitted<I extends EmbeddingInput>(
  input: I,
  fn: AnyFunction,
  longText: LongText | undefined,
): I | string {
  if (longText !== "truncate" || typeof input !== "string" || !exceeds(input, fn)) return input;
  return startOf(input, (fn.maxInputTokens ?? 0) * CHARS_PER_TOKEN);
}

/** The first half of a text that was refused all the same; undefined for what cannot be cut any more. */
export function halved(input: EmbeddingInput, longText: LongText | undefined): string | undefined {
  if (longText !== "truncate" || typeof input !== "string" || input.length < 2 * SHORTEST) return undefined;
  return startOf(input, Math.floor(input.length / 2));
}

/** Functions that cut by themselves know their tokens, and are told what to do. */
function exceeds(input: EmbeddingInput, { maxInputTokens, truncates }: AnyFunction): boolean {
  return maxInputTokens !== undefined && truncates !== true && tokensOf(input) > maxInputTokens;
}

/** The first `length` UTF-16 units of a text, one fewer if that would cut a character in half. */
function startOf(text: string, length: number): string {
  const last = text.charCodeAt(length - 1);
  const cutsPair = last >= 0xd800 && last < 0xdc00;
  return text.slice(0, cutsPair ? length - 1 : length);
}
