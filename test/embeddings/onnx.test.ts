import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { builtin, onnx, registry } from "varve/embeddings";
import { afterEach, describe, expect, it, vi } from "vitest";
import { fixtures, largeModel, largeModels } from "../support/models";
import { cosine, distance, meanAndLeast, readReference } from "../support/vectors";
import { testEmbeddingFunction } from "./contract";

const tiny = join(fixtures, "tiny-onnx");
const miniLm = join(largeModels, "all-MiniLM-L6-v2-onnx");
const { missing, reason } = largeModel("all-MiniLM-L6-v2-onnx");
const document = { kind: "document" } as const;

const folders: string[] = [];

/** A copy of the small model, to be spoilt. */
function copyOfTiny(name = "tiny-onnx"): string {
  const parent = mkdtempSync(join(tmpdir(), "varve-onnx-"));
  folders.push(parent);
  cpSync(tiny, join(parent, name), { recursive: true });
  return join(parent, name);
}

afterEach(() => {
  vi.unstubAllEnvs();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe("the small model", () => {
  testEmbeddingFunction({ make: () => onnx(tiny) });

  it("gives the vectors of builtin() for texts of its words, padded or not", async () => {
    const texts = [
      "water",
      "People in the city live near the river, and the water is not far.",
      "The king of the island was at war with his brother for years; then there was peace!",
      "12 schools (1955)",
    ];
    const expected = await builtin().embed(texts, document);
    const found = await onnx(tiny).embed(texts, document);
    for (const [index, vector] of found.entries())
      expect(distance(vector, expected[index])).toBeLessThan(1e-4);
  });

  it("pools as it is told", async () => {
    const text = "river water";
    const [mean, first, last] = await Promise.all(
      (["mean", "cls", "last_token"] as const).map(async (pooling) => {
        const [vector] = await onnx(tiny, { pooling }).embed(
          [text, "a much longer text of the same batch"],
          document,
        );
        return vector;
      }),
    );
    const [river, water] = await onnx(tiny).embed(["river", "water"], document);
    expect(distance(first, river)).toBeLessThan(1e-6);
    expect(distance(last, water)).toBeLessThan(1e-6);
    expect(distance(mean, river)).toBeGreaterThan(0.01);
  });

  it("normalises by default", async () => {
    const length = (vector: Float32Array | null | undefined): number =>
      Math.hypot(...(vector ?? new Float32Array()));
    expect(length((await onnx(tiny).embed(["water"], document))[0])).toBeCloseTo(1, 5);
    expect(length((await onnx(tiny, { normalize: false }).embed(["water"], document))[0])).not.toBeCloseTo(
      1,
      1,
    );
  });

  it("cuts long texts", async () => {
    const [cut, whole] = await onnx(tiny, { maxTokens: 2 }).embed(
      ["river water house", "river water"],
      document,
    );
    expect(distance(cut, whole)).toBeLessThan(1e-6);
  });

  it("puts prefixes before queries and documents", async () => {
    const fn = onnx(tiny, { queryPrefix: "river ", documentPrefix: "house " });
    const plain = onnx(tiny);
    const [[query], [asDocument], expected] = await Promise.all([
      fn.embed(["water"], { kind: "query" }),
      fn.embed(["water"], document),
      plain.embed(["river water", "house water"], document),
    ]);
    expect(distance(query, expected[0])).toBeLessThan(1e-6);
    expect(distance(asDocument, expected[1])).toBeLessThan(1e-6);
    expect(fn.config).toMatchObject({ queryPrefix: "river ", documentPrefix: "house " });
  });

  it("has nothing to say about words that it does not know", async () => {
    expect(await onnx(tiny).embed(["\u4f60", "water"], document)).toMatchObject([
      null,
      expect.any(Float32Array),
    ]);
  });
});

describe("what a table stores", () => {
  it("is the name and the content of the folder, not its place", () => {
    const [here, there] = [onnx(tiny), onnx(copyOfTiny())];
    expect(there.config).toEqual(here.config);
    expect(here.config).toMatchInlineSnapshot(`
      {
        "dimensions": 256,
        "dtype": "fp32",
        "maxTokens": 4096,
        "model": "tiny-onnx",
        "normalize": true,
        "pooling": "mean",
        "revision": "71ef14a4751dde87",
      }
    `);
  });

  it("makes the function again, from the folder that the environment names", async () => {
    const { config } = onnx(tiny, { pooling: "last_token", maxTokens: 16 });
    const resolve = () => registry.resolve({ name: "onnx", config });
    vi.stubEnv("VARVE_MODELS", "");
    expect(resolve).toThrow("does not know where it lies");
    vi.stubEnv("VARVE_MODELS", fixtures);
    expect(resolve().config).toEqual(config);
    expect((await resolve().embed(["water"], document))[0]?.length).toBe(256);
  });

  it("tells another edition of the model", () => {
    const { config } = onnx(tiny);
    const other = copyOfTiny();
    writeFileSync(join(other, "tokenizer.json"), "{}");
    vi.stubEnv("VARVE_MODELS", join(other, ".."));
    expect(() => registry.resolve({ name: "onnx", config })).toThrow(
      "The table was embedded with revision 71ef14a4751dde87",
    );
  });

  it("leads nowhere else", () => {
    vi.stubEnv("VARVE_MODELS", join(fixtures, "tiny-onnx"));
    const config = { ...onnx(tiny).config, model: "../tiny-onnx" };
    expect(() => registry.resolve({ name: "onnx", config })).toThrow("does not know where it lies");
  });
});

describe("a folder", () => {
  it("that lacks something says what", () => {
    expect(() => onnx(join(fixtures, "no-such-folder"))).toThrow(/onnx\(\) cannot read .*config\.json/);
    expect(() => onnx(tiny, { dtype: "q8" })).toThrow(
      expect.objectContaining({ code: "EMBEDDING_UNAVAILABLE", hint: 'Pass dtype: the folder has "fp32".' }),
    );
    // @ts-expect-error: no such dtype
    expect(() => onnx(tiny, { dtype: "fp8" })).toThrow("expected one of fp32");
    expect(() => onnx(tiny, { maxTokens: 0 })).toThrow("maxTokens");
  });

  it("with a damaged model fails when it is first used, and is tried again", async () => {
    const folder = copyOfTiny();
    writeFileSync(join(folder, "onnx", "model.onnx"), "no model");
    const fn = onnx(folder);
    await expect(fn.embed(["water"], document)).rejects.toThrow(/onnx\(\) cannot load/);
    cpSync(join(tiny, "onnx", "model.onnx"), join(folder, "onnx", "model.onnx"));
    expect((await fn.embed(["water"], document))[0]?.length).toBe(256);
    await fn.dispose?.();
  });

  it("whose model gives another length is refused for good", async () => {
    const fn = onnx(tiny, { dimensions: 128 });
    await expect(fn.embed(["water"], document)).rejects.toMatchObject({
      code: "EMBEDDING_FAILED",
      retryable: false,
    });
    await fn.dispose?.();
  });
});

describe.skipIf(missing)(`all-MiniLM-L6-v2${missing ? ` (${reason})` : ""}`, () => {
  const make = () => onnx(miniLm, { dtype: "int8" });
  testEmbeddingFunction({
    make,
    tolerance: 1e-5,
    skip: [{ test: "many", reason: "45 texts a second on one core" }],
  });

  it("with int8 weights stands close to the original", async () => {
    const reference = readReference(miniLm);
    const vectors = await make().embed(
      reference.map(({ text }) => text),
      document,
    );
    const { mean, least } = meanAndLeast(
      reference.map(({ embedding }, index) => cosine(vectors[index], embedding)),
    );
    expect(mean).toBeGreaterThan(0.999);
    expect(least).toBeGreaterThan(0.99);
  });

  it("with quantised activations is embedded one text at a time, unless that is waived", async () => {
    const reference = readReference(miniLm);
    const texts = reference.map(({ text }) => text);
    const apart = await onnx(miniLm, { dtype: "q8" }).embed(texts, document);
    const { mean, least } = meanAndLeast(
      reference.map(({ embedding }, index) => cosine(apart[index], embedding)),
    );
    expect(mean).toBeGreaterThan(0.985);
    expect(least).toBeGreaterThan(0.94);
    const [alone] = await onnx(miniLm, { dtype: "q8" }).embed(texts.slice(7, 8), document);
    expect(distance(alone, apart[7])).toBeLessThan(1e-6);

    const waived = onnx(miniLm, { dtype: "q8", batchWithDynamicQuantization: true });
    expect(waived.config).toMatchObject({ batchWithDynamicQuantization: true });
    const together = await waived.embed(texts, document);
    expect(distance(together[7], apart[7])).toBeGreaterThan(1e-4);
    expect(cosine(together[7], apart[7] ?? [])).toBeGreaterThan(0.9);
    await waived.dispose?.();
  });
});
