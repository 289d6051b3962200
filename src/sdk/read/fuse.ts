// How words and vectors become one ranking.

import { describeValue } from "../../describe-value";
import { isPlainObject } from "../../realm";
import { badArgument } from "../call/errors";
import type { OptionRule } from "../call/options";
import { type AnyFunction, languagesOf, strengthOf } from "../embed/traits";

/** What words and vectors count for: only what one is to the other matters. */
export interface FuseWeights {
  /** That of words, from 0 on. */
  readonly text: number;
  /** That of vectors, from 0 on. */
  readonly vector: number;
}

/** How words and vectors become one ranking. */
export interface FuseOptions {
  /**
   * What is added up: `"convex"` shares of the best score by words that there could be, and cosines; `"rrf"` what a place in either ranking is
   * worth, whatever the scores.
   * @default "convex"
   */
  readonly method?: "convex" | "rrf" | undefined;
  /**
   * What words and vectors count for, in every query.
   * @default what the embedding function and the query say
   */
  readonly weights?: FuseWeights | undefined;
  /**
   * For `"rrf"`: how little the first places differ from those behind them.
   * @default 10
   */
  readonly k?: number | undefined;
}

/** How words and vectors become one ranking, or only the method. */
export type Fuse = "convex" | "rrf" | FuseOptions;

const METHODS: readonly unknown[] = ["convex", "rrf"];

export const FUSE: OptionRule = {
  kind: "data",
  check: (name, fuse) => {
    if (METHODS.includes(fuse)) return;
    const wanted = '"convex", "rrf" or { method, weights, k }';
    if (!isPlainObject(fuse)) throw badArgument(name, wanted, describeValue(fuse));
    const { method, weights, k, ...others } = fuse;
    const [unknown] = Object.keys(others);
    if (unknown !== undefined) throw badArgument(name, wanted, JSON.stringify(unknown));
    if (method !== undefined && !METHODS.includes(method))
      throw badArgument(`${name}.method`, '"convex" or "rrf"', describeValue(method));
    if (k !== undefined && !isWeight(k))
      throw badArgument(`${name}.k`, "a number from 0 on", describeValue(k));
    if (weights !== undefined) checkWeights(`${name}.weights`, weights);
  },
};

function checkWeights(name: string, weights: unknown): void {
  const wanted = "{ text, vector }, two numbers from 0 on of which one is above 0";
  if (!isPlainObject(weights)) throw badArgument(name, wanted, describeValue(weights));
  const { text, vector, ...others } = weights;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw badArgument(name, wanted, JSON.stringify(unknown));
  const odd = [text, vector].find((weight) => !isWeight(weight));
  if (odd !== undefined || !isWeight(text) || !isWeight(vector))
    throw badArgument(name, wanted, describeValue(odd));
  if (text + vector === 0) throw badArgument(name, wanted, "two zeros");
}

function isWeight(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

/** How words and the vectors of a function become one ranking, as the engine is told. */
export function fuseJson(fuse: Fuse | undefined, fn: AnyFunction | undefined): object {
  const said = typeof fuse === "string" ? { method: fuse } : fuse;
  return { ...said, strength: strengthOf(fn), languages: languagesOf(fn) };
}
