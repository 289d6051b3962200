// What every embedding function keeps to. A provider's test file says how to make one; a test that cannot hold for it is
// skipped with its reason.

import { inspect } from "node:util";
import type { EmbeddingFunction, EmbeddingKind } from "varve/embeddings";
import { afterEach, describe, expect, it } from "vitest";
import { VarveError } from "../../src/varve-error";

const tests = {
  order: "gives a vector for each text, in their order",
  shape: "gives finite vectors of its dimensions",
  alone: "gives a text the same vector alone and in a batch",
  again: "gives a text the same vector again",
  kinds: "embeds queries as well as documents",
  empty: "gives nothing for no texts",
  blank: "gives no vector for a text in which nothing stands",
  duplicates: "gives duplicates the same vector",
  unicode: "takes every kind of text",
  long: "takes a very long text, or refuses it and says so",
  many: "embeds 10,000 texts in batches of maxBatch",
  aborted: "does nothing when the signal is aborted already",
  abort: "ends with ABORTED when the signal is aborted, unless it is done",
  inputs: "leaves the inputs as they were",
  config: "has a config of plain JSON",
  limits: "has limits that are whole numbers",
  secret: "shows no secret",
  dispose: "can be disposed of twice and used again",
} as const;

/** The name of a test of the contract. */
export type ContractTest = keyof typeof tests;

/** How a function is tested. */
export interface Contract {
  /** Makes the function. */
  make(): EmbeddingFunction<string> | Promise<EmbeddingFunction<string>>;
  /**
   * Texts that it knows, all different.
   * @default ten words
   */
  readonly texts?: readonly string[];
  /**
   * How far two vectors of one text may lie apart, in each element.
   * @default 1e-6
   */
  readonly tolerance?: number;
  /** A secret that the function was given. */
  readonly secret?: string;
  /** Tests that cannot hold, and why. */
  readonly skip?: readonly { readonly test: ContractTest; readonly reason: string }[];
}

const words = ["water", "house", "music", "river", "school", "king", "night", "road", "army", "church"];

const strange = [
  "naïve café, ångström, Ünïcödé",
  "日本語のテキスト と 中文 和 한국어",
  "مرحبا بالعالم ‏ עברית",
  "👩‍👩‍👧‍👦 family 🏳️‍🌈 \u{1F600}",
  "e\u0301 and \u00e9, \u200b zero width, \ufeff mark",
  "a lone half: \ud800 and \udc00",
  "control \u0000 \u0007 \u001b[31m characters",
  "line\nbreaks\r\nand\ttabs",
];

/** Runs the contract. */
export function testEmbeddingFunction(contract: Contract): void {
  const { texts = words, tolerance = 1e-6, skip = [] } = contract;
  const made: EmbeddingFunction<string>[] = [];

  const make = async (): Promise<EmbeddingFunction<string>> => {
    const fn = await contract.make();
    made.push(fn);
    return fn;
  };

  const test = (name: ContractTest, body: () => Promise<void>): void => {
    const reason = skip.find((one) => one.test === name)?.reason;
    it.skipIf(reason !== undefined)(reason === undefined ? tests[name] : `${tests[name]} (${reason})`, body);
  };

  const same = (a: Float32Array | null | undefined, b: Float32Array | null | undefined): boolean =>
    a instanceof Float32Array &&
    b instanceof Float32Array &&
    a.length === b.length &&
    a.every((element, index) => Math.abs(element - (b[index] ?? Number.NaN)) <= tolerance);

  afterEach(async () => {
    for (const fn of made.splice(0)) await fn.dispose?.();
  });

  describe("the contract", () => {
    const embed = async (
      fn: EmbeddingFunction<string>,
      inputs: readonly string[],
      kind: EmbeddingKind = "document",
    ): Promise<readonly (Float32Array | null)[]> => await fn.embed(inputs, { kind });

    test("order", async () => {
      const fn = await make();
      const forth = await embed(fn, texts);
      const back = (await embed(fn, texts.toReversed())).toReversed();
      expect(forth.length).toBe(texts.length);
      for (const [index, vector] of forth.entries()) expect(same(vector, back[index])).toBe(true);
      for (const other of forth.slice(1)) expect(same(forth[0], other)).toBe(false);
    });

    test("shape", async () => {
      const fn = await make();
      for (const vector of await embed(fn, texts)) {
        expect(vector).toBeInstanceOf(Float32Array);
        expect(vector?.length).toBe(fn.dimensions);
        expect(vector?.every(Number.isFinite)).toBe(true);
      }
    });

    test("alone", async () => {
      const fn = await make();
      const long = texts.join(" ");
      const together = await embed(fn, [long, ...texts]);
      for (const [index, text] of [long, ...texts].entries()) {
        const [alone] = await embed(fn, [text]);
        expect(same(alone, together[index])).toBe(true);
      }
    });

    test("again", async () => {
      const fn = await make();
      const first = await embed(fn, texts);
      const second = await embed(fn, texts);
      for (const [index, vector] of first.entries()) expect(same(vector, second[index])).toBe(true);
    });

    test("kinds", async () => {
      const fn = await make();
      const [query] = await embed(fn, texts.slice(0, 1), "query");
      expect(query?.length).toBe(fn.dimensions);
    });

    test("empty", async () => {
      const fn = await make();
      expect(await embed(fn, [])).toEqual([]);
      expect(await embed(fn, [], "query")).toEqual([]);
    });

    test("blank", async () => {
      const fn = await make();
      const text = texts[0] ?? "";
      const [empty, known, spaces] = await embed(fn, ["", text, " \n\t "]);
      expect([empty, spaces]).toEqual([null, null]);
      expect(known?.length).toBe(fn.dimensions);
    });

    test("duplicates", async () => {
      const fn = await make();
      const text = texts[0] ?? "";
      const [first, , third] = await embed(fn, [text, texts[1] ?? "", text]);
      expect(same(first, third)).toBe(true);
    });

    test("unicode", async () => {
      const fn = await make();
      const found = await embed(fn, strange);
      expect(found.length).toBe(strange.length);
      for (const vector of found) {
        expect(vector === null || (vector.length === fn.dimensions && vector.every(Number.isFinite))).toBe(
          true,
        );
      }
    });

    test("long", async () => {
      const fn = await make();
      const text = `${texts.join(" ")} `.repeat(5000);
      try {
        const [vector] = await embed(fn, [text]);
        expect(vector?.length).toBe(fn.dimensions);
        expect(vector?.every(Number.isFinite)).toBe(true);
      } catch (error) {
        expect(error).toMatchObject({ code: "EMBEDDING_FAILED", tooLarge: true, retryable: false });
      }
    });

    test("many", async () => {
      const fn = await make();
      const all = Array.from({ length: 10_000 }, (_, index) => {
        const word = (place: number): string =>
          texts[Math.floor(index / texts.length ** place) % texts.length] ?? "";
        return `${word(0)} ${word(1)} ${word(2)} ${word(3)}`;
      });
      const vectors: (Float32Array | null)[] = [];
      for (let from = 0; from < all.length; from += fn.maxBatch) {
        vectors.push(...(await embed(fn, all.slice(from, from + fn.maxBatch))));
      }
      expect(vectors.length).toBe(all.length);
      for (let index = 0; index < all.length; index += 997) {
        const [alone] = await embed(fn, [all[index] ?? ""]);
        expect(same(alone, vectors[index])).toBe(true);
      }
    });

    test("aborted", async () => {
      const fn = await make();
      const signal = AbortSignal.abort(new Error("enough"));
      await expect(fn.embed(texts, { kind: "document", signal })).rejects.toSatisfy(isAborted);
    });

    test("abort", async () => {
      const fn = await make();
      const controller = new AbortController();
      const inputs = Array.from({ length: Math.min(256, fn.maxBatch) }, (_, index) => `${texts[0]} ${index}`);
      const work = fn.embed(inputs, { kind: "document", signal: controller.signal });
      setTimeout(() => controller.abort(new Error("enough")), 2);
      await work.then(
        (vectors) => expect(vectors.length).toBe(inputs.length),
        (error) => expect(error).toSatisfy(isAborted),
      );
      expect((await embed(fn, texts)).length).toBe(texts.length);
    });

    test("inputs", async () => {
      const fn = await make();
      const inputs = Object.freeze([...texts]);
      await embed(fn, inputs);
      expect(inputs).toEqual(texts);
    });

    test("config", async () => {
      const fn = await make();
      expect(JSON.parse(JSON.stringify(fn.config))).toEqual(fn.config);
      expect(Object.values(fn.config).every((value) => value !== undefined)).toBe(true);
      if (fn.revision !== undefined) expect(fn.config["revision"]).toBe(fn.revision);
    });

    test("limits", async () => {
      const fn = await make();
      const { maxBatch, maxBatchTokens, maxInputTokens, maxConcurrency, requestsPerMinute, dimensions } = fn;
      const limits = [
        maxBatch,
        maxBatchTokens,
        maxInputTokens,
        maxConcurrency,
        requestsPerMinute,
        dimensions,
      ];
      for (const limit of limits)
        expect(limit === undefined || (Number.isInteger(limit) && limit > 0)).toBe(true);
      expect(Number.isInteger(maxBatch) && Number.isInteger(dimensions)).toBe(true);
    });

    test("secret", async () => {
      const fn = await make();
      await embed(fn, texts);
      const secret = contract.secret ?? "sk-canary";
      for (const shown of [JSON.stringify(fn), inspect(fn, { depth: 9, showHidden: true }), String(fn)]) {
        expect(shown).not.toContain(secret);
      }
    });

    test("dispose", async () => {
      const fn = await make();
      const before = await embed(fn, texts);
      await fn.dispose?.();
      await fn.dispose?.();
      const after = await embed(fn, texts);
      expect(same(before[0], after[0])).toBe(true);
    });
  });
}

function isAborted(error: unknown): boolean {
  return VarveError.is(error) && error.code === "ABORTED" && (error.cause as Error).message === "enough";
}
