// What `onProgress` throws ends a call as long as nothing is committed. Afterwards it is a warning of the process: a call that failed is one
// that did nothing.

import { embed, type Progress, type Table, table, text } from "varve";
import { custom } from "varve/embeddings";
import { expect, onTestFinished, test } from "vitest";
import { memoryDatabase } from "../support/database";
import { hashEmbedding } from "../support/hash-embedding";

const docs = table("docs", { id: text().primaryKey(), body: text() }, (c) => ({
  vec: embed(hashEmbedding(), c.body),
}));

async function open(): Promise<Table<typeof docs>> {
  return await (await memoryDatabase()).table(docs);
}

/** The warnings of the process while a test runs. */
function warnings(): string[] {
  const said: string[] = [];
  const { emitWarning } = process;
  process.emitWarning = (warning: string | Error): void => {
    said.push(String(warning));
  };
  onTestFinished(() => {
    process.emitWarning = emitWarning;
  });
  return said;
}

function failing({ stage }: Progress): void {
  if (stage === "write") throw new Error("it rains");
}

const SAID = ["Error: it rains"];

test("an insert stands", async () => {
  const said = warnings();
  const t = await open();
  expect(await t.insert({ id: "1", body: "tea" }, { onProgress: failing })).toMatchObject({ inserted: 1 });
  expect([await t.version(), said]).toEqual([1, SAID]);
});

test("an update stands", async () => {
  const said = warnings();
  const t = await open();
  await t.insert({ id: "1", body: "tea" });
  const update = t.update({ where: { id: "1" }, set: { body: "hot tea" }, onProgress: failing });
  expect(await update).toMatchObject({ updated: 1, version: 2 });
  expect([await t.get("1", { select: ["body"] }), said]).toEqual([{ body: "hot tea" }, SAID]);
});

test("what a backfill has filled in stands, and it goes on", async () => {
  const said = warnings();
  const plain = await (await memoryDatabase()).table(
    table("docs", { id: text().primaryKey(), body: text() }, (c) => ({
      vec: embed(
        custom({
          name: "slow",
          dimensions: 2,
          embed: (texts) =>
            broken ? Promise.reject(new Error("down")) : Promise.resolve(texts.map(() => [1, 0])),
          retry: { attempts: 1 },
        }),
        c.body,
      ),
    })),
  );
  let broken = true;
  await plain.insert({ id: "1", body: "tea" }, { onEmbedError: "defer" });
  broken = false;
  expect(await plain.backfill({ onProgress: failing })).toEqual({ filled: 1, missing: 0 });
  expect(said).toEqual(SAID);
});

test("a column that was embedded anew gets its last vectors too", async () => {
  const said = warnings();
  const t = await open();
  await t.insert({ id: "1", body: "tea" });
  let number = 0;
  let isCommitted = false;
  const next = custom<string>({
    name: "next",
    dimensions: 2,
    embed: async (texts) => {
      // Somebody who never stops writing: the last rows come after the last round.
      const [newest] = await t.history({ limit: 1 });
      isCommitted ||= newest?.operation === "reembed";
      number += 1;
      await t.insert({ id: `new ${number}`, body: `row ${number}` }).catch(() => undefined);
      return texts.map(() => [1, 0]);
    },
  });
  const onProgress = (): void => {
    if (isCommitted) throw new Error("it rains");
  };
  const t2 = await t.reembed("vec", next, { onProgress });
  expect((await t2.stats()).missingVectors).toEqual({ vec: 0 });
  expect(said.length).toBeGreaterThan(0);
});

test("before the commit an error ends the call, and nothing is written", async () => {
  const said = warnings();
  const t = await open();
  const onProgress = (): void => {
    throw new Error("it rains");
  };
  await expect(t.insert({ id: "1", body: "tea" }, { onProgress })).rejects.toThrow("it rains");
  expect([await t.count(), said]).toEqual([0, []]);
});
