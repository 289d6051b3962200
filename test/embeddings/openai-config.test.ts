import { openai, registry } from "varve/embeddings";
import { afterEach, describe, expect, it, vi } from "vitest";
import { VarveError } from "../../src/varve-error";
import { startOpenAiServer, vectorOf } from "../support/openai-server";

const canary = "sk-canary-0123456789";
const document = { kind: "document" } as const;

afterEach(() => vi.unstubAllEnvs());

describe("limits and lengths", () => {
  it("are those of the server and the model", () => {
    expect(openai("text-embedding-3-small")).toMatchObject({
      name: "openai",
      dimensions: 1536,
      maxBatch: 2048,
      maxBatchTokens: 300_000,
      maxInputTokens: 8192,
      config: { model: "text-embedding-3-small", dimensions: 1536 },
    });
    expect(openai("text-embedding-3-large", { dimensions: 256, maxBatch: 10 })).toMatchObject({
      dimensions: 256,
      maxBatch: 10,
    });
    expect(openai("gemini-embedding-001", { preset: "gemini" })).toMatchObject({
      dimensions: 3072,
      maxBatch: 100,
    });
    expect(openai("mistral-embed", { preset: "mistral" })).toMatchObject({
      maxBatch: 32,
      maxBatchTokens: 16_384,
    });
    expect(openai("nomic-embed-text", { preset: "ollama" })).toMatchObject({
      dimensions: 768,
      maxConcurrency: 1,
    });
    expect(openai("BAAI/bge-m3", { preset: "vllm" })).toMatchObject({ dimensions: 1024 });
  });

  it("must be given where nobody knows them", () => {
    expect(() => openai("a-model")).toThrow('openai() does not know how long the vectors of "a-model" are.');
    expect(() => openai("text-embedding-ada-002", { dimensions: 512 })).toThrow("expected 1536, found 512");
    expect(() => openai("a-model", { dimensions: 3, preset: "azure" })).toThrow(
      "needs the address of the server",
    );
    expect(() => openai("a-model", { dimensions: 3, baseURL: "me:s3cret@host" })).toThrow(/^(?!.*s3cret)/);
    // @ts-expect-error: no such preset
    expect(() => openai("a-model", { dimensions: 3, preset: "toString" })).toThrow("one of azure, gemini");
  });
});

describe("what a table stores", () => {
  it("is the model, the length, the preset and an address without its password", () => {
    const baseURL = "https://me:s3cret@embed.example.com:8443/v1/?token=s3cret#x";
    const fn = openai("m", {
      baseURL,
      dimensions: 3,
      apiKey: canary,
      organization: "o",
      headers: { a: "b" },
    });
    expect(fn.config).toEqual({ model: "m", dimensions: 3, baseURL: "https://embed.example.com:8443/v1" });
    const ollama = openai("nomic-embed-text", { preset: "ollama" });
    expect(ollama.config).toEqual({
      model: "nomic-embed-text",
      dimensions: 768,
      preset: "ollama",
      queryPrefix: "search_query: ",
      documentPrefix: "search_document: ",
    });
  });

  it("makes the function again", () => {
    for (const fn of [
      openai("text-embedding-3-large", { dimensions: 256 }),
      openai("nomic-embed-text", { preset: "ollama", queryPrefix: "" }),
      openai("m", { baseURL: "http://localhost:9999/v1", dimensions: 3, requestDimensions: true }),
    ]) {
      expect(registry.resolve({ name: "openai", config: fn.config }).config).toEqual(fn.config);
    }
  });

  it("is no reason to send texts and keys to an address that nobody vouches for", () => {
    const config = { model: "m", dimensions: 3, baseURL: "https://elsewhere.example.com/v1" };
    const resolve = () => registry.resolve({ name: "openai", config });
    expect(resolve).toThrow("not sent to an address only because a table names it");
    vi.stubEnv("OPENAI_BASE_URL", "https://elsewhere.example.com/v1");
    expect(resolve().config).toEqual(config);
  });

  it("is enough to send texts to a server on this machine, but no key", async () => {
    await using server = await startOpenAiServer();
    vi.stubEnv("OPENAI_API_KEY", canary);
    const { config } = openai("m", { baseURL: server.url, dimensions: 8 });
    const embed = () => registry.resolve({ name: "openai", config }).embed(["one"], document);
    expect(await embed()).toEqual([vectorOf("one")]);
    vi.stubEnv("OPENAI_BASE_URL", server.url);
    await embed();
    const keys = server.requests.map(({ headers }) => headers.authorization);
    expect(keys).toEqual(["Bearer none", `Bearer ${canary}`]);
  });

  it("is checked", () => {
    for (const config of [
      {},
      { model: 3 },
      { model: "m", dimensions: -1 },
      { model: "m", preset: "nobody" },
    ]) {
      expect(() => registry.resolve({ name: "openai", config })).toThrow(VarveError);
    }
  });
});
