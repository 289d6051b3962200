// The pipeline over a real connection to a server that fails, with a key that must not be found anywhere.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { openai } from "varve/embeddings";
import { expect, test } from "vitest";
import { temporaryFolder } from "../support/database";
import { atRandom, rateLimited, startOpenAiServer, vectorOf } from "../support/openai-server";
import { notes, openNotes, texts, vectorsOf } from "../support/paid-embedding";

const canary = "sk-canary-of-the-pipeline";

function everythingIn(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) => join(folder, file));
  return files.flatMap((file) => (statSync(file).isFile() ? [readFileSync(file, "latin1")] : [])).join("\n");
}

test("10,000 rows with faults in a tenth of the requests: all embedded, each text paid for once, in order", async () => {
  await using server = await startOpenAiServer({
    apiKey: canary,
    maxBatch: 100,
    faults: atRandom(0.1, [
      rateLimited({ ms: 20 }),
      rateLimited(),
      { kind: "status", status: 500 },
      { kind: "status", status: 503 },
      { kind: "drop" },
      { kind: "wrong-order" },
      { kind: "slow", ms: 20 },
    ]),
  });
  const fn = openai("a-model", { baseURL: server.url, apiKey: canary, dimensions: 8, maxBatch: 100 });
  const { t } = await openNotes(fn);
  const bodies = texts(10_000);
  await t.insert(notes(bodies));
  const vectors = await vectorsOf(t);
  expect(vectors.filter((vector) => vector !== null)).toHaveLength(10_000);
  for (const [index, body] of bodies.entries()) expect(vectors[index]).toEqual(vectorOf(body));
  expect(server.paid.size).toBe(10_000);
  expect(Math.max(...server.paid.values())).toBe(1);
  expect(server.mostAtOnce).toBeLessThanOrEqual(fn.maxConcurrency ?? 4);
  expect(server.requests.length).toBeGreaterThan(100);
});

test("neither the key nor a text is in the cache, and the key is in no error, no explanation and no JSON", async () => {
  await using server = await startOpenAiServer({ apiKey: canary });
  const folder = temporaryFolder();
  const good = openai("a-model", { baseURL: server.url, apiKey: canary, dimensions: 8 });
  const { db, t } = await openNotes(good, { folder });
  await t.insert(notes(["a text that is known by its words"]));
  await db.close();
  const cache = everythingIn(join(folder, "_embeddings"));
  expect(cache.length).toBeGreaterThan(0);
  expect(cache).not.toContain("known by its words");

  const bad = openai("a-model", { baseURL: server.url, apiKey: `${canary}-wrong`, dimensions: 8 });
  const again = await openNotes(bad, { folder });
  const errors = [
    await again.t.insert([{ id: "x", body: "new" }]).catch((error: unknown) => error),
    await again.t.search("new").catch((error: unknown) => error),
  ];
  expect(errors).toMatchObject([{ code: "EMBEDDING_FAILED" }, { code: "EMBEDDING_FAILED" }]);
  const shown = [
    inspect(errors, { depth: 12, showHidden: true }),
    JSON.stringify([errors, good, again.db.embeddingCache, await again.db.embeddingCache.stats()]),
    JSON.stringify(await again.t.explain([1, 2, 3, 4, 5, 6, 7, 8])),
    inspect([again.db, again.t], { depth: 12 }),
    everythingIn(folder),
  ];
  expect(shown.join("\n")).not.toContain("canary");
});
