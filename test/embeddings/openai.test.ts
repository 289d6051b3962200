import { inspect } from "node:util";
import { OpenAI } from "openai";
import { EmbeddingRequestError, type OpenAiOptions, openai } from "varve/embeddings";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import {
  type Fault,
  inTurn,
  type OpenAiServer,
  rateLimited,
  startOpenAiServer,
  vectorOf,
} from "../support/openai-server";
import { testEmbeddingFunction } from "./contract";

const canary = "sk-canary-0123456789";
const document = { kind: "document" } as const;

afterEach(() => vi.unstubAllEnvs());

describe("over HTTP", () => {
  let server: OpenAiServer;
  beforeAll(async () => {
    server = await startOpenAiServer({ apiKey: canary });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  testEmbeddingFunction({
    make: () => openai("a-model", { baseURL: server.url, apiKey: canary, dimensions: 8 }),
    secret: canary,
  });
});

/** A function before a server on which one request after another goes wrong. */
async function facing(
  faults: readonly (Fault | undefined)[],
  options: OpenAiOptions = {},
): Promise<{
  server: OpenAiServer;
  embed: (...texts: string[]) => Promise<readonly (Float32Array | null)[]>;
}> {
  const server = await startOpenAiServer({ faults: inTurn(...faults) });
  const fn = openai("a-model", { baseURL: server.url, apiKey: canary, dimensions: 8, ...options });
  return { server, embed: (...texts) => fn.embed(texts, document) };
}

async function failureOf(work: Promise<unknown>): Promise<EmbeddingRequestError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof EmbeddingRequestError) return error;
  throw new Error(`not the failure of a request: ${inspect(error)}`);
}

describe("answers", () => {
  it.each([
    ["in another order", { kind: "wrong-order" }],
    ["in base64 to a client that asked for floats", { kind: "base64" }],
    ["late", { kind: "slow", ms: 20 }],
  ] as const)("are understood %s", async (_, fault) => {
    const { server, embed } = await facing([fault]);
    await using _server = server;
    expect(await embed("one", "two", "three")).toEqual([vectorOf("one"), vectorOf("two"), vectorOf("three")]);
    expect(server.requests[0]?.body["encoding_format"]).toBe("float");
  });

  it("are understood in floats by a client that asked for base64", async () => {
    const { server, embed } = await facing([undefined, { kind: "float" }], { encoding: "base64" });
    await using _server = server;
    expect(await embed("one")).toEqual([vectorOf("one")]);
    expect(await embed("one")).toEqual([vectorOf("one")]);
    expect(server.requests[0]?.body["encoding_format"]).toBe("base64");
  });

  it.each([
    ["half of the vectors", { kind: "half" }, "once", "expected 4 vectors, found 2 vectors"],
    [
      "a vector that is too short",
      { kind: "wrong-length" },
      "once",
      "expected vectors of 8 dimensions, found one of 7",
    ],
    ["an index twice", { kind: "wrong-index" }, "once", "expected vectors with the indexes 0, 1, 2"],
    ["half of the JSON", { kind: "half-json" }, "once", "gave an answer that cannot be read"],
    ["a connection that ends in the answer", { kind: "cut" }, true, "gave no answer"],
    ["a connection that ends before it", { kind: "drop" }, true, "gave no answer"],
  ] as const)("with %s are refused, and may be asked for again", async (_, fault, retryable, message) => {
    const { server, embed } = await facing([fault]);
    await using _server = server;
    const error = await failureOf(embed("a", "b", "c", "d"));
    expect(error.message).toContain(message);
    expect(error).toMatchObject({
      code: "EMBEDDING_FAILED",
      retryable,
      tooLarge: false,
      status: undefined,
    });
    expect(server.requests.length).toBe(1);
  });

  it("of another length are refused for good", async () => {
    const { server, embed } = await facing([{ kind: "wrong-dimensions" }]);
    await using _server = server;
    const error = await failureOf(embed("a", "b"));
    expect(error).toMatchObject({ retryable: false, hint: "Pass dimensions: 4, or ask for another model." });
  });
});

describe("refusals", () => {
  it.each<[string, Fault, object]>([
    ["429", rateLimited(), { status: 429, retryable: true, retryAfterMs: undefined }],
    ["429 with seconds", rateLimited({ seconds: 2 }), { status: 429, retryable: true, retryAfterMs: 2000 }],
    ["429 with milliseconds", rateLimited({ seconds: 2, ms: 150 }), { retryable: true, retryAfterMs: 150 }],
    [
      "429 for an empty purse",
      { kind: "status", status: 429, code: "insufficient_quota" },
      { status: 429, retryable: false },
    ],
    ["500", { kind: "status", status: 500 }, { status: 500, retryable: true, tooLarge: false }],
    ["503", { kind: "status", status: 503, headers: { "x-should-retry": "false" } }, { retryable: false }],
    ["408", { kind: "status", status: 408 }, { retryable: true }],
    ["400", { kind: "status", status: 400, message: "unknown model" }, { retryable: false, tooLarge: false }],
    [
      "401",
      { kind: "status", status: 401 },
      { retryable: false, hint: "Check the key and what it is allowed to do." },
    ],
    ["404", { kind: "status", status: 404 }, { hint: "Check the name of the model and the address." }],
    ["413", { kind: "status", status: 413 }, { retryable: false, tooLarge: true }],
    [
      "400 for too many tokens",
      { kind: "status", status: 400, message: "Requested 350000 tokens, max 300000 tokens per request" },
      { retryable: false, tooLarge: true },
    ],
  ])("%s says whether to go on", async (_, fault, expected) => {
    const { server, embed } = await facing([fault]);
    await using _server = server;
    expect(await failureOf(embed("a"))).toMatchObject({ code: "EMBEDDING_FAILED", ...expected });
    expect(server.requests.length).toBe(1);
  });

  it("of an address where nobody listens may be tried once more", async () => {
    const { server, embed } = await facing([]);
    await server[Symbol.asyncDispose]();
    const error = await failureOf(embed("a"));
    expect(error).toMatchObject({ retryable: "once", status: undefined });
    expect(error.message).toContain("ECONNREFUSED");
    expect(error.message).toContain(server.url);
  });

  it("come when an answer takes too long, and may be tried once more", async () => {
    const { server, embed } = await facing([{ kind: "hang" }], { timeoutMs: 30 });
    await using _server = server;
    expect(await failureOf(embed("a"))).toMatchObject({ retryable: "once" });
  });

  it("end at once when the signal is aborted", async () => {
    const server = await startOpenAiServer({ faults: () => ({ kind: "hang" }) });
    await using _server = server;
    const fn = openai("a-model", { baseURL: server.url, apiKey: canary, dimensions: 8 });
    const signal = AbortSignal.timeout(20);
    await expect(fn.embed(["a"], { kind: "document", signal })).rejects.toMatchObject({ code: "ABORTED" });
  });
});

describe("requests", () => {
  it("ask for what the model and the preset need", async () => {
    await using server = await startOpenAiServer();
    const ask = async (model: string, options: OpenAiOptions, kind: "query" | "document" = "document") => {
      const fn = openai(model, { baseURL: server.url, apiKey: canary, ...options });
      await fn.embed(["a text"], { kind });
      const { model: _model, ...body } = server.requests.at(-1)?.body ?? {};
      return body;
    };
    const floats = { encoding_format: "float" };
    expect(await ask("my-model", { dimensions: 8 })).toEqual({ input: ["a text"], ...floats });
    expect(await ask("my-model", { dimensions: 8, requestDimensions: true })).toMatchObject({
      dimensions: 8,
    });
    expect(await ask("text-embedding-3-small", { dimensions: 64 })).toMatchObject({ dimensions: 64 });
    expect(await ask("jina-embeddings-v3", { preset: "jina", dimensions: 64 }, "query")).toEqual({
      input: ["a text"],
      ...floats,
      dimensions: 64,
      task: "retrieval.query",
    });
    expect(await ask("voyage-3.5", { preset: "voyage", dimensions: 256 })).toEqual({
      input: ["a text"],
      encoding_format: "base64",
      output_dimension: 256,
      input_type: "document",
    });
    const ollama = { preset: "ollama", dimensions: 8, requestDimensions: false } as const;
    expect(await ask("nomic-embed-text:latest", ollama, "query")).toEqual({
      input: ["search_query: a text"],
      ...floats,
    });
    expect(await ask("x", { dimensions: 8, queryPrefix: "Q: " }, "query")).toMatchObject({
      input: ["Q: a text"],
    });
  });

  it("leave out texts in which nothing stands, and ask nothing where nothing is left", async () => {
    const { server, embed } = await facing([]);
    await using _server = server;
    expect(await embed("", "one", " ")).toEqual([null, vectorOf("one"), null]);
    expect(await embed("", " ")).toEqual([null, null]);
    expect(server.requests.map(({ inputs }) => inputs)).toEqual([["one"]]);
  });

  it("carry the key, the organisation and what stands in the address, each in its place", async () => {
    await using server = await startOpenAiServer();
    const ask = async (options: OpenAiOptions) => {
      await openai("a-model", { dimensions: 8, ...options }).embed(["a"], document);
      return server.requests.at(-1);
    };
    const bearer = { authorization: `Bearer ${canary}` };
    vi.stubEnv("OPENAI_API_KEY", canary);
    expect((await ask({ baseURL: server.url, organization: "org-1" }))?.headers).toMatchObject({
      ...bearer,
      "openai-organization": "org-1",
    });
    const azure = await ask({ preset: "azure", baseURL: `${server.url}/?api-version=1`, apiKey: canary });
    expect(azure?.headers).toMatchObject({ ...bearer, "api-key": canary });
    expect(azure?.path).toBe("/v1/embeddings?api-version=1");
    vi.stubEnv("OPENAI_API_KEY", "");
    const basic = await ask({ baseURL: server.url.replace("//", "//me:s3cret@") });
    expect(basic?.headers.authorization).toBe(`Basic ${Buffer.from("me:s3cret").toString("base64")}`);
    expect((await ask({ preset: "vllm", baseURL: server.url }))?.headers.authorization).toBe("Bearer none");
  });

  it("read the key from the environment when they are made", async () => {
    await using server = await startOpenAiServer();
    const fn = openai("mistral-embed", { preset: "mistral", baseURL: server.url, requestDimensions: true });
    for (const key of ["key-one", "key-two"]) {
      vi.stubEnv("MISTRAL_API_KEY", key);
      await fn.embed(["a"], document);
    }
    const keys = server.requests.map(({ headers }) => headers.authorization);
    expect(keys).toEqual(["Bearer key-one", "Bearer key-two"]);
  });

  it("go through a client of one's own, whose retries are switched off", async () => {
    await using server = await startOpenAiServer({ faults: inTurn(undefined, rateLimited()) });
    const client = new OpenAI({ apiKey: canary, baseURL: server.url });
    const fn = openai("a-model", { client, dimensions: 8 });
    expect(await fn.embed(["one"], document)).toEqual([vectorOf("one")]);
    expect(await failureOf(fn.embed(["two"], document))).toMatchObject({ status: 429, retryable: true });
    expect(server.requests.length).toBe(2);
  });
});

describe("a key", () => {
  it("stands in no error and in nothing that can be shown", async () => {
    await using server = await startOpenAiServer({ apiKey: "sk-another-key" });
    const url = server.url.replace("//", "//me:pass-canary@");
    const shown: string[] = [];
    for (const options of [
      { apiKey: canary, baseURL: server.url },
      { apiKey: canary, baseURL: url, headers: { "x-token": canary } },
      { client: new OpenAI({ apiKey: canary, baseURL: server.url, maxRetries: 0 }) },
    ]) {
      const fn = openai("a-model", { dimensions: 8, ...options });
      const error = await failureOf(fn.embed(["a"], document));
      expect(error.message).toContain("Incorrect API key provided: [secret]");
      shown.push(JSON.stringify(fn), inspect(fn, { depth: 9, showHidden: true }));
      shown.push(inspect(error, { depth: 9, showHidden: true }), JSON.stringify(error), String(error.stack));
    }
    expect(shown.join("\n")).not.toMatch(/canary/);
  });

  it("that is missing is asked for by its name", async () => {
    vi.stubEnv("VOYAGE_API_KEY", "");
    const fn = openai("voyage-3.5", { preset: "voyage" });
    await expect(fn.embed(["a"], document)).rejects.toMatchObject({
      code: "EMBEDDING_UNAVAILABLE",
      hint: "Set the environment variable VOYAGE_API_KEY, or pass apiKey.",
    });
  });
});
