import { embed, table, text } from "varve";
import { expect, test } from "vitest";
import { memoryDatabase } from "../support/database";
import { fakePace } from "../support/fake-pace";
import { notes, openNotes, paidEmbedding, refusal, texts } from "../support/paid-embedding";

/** Refuses these texts, also where they stand among others. */
const refusing = (...bad: readonly string[]) =>
  paidEmbedding({
    before: ({ inputs }) => {
      if (inputs.some((input) => bad.includes(input))) throw refusal(400);
    },
  });
const defer = { onEmbedError: "defer" } as const;

test("rows that share a text that is refused are all counted, rows without a text are not", async () => {
  const { t } = await openNotes(refusing("bad"));
  const result = await t.insert(notes(["a", "bad", "b", "bad", null, ""]), defer);
  expect(result).toMatchObject({ inserted: 6, deferred: 2 });
  expect((await t.stats()).missingVectors).toEqual({ vec: 2 });
});

test("an upsert counts them too, and a write where nothing failed counts none", async () => {
  const { t } = await openNotes(refusing("bad"));
  expect(await t.insert(notes(["a", "b"]), defer)).toMatchObject({ inserted: 2, deferred: 0 });
  expect(await t.upsert(notes(["a", "bad", "c"]), defer)).toMatchObject({ deferred: 1 });
  expect(await t.insert([{ id: "x", body: "d" }])).toMatchObject({ deferred: 0 });
  expect(await t.delete({ where: { id: "x" } })).toMatchObject({ deferred: 0 });
});

test("a write in several batches counts those of all of them", async () => {
  const bodies = texts(30_000).map((body, index) => (index % 10_000 === 7 ? "bad" : body));
  const { t } = await openNotes(refusing("bad"));
  const rows = async function* () {
    yield* notes(bodies);
  };
  expect(await t.insert(rows(), defer)).toMatchObject({ inserted: 30_000, deferred: 3 });
});

test("a function that is down defers every row, and a function that is missing too", async () => {
  const down = paidEmbedding({
    before: () => {
      throw refusal(401);
    },
  });
  const { t } = await openNotes(down);
  expect(await t.insert(notes(texts(9)), defer)).toMatchObject({ inserted: 9, deferred: 9 });
  const db = await memoryDatabase({ pace: fakePace() });
  await db.table(
    table("named", { id: text().primaryKey(), body: text() }, (c) => ({ vec: embed(down, c.body) })),
  );
  const named = await db.openTable("named");
  expect(await named.insert([{ id: "1", body: "a" }], defer)).toMatchObject({ inserted: 1, deferred: 1 });
});

test("a row is counted once, in however many columns its vector is missing", async () => {
  const db = await memoryDatabase({ pace: fakePace() });
  const two = table("two", { id: text().primaryKey(), title: text(), body: text() }, (c) => ({
    first: embed(refusing("bad"), c.title),
    second: embed(refusing("bad", "worse"), c.body),
  }));
  const t = await db.table(two);
  const rows = [
    { id: "1", title: "bad", body: "bad" },
    { id: "2", title: "fine", body: "worse" },
    { id: "3", title: "fine", body: "fine" },
  ];
  expect(await t.insert(rows, defer)).toMatchObject({ inserted: 3, deferred: 2 });
});
