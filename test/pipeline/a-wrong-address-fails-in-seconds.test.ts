// What a user sees who mistyped an address, or whose server is down: over real connections, through every function that asks a server.

import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createSocketServer, type Server } from "node:net";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { custom, type EmbeddingFunction, fromAiSdk, fromLangChain, openai } from "varve/embeddings";
import { describe, expect, onTestFinished, test } from "vitest";
import { fakePace } from "../support/fake-pace";
import { notes, openNotes } from "../support/paid-embedding";

const KEY = "sk-canary-of-an-address";

async function addressOf(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const answering = async (listener: RequestListener): Promise<string> =>
  `http://${await addressOf(createServer(listener))}/v1`;

const body = (type: string, text: string, status = 200) =>
  answering((_, answer) => answer.writeHead(status, { "content-type": type }).end(text));

async function closed(): Promise<string> {
  const server = createServer();
  const address = await addressOf(server);
  await new Promise((resolve) => server.close(resolve));
  return `http://${address}/v1`;
}

/** What stands at the address, what a message must say, and how often it may be asked. */
const places: readonly (readonly [string, () => Promise<string>, RegExp, number])[] = [
  ["nobody", closed, /ECONNREFUSED|connect/i, 2],
  ["no host", () => Promise.resolve("http://embed.invalid/v1"), /ENOTFOUND|EAI_AGAIN|connect/i, 2],
  ["a forbidden port", () => Promise.resolve("http://127.0.0.1:1/v1"), /bad port/, 1],
  ["a web page", () => body("text/html", "<h1>Login</h1>"), /Login|web page|not valid JSON|JSON/, 1],
  ["a web page that says it is JSON", () => body("application/json", "<h1>Login</h1>"), /JSON/, 1],
  ["JSON that ends too early", () => body("application/json", '{"data":[{"embed'), /JSON/, 2],
  ["JSON of another shape", () => body("application/json", '{"hello":[1]}'), /expected|Type|response/i, 2],
  ["no vectors", () => body("application/json", '{"data":[]}'), /expected|should return an array of 1/, 2],
  ["an empty answer", () => body("application/json", ""), /JSON|nothing|response/i, 2],
  ["404", () => body("application/json", '{"error":{"message":"no such path"}}', 404), /404|no such/, 1],
  ["a lasting 500", () => body("text/plain", "it broke", 500), /500|it broke/, 5],
  ["a lasting 503", () => body("application/json", "{}", 503), /503|Service Unavailable/, 5],
  [
    "something that speaks another protocol",
    async () =>
      `http://${await addressOf(createSocketServer((socket) => socket.end("220 mail ready\r\n")))}/v1`,
    /Expected HTTP|parse|Parse|HPE|connect|socket/i,
    5,
  ],
  [
    "http where https was asked for",
    async () => (await body("application/json", "{}")).replace("http:", "https:"),
    /SSL|EPROTO|connect/i,
    1,
  ],
];

/** Asks a server the way programs do that people write themselves. */
async function ask(baseURL: string, texts: readonly string[], signal?: AbortSignal): Promise<number[][]> {
  const answer = await fetch(`${baseURL}/embeddings`, {
    method: "POST",
    body: JSON.stringify(texts),
    ...(signal === undefined ? {} : { signal }),
  });
  if (!answer.ok) throw Object.assign(new Error(`status ${answer.status}`), { status: answer.status });
  const { data } = (await answer.json()) as { data?: { embedding: number[] }[] };
  if (data === undefined) throw new TypeError("the response has no data");
  return data.map(({ embedding }) => embedding);
}

const functions: Readonly<Record<string, (baseURL: string) => EmbeddingFunction<string>>> = {
  openai: (baseURL) => openai("m", { baseURL, apiKey: KEY, dimensions: 2 }),
  fromAiSdk: (baseURL) =>
    fromAiSdk(createOpenAICompatible({ name: "x", baseURL, apiKey: KEY }).embeddingModel("m"), {
      dimensions: 2,
    }),
  fromLangChain: (baseURL) =>
    fromLangChain(
      {
        embedDocuments: (texts) => ask(baseURL, texts),
        embedQuery: async (text) => (await ask(baseURL, [text]))[0] ?? [],
      },
      { name: "lc", dimensions: 2 },
    ),
  custom: (baseURL) =>
    custom({
      name: "mine",
      dimensions: 2,
      embed: async (texts, { signal }) =>
        (await ask(baseURL, texts, signal)).map((vector) => Float32Array.from(vector)),
    }),
};

describe.each(Object.entries(functions))("%s", (_function, make) => {
  test.each(places)("finds %s", { timeout: 20_000 }, async (_place, start, words, most) => {
    const fn = make(await start());
    const calls = { embed: 0 };
    const counted: EmbeddingFunction<string> = {
      ...fn,
      maxBatch: fn.maxBatch,
      embed: (inputs, request) => {
        calls.embed += 1;
        return fn.embed(inputs, request);
      },
    };
    const pace = fakePace(1);
    const { t } = await openNotes(counted, { pace });
    for (const way of [() => t.insert(notes(["a"])), () => t.search("b"), () => t.embed("c")]) {
      calls.embed = 0;
      const [waited, from] = [pace.now(), performance.now()];
      const error = (await way().catch((thrown: unknown) => thrown)) as Error & { hint?: string };
      expect(error).toMatchObject({ code: "EMBEDDING_FAILED", where: { table: "notes", column: "vec" } });
      expect(error.message).toMatch(words);
      expect(`${error.message} ${error.hint}`).not.toContain(KEY);
      expect(error.hint).toBeTruthy();
      expect(calls.embed).toBeLessThanOrEqual(most);
      if (calls.embed > 1) expect(error.message).toMatch(/Tried \d times in \d\.\d s\.$/);
      expect(pace.now() - waited + performance.now() - from).toBeLessThan(10_000);
    }
  });
});

test("a web page is shown by its beginning, and a key that stands in it is not", async () => {
  const page = `<html>${"x".repeat(105)}${KEY}`;
  const fn = functions["openai"]?.(await body("text/html", page)) as EmbeddingFunction<string>;
  const { t } = await openNotes(fn);
  const error = (await t.insert(notes(["a"])).catch((thrown: unknown) => thrown)) as Error & { hint: string };
  expect(error.message).toMatch(/found the text "<html>x+\[secret\]/);
  expect(error.message).not.toContain("sk-c");
  expect(error.hint).toContain("Check the address");
});
