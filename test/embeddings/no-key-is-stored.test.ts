// A key that reaches a disk, a log or an explanation has to be thought stolen. This looks for one wherever a table leaves something.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { bytes, embed, Registry, table, text } from "varve";
import { fromAiSdk, huggingface, onnx, openai, registry } from "varve/embeddings";
import { describe, expect, it, vi } from "vitest";
import { diskDatabase, temporaryFolder } from "../support/database";
import { fixtures } from "../support/models";
import { startOpenAiServer } from "../support/openai-server";
import { pngOf } from "../support/png";

const canary = "sk-canary-0123456789";

/** All bytes of all files below a folder, as text. */
function everythingIn(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) => join(folder, file));
  return files
    .flatMap((file) => (statSync(file).isFile() ? [file, readFileSync(file, "latin1")] : []))
    .join("\n");
}

describe("a table that is embedded with a key", () => {
  it("keeps the function and not the key, and embeds again when it is opened by its name", async () => {
    await using server = await startOpenAiServer({ apiKey: canary });
    const model = createOpenAICompatible({ name: "x", baseURL: server.url, apiKey: canary }).embeddingModel(
      "m",
    );
    const baseURL = server.url.replace("//", `//me:${canary}@`);
    const docs = table("docs", { id: text().primaryKey(), body: text() }, (c) => ({
      plain: embed(openai("a-model", { baseURL, apiKey: canary, dimensions: 8 }), c.body),
      foreign: embed(fromAiSdk(model, { dimensions: 8 }), c.body),
    }));
    const folder = temporaryFolder();
    const shown: string[] = [];
    const db = await diskDatabase(folder);
    const t = await db.table(docs);
    await t.insert([
      { id: "1", body: "water" },
      { id: "2", body: "river" },
    ]);
    const hits = await t.search("water", { column: "plain", limit: 1 });
    expect(hits).toMatchObject([{ id: "1" }]);
    shown.push(inspect([db, t, docs], { depth: 12 }), JSON.stringify([await t.history(), await t.stats()]));
    shown.push(JSON.stringify(await t.explain("water", { column: "plain" })), everythingIn(folder));

    // The key is wrong from here on, and the server repeats it.
    const wrong = table("docs", { id: text().primaryKey(), body: text() }, (c) => ({
      plain: embed(openai("a-model", { baseURL, apiKey: `${canary}-wrong`, dimensions: 8 }), c.body),
      foreign: embed(fromAiSdk(model, { dimensions: 8 }), c.body),
    }));
    const failing = await db.table(wrong);
    const error: unknown = await failing
      .insert([{ id: "3", body: "house" }])
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "EMBEDDING_FAILED" });
    shown.push(inspect(error, { depth: 12, showHidden: true }));
    expect(shown.join("\n")).not.toContain("canary");

    vi.stubEnv("OPENAI_API_KEY", canary);
    vi.stubEnv("OPENAI_BASE_URL", server.url);
    const byName = await db.openTable("docs");
    expect(await byName.search("river", { column: "plain", limit: 1 })).toMatchObject([{ id: "2" }]);
    vi.unstubAllEnvs();
  });
});

describe("a table that is embedded on this machine", () => {
  it("takes texts and images, and embeds again when it is opened by its name", async () => {
    const photos = table("photos", { id: text().primaryKey(), caption: text(), file: bytes() }, (c) => ({
      words: embed(onnx(join(fixtures, "tiny-onnx")), c.caption),
      seen: embed(huggingface("tiny-clip", { localPath: fixtures, images: true }), c.file),
    }));
    const folder = temporaryFolder();
    const db = await diskDatabase(folder);
    const t = await db.table(photos);
    await t.insert([
      { id: "1", caption: "a house near the river", file: pngOf(0, 0, 255) },
      { id: "2", caption: "the king at war", file: pngOf(255, 0, 0) },
    ]);
    expect(await t.search("water", { column: "words", limit: 1 })).toMatchObject([{ id: "1" }]);
    expect(await t.search("red", { column: "seen", limit: 1 })).toMatchObject([{ id: "2" }]);
    expect(await t.search(pngOf(0, 0, 200), { column: "seen", limit: 1 })).toMatchObject([{ id: "1" }]);
    expect(everythingIn(folder)).not.toContain(fixtures);

    vi.stubEnv("VARVE_MODELS", fixtures);
    const byName = await db.openTable("photos");
    expect(await byName.search("army", { column: "words", limit: 1 })).toMatchObject([{ id: "2" }]);
    expect(await byName.search("blue", { column: "seen", limit: 1 })).toMatchObject([{ id: "1" }]);
    vi.unstubAllEnvs();
  });

  it("is not in the way of a registry of one's own", () => {
    const mine = new Registry().register("onnx", () => onnx(join(fixtures, "tiny-onnx")));
    expect(mine.names()).toEqual(["onnx"]);
    expect(registry.names()).toEqual(expect.arrayContaining(["builtin", "huggingface", "onnx", "openai"]));
  });
});
