// Texts as rows of token ids, as models take them.

import { textTooLong } from "../embedding-errors";
import type { LongText } from "../embedding-function";

/** Turns a text into token ids, with the model's special tokens or without. */
export type Encode = (text: string, special: boolean) => readonly number[];

/** Rows of token ids that go through a model together, all of one length. */
export interface TokenBatch {
  /** Which texts they are. */
  readonly indexes: readonly number[];
  /** How many tokens each text has. */
  readonly lengths: readonly number[];
  /** `[texts, tokens]`. */
  readonly dims: readonly [number, number];
  /** The ids, row by row, padded on the right. */
  readonly ids: BigInt64Array;
}

/**
 * The token ids of a text, at most as many as are allowed. Only text is cut off: the special tokens stay, because models are trained to
 * find them at both ends. Throws where a long text is to be refused.
 */
export function tokenRow(
  encode: Encode,
  text: string,
  maxTokens: number,
  longText?: LongText,
): readonly number[] {
  const whole = encode(text, true);
  if (whole.length <= maxTokens) return whole;
  if (longText === "refuse") throw textTooLong(whole.length, maxTokens);
  const bare = encode(text, false);
  const special = whole.length - bare.length;
  const before = startOf(bare, whole, special);
  const kept = bare.slice(0, Math.max(0, maxTokens - special));
  return [...whole.slice(0, before), ...kept, ...whole.slice(before + bare.length)];
}

/** Where the text's own tokens begin. */
function startOf(bare: readonly number[], whole: readonly number[], special: number): number {
  for (let start = 0; start < special; start += 1) {
    if (bare.every((id, index) => whole[start + index] === id)) return start;
  }
  return special;
}

/** Rows in batches of at most `size`, the shortest first, so that little is padded. Rows without a token are left out. */
export function tokenBatches(
  rows: readonly (readonly number[])[],
  size: number,
  padding: { readonly id: number; readonly to?: number | undefined },
): TokenBatch[] {
  const order = [...rows.keys()].filter((index) => lengthOf(rows, index) > 0);
  order.sort((a, b) => lengthOf(rows, a) - lengthOf(rows, b));
  const batches: TokenBatch[] = [];
  for (let from = 0; from < order.length; from += size) {
    batches.push(tokenBatch(rows, order.slice(from, from + size), padding));
  }
  return batches;
}

function tokenBatch(
  rows: readonly (readonly number[])[],
  indexes: readonly number[],
  padding: { readonly id: number; readonly to?: number | undefined },
): TokenBatch {
  const lengths = indexes.map((index) => lengthOf(rows, index));
  const tokens = Math.max(padding.to ?? 0, ...lengths);
  const ids = new BigInt64Array(indexes.length * tokens).fill(BigInt(padding.id));
  for (const [place, index] of indexes.entries()) {
    ids.set((rows[index] ?? []).map(BigInt), place * tokens);
  }
  return { indexes, lengths, dims: [indexes.length, tokens], ids };
}

const lengthOf = (rows: readonly (readonly number[])[], index: number): number => rows[index]?.length ?? 0;

/** What a model may ask for beside the ids, by the name of its input. */
export function inputNamed(name: string, { dims, ids, lengths }: TokenBatch): BigInt64Array | undefined {
  const tokens = dims[1];
  switch (name) {
    case "input_ids":
      return ids;
    case "attention_mask":
      return ids.map((_, place) => (place % tokens < (lengths[Math.floor(place / tokens)] ?? 0) ? 1n : 0n));
    case "token_type_ids":
      return new BigInt64Array(ids.length);
    case "position_ids":
      return ids.map((_, place) => BigInt(place % tokens));
    default:
      return undefined;
  }
}
