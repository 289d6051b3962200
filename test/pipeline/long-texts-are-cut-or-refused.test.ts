import { join } from "node:path";
import { type Database, type EmbeddingFunction, type EmbedOptions, embed, table, text } from "varve";
import { onnx } from "varve/embeddings";
import { describe, expect, test } from "vitest";
import { memoryDatabase } from "../support/database";
import { fakePace } from "../support/fake-pace";
import { fixtures } from "../support/models";
import { paidEmbedding, paidVector, refusal } from "../support/paid-embedding";

async function open(fn: EmbeddingFunction<string>, longText: EmbedOptions["longText"], there?: Database) {
  const db = there ?? (await memoryDatabase({ pace: fakePace() }));
  const long = table("long", { id: text().primaryKey(), body: text() }, (c) => ({
    vec: embed(fn, c.body, { longText }),
  }));
  return await db.table(long);
}

const vectorOf = async (
  t: Awaited<ReturnType<typeof open>>,
  id: string,
): Promise<Float32Array | null | undefined> => (await t.get(id, { select: ["vec"] }))?.vec;

/** Ten tokens, by the estimate, and one more. */
const ten = "0123456789012345678901234567890123456789";

describe('longText: "refuse"', () => {
  test("fails a write with a text that is too long before anything is paid for, and names the row", async () => {
    const fn = paidEmbedding({ maxInputTokens: 10 });
    const t = await open(fn, "refuse");
    const rows = [ten, `${ten}0`].map((body, at) => ({ id: String(at), body }));
    await expect(t.insert(rows)).rejects.toMatchObject({
      code: "EMBEDDING_FAILED",
      where: { column: "vec", row: 1 },
      message: expect.stringContaining("about 11 tokens") as string,
    });
    await expect(t.search(`${ten}0`)).rejects.toMatchObject({ code: "EMBEDDING_FAILED" });
    expect(fn.calls).toEqual([]);
    await t.insert(rows, { onEmbedError: "defer" });
    expect(await vectorOf(t, "0")).toEqual(paidVector(ten));
    expect(await t.stats()).toMatchObject({ rows: 2, missingVectors: { vec: 1 } });
  });
});

describe('longText: "truncate"', () => {
  test("embeds the beginning of a text that is too long, without half a character at its end", async () => {
    const fn = paidEmbedding({ maxInputTokens: 10 });
    const t = await open(fn, "truncate");
    const pair = `${ten.slice(1)}\u{1F40C} and more`;
    await t.insert([ten, `${ten} and more`, pair].map((body, at) => ({ id: String(at), body })));
    expect(fn.calls.map(({ inputs }) => inputs)).toEqual([[ten, ten.slice(1)]]);
    expect((await t.get("1"))?.body).toBe(`${ten} and more`);
    await t.search(`${ten} and more`);
    expect(fn.calls.at(-1)?.inputs).toEqual([ten]);
  });

  test("cuts further where the server still refuses it", async () => {
    const most = 30;
    const fn = paidEmbedding({
      before: ({ inputs }) => {
        if (inputs.some((input) => input.length > most)) throw refusal(413);
      },
    });
    const t = await open(fn, "truncate");
    const long = "x".repeat(100);
    await t.insert([
      { id: "short", body: "short" },
      { id: "long", body: long },
    ]);
    expect(await vectorOf(t, "long")).toEqual(paidVector("x".repeat(25)));
    expect(await vectorOf(t, "short")).toEqual(paidVector("short"));
  });
});

test("without a word about it, texts go to the function as they are", async () => {
  const fn = paidEmbedding({ maxInputTokens: 10 });
  const t = await open(fn, undefined);
  await t.insert([{ id: "1", body: `${ten} and more` }]);
  expect(fn.calls[0]?.inputs).toEqual([`${ten} and more`]);
});

test("a local model counts its own tokens", async () => {
  const fn = onnx(join(fixtures, "tiny-onnx"), { maxTokens: 3 });
  const refusing = await open(fn, "refuse");
  await refusing.insert([{ id: "0", body: "the first film" }]);
  await expect(refusing.insert([{ id: "1", body: "the first film of the world" }])).rejects.toMatchObject({
    code: "EMBEDDING_FAILED",
    where: { row: 0 },
    message: expect.stringContaining("at most 3") as string,
  });
  const cutting = await open(fn, "truncate");
  await cutting.insert(
    ["the first film", "the first film of the world"].map((body, at) => ({ id: `${at}`, body })),
  );
  expect(await vectorOf(cutting, "1")).toEqual(await vectorOf(cutting, "0"));
});

test("the declaration may say something else at any time, and what is no word is refused", async () => {
  const fn = paidEmbedding({ maxInputTokens: 10 });
  const db = await memoryDatabase({ pace: fakePace() });
  await open(fn, "refuse", db);
  const t = await open(fn, "truncate", db);
  await t.insert([{ id: "1", body: `${ten} and more` }]);
  expect(await vectorOf(t, "1")).toEqual(paidVector(ten));
  await expect(open(fn, "cut" as never, db)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
});
