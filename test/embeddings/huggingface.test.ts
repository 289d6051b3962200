import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env } from "@huggingface/transformers";
import { builtin, huggingface, registry } from "varve/embeddings";
import { afterEach, describe, expect, it, vi } from "vitest";
import { fixtures, largeModel, largeModels } from "../support/models";
import { pngOf } from "../support/png";
import { cosine, distance, meanAndLeast, readReference } from "../support/vectors";
import { testEmbeddingFunction } from "./contract";

const { missing, reason } = largeModel("all-MiniLM-L6-v2-onnx");
const document = { kind: "document" } as const;
const local = { localPath: fixtures } as const;

afterEach(() => vi.unstubAllEnvs());

describe("the small model", () => {
  testEmbeddingFunction({ make: () => huggingface("tiny-onnx", local) });

  it("gives the vectors of builtin() for texts of its words, padded or not", async () => {
    const texts = ["water", "People in the city live near the river, and the water is not far."];
    const expected = await builtin().embed(texts, document);
    const found = await huggingface("tiny-onnx", local).embed(texts, document);
    for (const [index, vector] of found.entries())
      expect(distance(vector, expected[index])).toBeLessThan(1e-4);
  });

  it("pools the last token of each text, not of the longest", async () => {
    const fn = huggingface("tiny-onnx", { ...local, pooling: "last_token" });
    const [short] = await fn.embed(["river water", "a much longer text of the same batch"], document);
    const [water] = await fn.embed(["water"], document);
    expect(distance(short, water)).toBeLessThan(1e-6);
  });

  it("cuts long texts where it is told", async () => {
    const fn = huggingface("tiny-onnx", { ...local, maxTokens: 2 });
    const [cut, whole] = await fn.embed(["river water house", "river water"], document);
    expect(distance(cut, whole)).toBeLessThan(1e-6);
  });

  it("refuses images", async () => {
    const fn = huggingface("tiny-onnx", local) as ReturnType<typeof images>;
    await expect(fn.embed([pngOf(255, 0, 0)], document)).rejects.toThrow("pass images: true");
    await fn.dispose?.();
  });

  it("prints no warnings", async () => {
    const said = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const fn = huggingface("tiny-onnx", local);
    await fn.embed(["river", "water and house"], document);
    await fn.dispose?.();
    expect(said.mock.calls).toEqual([]);
    said.mockRestore();
  });
});

const images = () => huggingface("tiny-clip", { ...local, images: true });

describe("texts and images", () => {
  it("meet in one space", async () => {
    const fn = images();
    expect(fn).toMatchObject({ dimensions: 3, inputTypes: ["text", "image"], config: { images: true } });
    const photos = [pngOf(255, 0, 0), pngOf(0, 255, 0), pngOf(0, 0, 255), pngOf(255, 255, 0, 40)];
    const found = await fn.embed(photos, document);
    const [red, yellow] = await fn.embed(["red", "red green"], { kind: "query" });
    expect(found.map((vector) => cosine(red, vector ?? []).toFixed(2))).toEqual([
      "1.00",
      "0.00",
      "0.00",
      "0.71",
    ]);
    expect(cosine(yellow, found[3] ?? [])).toBeCloseTo(1, 4);
    await fn.dispose?.();
  });

  it("may stand side by side", async () => {
    const fn = images();
    const [text, photo, nothing] = await fn.embed(["blue", pngOf(0, 0, 255), "mauve"], document);
    expect(distance(text, photo)).toBeLessThan(1e-3);
    expect(nothing).toBeNull();
    await fn.dispose?.();
  });

  it("are told apart from other bytes", async () => {
    const fn = images();
    const bytes = new Uint8Array([1, 2, 3]);
    await expect(fn.embed([pngOf(0, 0, 0), bytes], document)).rejects.toMatchObject({
      message: expect.stringContaining("Input 1 is not an image that huggingface() can read"),
      retryable: false,
    });
    await fn.dispose?.();
  });

  it("need a model that knows both", async () => {
    const fn = huggingface("tiny-onnx", { ...local, images: true, dimensions: 256 });
    await expect(fn.embed(["water"], document)).rejects.toThrow(
      'expected a CLIP or a SigLIP, found a model of type "bert"',
    );
  });
});

/** Serves the fixtures as the hub would, and counts. */
async function startHub(): Promise<{ requests: string[]; stop: () => Promise<void> }> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? "").replace("/org/tiny-onnx/resolve/main/", "");
    requests.push(path);
    try {
      const file = readFileSync(join(fixtures, "tiny-onnx", path));
      response.setHeader("content-length", file.length);
      response.end(request.method === "HEAD" ? undefined : file);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { remoteHost } = env;
  env.remoteHost = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const stop = async (): Promise<void> => {
    env.remoteHost = remoteHost;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { requests, stop };
}

describe("a model of the hub", () => {
  it("is downloaded once, kept where it is told, and used offline from then on", async () => {
    const cacheDir = mkdtempSync(join(tmpdir(), "varve-cache-"));
    const hub = await startHub();
    const make = (offline: boolean) => huggingface("org/tiny-onnx", { cacheDir, offline, dimensions: 256 });
    try {
      const unready = make(true);
      await expect(unready.embed(["water"], document)).rejects.toMatchObject({
        code: "EMBEDDING_UNAVAILABLE",
        hint: "The network may not be asked: pass localPath, or load the model once without offline.",
      });
      expect(hub.requests).toEqual([]);

      const fn = make(false);
      const [online] = await fn.embed(["water"], document);
      await fn.dispose?.();
      expect(hub.requests).toContain("onnx/model.onnx");
      expect(readdirSync(cacheDir)).toEqual(["org"]);

      const asked = hub.requests.length;
      const offline = make(true);
      expect(distance((await offline.embed(["water"], document))[0], online)).toBe(0);
      await offline.dispose?.();
      expect(hub.requests.length).toBe(asked);
    } finally {
      await hub.stop();
      rmSync(cacheDir, { recursive: true, force: true });
    }
  });

  it("that cannot be fetched may be fetched later", async () => {
    const hub = await startHub();
    const down = env.remoteHost;
    await hub.stop();
    const { remoteHost } = env;
    env.remoteHost = down;
    const cacheDir = mkdtempSync(join(tmpdir(), "varve-cache-"));
    try {
      const fn = huggingface("org/tiny-onnx", { cacheDir, dimensions: 256 });
      await expect(fn.embed(["water"], document)).rejects.toMatchObject({
        code: "EMBEDDING_UNAVAILABLE",
        retryable: "once",
      });
    } finally {
      env.remoteHost = remoteHost;
      rmSync(cacheDir, { recursive: true, force: true });
    }
  });

  it("says what is missing", () => {
    expect(() => huggingface("org/a-model")).toThrow(
      'does not know how long the vectors of "org/a-model" are',
    );
    expect(() => huggingface("no-such-model", local)).toThrow(/huggingface\(\) cannot read .*config\.json/);
    expect(() => huggingface("")).toThrow("expected a text that is not empty");
    // @ts-expect-error: no such pooling
    expect(() => huggingface("org/e5-small", { pooling: "max" })).toThrow(
      "expected one of mean, cls, last_token",
    );
  });

  it("of a well-known family brings its pooling, its prefixes and its length", () => {
    expect(huggingface("intfloat/multilingual-e5-small").config).toMatchInlineSnapshot(`
      {
        "dimensions": 384,
        "documentPrefix": "passage: ",
        "dtype": "fp32",
        "model": "intfloat/multilingual-e5-small",
        "normalize": true,
        "pooling": "mean",
        "queryPrefix": "query: ",
      }
    `);
    const poolings = (model: string): unknown => huggingface(model).config["pooling"];
    expect(poolings("Xenova/bge-small-en-v1.5")).toBe("cls");
    expect(poolings("onnx-community/Qwen3-Embedding-0.6B-ONNX")).toBe("last_token");
  });
});

describe("what a table stores", () => {
  it("makes the function again, from the folder that the environment names", async () => {
    const { config } = huggingface("tiny-onnx", { ...local, pooling: "cls", revision: "abc" });
    expect(config).toMatchObject({ model: "tiny-onnx", dtype: "fp32", pooling: "cls", revision: "abc" });
    vi.stubEnv("VARVE_MODELS", fixtures);
    const fn = registry.resolve({ name: "huggingface", config });
    expect(fn.config).toEqual(config);
    expect((await fn.embed(["water"], document))[0]?.length).toBe(256);
    await fn.dispose?.();
  });

  it("leads nowhere else", () => {
    for (const model of ["../tiny-onnx", "/etc", "a/b/c", "a\\b", ""]) {
      const resolve = () => registry.resolve({ name: "huggingface", config: { model, dimensions: 3 } });
      expect(resolve).toThrow(expect.objectContaining({ code: "EMBEDDING_UNAVAILABLE" }));
    }
  });
});

describe.skipIf(missing)(`all-MiniLM-L6-v2${missing ? ` (${reason})` : ""}`, () => {
  const folder = join(largeModels, "all-MiniLM-L6-v2-onnx");
  const make = (dtype: "int8" | "q8") =>
    huggingface("all-MiniLM-L6-v2-onnx", { localPath: largeModels, dtype });

  it.each([
    ["int8", 0.999, 0.99],
    ["q8", 0.985, 0.94],
  ] as const)("with %s stands close to the original, alone and in a batch", async (dtype, mean, least) => {
    const fn = make(dtype);
    const reference = readReference(folder);
    const texts = reference.map(({ text }) => text);
    const vectors = await fn.embed(texts, document);
    const cosines = meanAndLeast(reference.map(({ embedding }, index) => cosine(vectors[index], embedding)));
    expect(cosines.mean).toBeGreaterThan(mean);
    expect(cosines.least).toBeGreaterThan(least);
    const [alone] = await fn.embed(texts.slice(7, 8), document);
    expect(distance(alone, vectors[7])).toBeLessThan(1e-6);
    await fn.dispose?.();
  });
});
