import {
  boolean,
  connect,
  type Database,
  embed,
  float,
  int,
  json,
  list,
  type TableView,
  table,
  text,
  timestamp,
  type VarveError,
  vector,
} from "varve";
import { describe, expect, it, onTestFinished, test } from "vitest";
import { memoryDatabase } from "../support/database";
import { hashEmbedding } from "../support/hash-embedding";
import { served, TOKEN } from "../support/served";

const docs = table(
  "größe",
  {
    id: int().primaryKey(),
    body: text(),
    lang: text({ enum: ["en", "de"] }).nullable(),
    at: timestamp(),
    big: int({ bigint: true }),
    price: float().indexed(),
    tags: list(text()),
    meta: json().nullable(),
    ok: boolean(),
    own: vector(3),
  },
  (c) => ({ vec: embed(hashEmbedding(), c.body) }),
);

const WORDS = ["refund", "parcel", "money", "😀 naïve", "ﬁne", "thirty days", "lone \u{1F680} rocket"];

function row(id: number) {
  return {
    id,
    body: `${WORDS[id % WORDS.length]} ${WORDS[(id * 3) % WORDS.length]} ${id}`,
    lang: ([null, "en", "de"] as const)[id % 3] ?? null,
    at: new Date(1_700_000_000_000 + id * 1000),
    big: 2n ** 60n + BigInt(id),
    price: id / 7,
    tags: id % 4 === 0 ? [] : [`t${id % 5}`, "x"],
    meta: id % 2 === 0 ? null : { deep: [id, { a: "b" }] },
    ok: id % 2 === 0,
    own: [id, 1, -id],
  };
}

async function both(): Promise<{ local: Database; remote: Database }> {
  const local = await memoryDatabase();
  const t = await local.table(docs);
  await t.insert(Array.from({ length: 300 }, (_, i) => row(i)));
  await t.update({ where: (c) => c.id.lt(20), set: { price: 99.5 } });
  await t.delete({ where: (c) => c.id.between(100, 120) });
  await t.tag("launch");
  await t.upsert([{ ...row(7), body: "refund of the money in thirty days" }]);
  const remote = await connect(await served(local), { token: TOKEN });
  onTestFinished(() => remote.close());
  return { local, remote };
}

type View = TableView<typeof docs>;

/** Reads of a view, each with all that it comes to. */
const READS: Record<string, (t: View) => Promise<unknown>> = {
  find: (t) =>
    t.find({ where: (c) => c.price.gt(3).and(c.tags.contains("x")), orderBy: { price: "desc" }, limit: 20 }),
  "find everything": (t) => t.find(),
  "find vectors": (t) => t.find({ select: ["id", "own", "vec", "big"], limit: 30 }),
  get: (t) => t.get(7),
  "get many": (t) => t.get([7, 9000, 8]),
  count: (t) => t.count({ where: { lang: "de" } }),
  aggregate: (t) => t.aggregate({ sum: ["price"], max: ["price"] }),
  groupBy: (t) => t.groupBy("lang", { avg: ["price"] }),
  distinct: (t) => t.distinct("tags"),
  historyOf: (t) => t.historyOf(7),
  describe: (t) => t.describe(),
  version: (t) => t.version(),
  embed: (t) => t.embed("refund"),
  "search in hybrid": (t) => t.search("refund money", { limit: 5, highlight: "body", facets: ["lang"] }),
  "search by vector": (t) => t.search([1, 2, 3], { column: "own", limit: 5, where: { ok: true } }),
  "search by words": (t) => t.search('"thirty days" refund', { mode: "text", limit: 5, confidence: true }),
  "search by groups": (t) => t.search("refund", { groupBy: "lang", limit: 3 }),
  "search of many": (t) => t.searchMany(["refund", "parcel"], { limit: 3 }),
  timeline: (t) => t.timeline("refund money thirty days", { select: ["id", "body"] }),
  explainFind: async (t) => {
    const { way, columns } = await t.explainFind({ where: (c) => c.price.gt(90) });
    return { way, columns };
  },
  explain: async (t) => (await t.explain("refund", { limit: 3 })).mode,
  scan: async (t) => {
    const rows: unknown[] = [];
    for await (const batch of t.scan({ where: (c) => c.id.lt(200) })) rows.push(...batch);
    return rows;
  },
  "find in Arrow": (t) => t.arrow.find({ select: ["id", "body"], limit: 9 }),
  "scan in Arrow": async (t) => {
    const parts: Uint8Array[] = [];
    for await (const part of t.arrow.scan({ select: ["id", "own"] })) parts.push(part);
    return Buffer.concat(parts);
  },
};

describe("each read answers through a server what it answers here, now and as of then", () => {
  test.each(Object.keys(READS))("%s", async (name) => {
    const { local, remote } = await both();
    const [here, there] = [await local.table(docs), await remote.table(docs)];
    const read = READS[name] as (t: View) => Promise<unknown>;
    expect(await read(there)).toEqual(await read(here));
    for (const point of [1, 3, { tag: "launch" }] as const)
      expect(await read(there.asOf(point))).toEqual(await read(here.asOf(point)));
  });
});

it("knows the history of the tables, their tags and what changed", async () => {
  const { local, remote } = await both();
  const [here, there] = [await local.table(docs), await remote.table(docs)];
  expect(await remote.tables()).toEqual(await local.tables());
  expect(await there.history()).toEqual(await here.history());
  expect(await there.tags()).toEqual(await here.tags());
  expect(await there.diff(1, 4)).toEqual(await here.diff(1, 4));
  expect((await there.stats()).rows).toBe((await here.stats()).rows);
  const during = { from: 1, to: 4 };
  expect(await there.search("refund", { during, limit: 4 })).toEqual(
    await here.search("refund", { during, limit: 4 }),
  );
  expect(await (await remote.openTable("größe")).count()).toBe(await here.count());
});

it("keeps no version: that would be written", async () => {
  const there = await (await both()).remote.table(docs);
  const refused = { code: "ACCESS_DENIED", hint: expect.stringContaining("Open the folder or the bucket") };
  await expect(there.pin()).rejects.toMatchObject(refused);
  await expect(there.asOf(1).pin({ minutes: 5 })).rejects.toMatchObject(refused);
});

it("sees what is written meanwhile, and a table that was made anew", async () => {
  const { local, remote } = await both();
  const there = await remote.table(docs);
  const here = await local.table(docs);
  await here.insert([row(5000)]);
  expect((await there.get(5000))?.id).toBe(5000);
  await local.drop(docs.name);
  await expect(there.count()).rejects.toMatchObject({ code: "TABLE_NOT_FOUND" });
  await (await local.table(docs)).insert([row(1)]);
  // Who opened the other one is not given this one.
  const { code, message, hint } = await here.count().then(Object, (error: VarveError) => error);
  expect(code).toBe("CLOSED");
  await expect(there.count()).rejects.toMatchObject({ code, message, hint });
  await expect(there.asOf(1).find()).rejects.toMatchObject({ code, message, hint });
  expect(await (await remote.table(docs)).count()).toBe(1);
});

describe("what writes is refused, and nothing is written", () => {
  const calls: Record<string, (db: Database) => Promise<unknown>> = {
    insert: async (db) => await (await db.table(docs)).insert([row(9999)]),
    upsert: async (db) => await (await db.table(docs)).upsert([row(9999)]),
    update: async (db) => await (await db.table(docs)).update({ where: { id: 1 }, set: { price: 1 } }),
    delete: async (db) => await (await db.table(docs)).delete({ where: { id: 1 } }),
    tag: async (db) => await (await db.table(docs)).tag("now"),
    restore: async (db) => await (await db.table(docs)).restore(1),
    purge: async (db) => await (await db.table(docs)).purge({ keys: [1] }),
    optimize: async (db) => await (await db.table(docs)).optimize(),
    verify: async (db) => await db.verify(docs.name),
    "a new table": async (db) => await db.table(table("new", { id: int().primaryKey() })),
    rename: async (db) => await db.renameTable(docs.name, "other"),
    drop: async (db) => await db.drop(docs.name),
  };
  test.each(Object.keys(calls))("%s", async (name) => {
    const { local, remote } = await both();
    const before = await (await local.table(docs)).version();
    const refused = await calls[name]?.(remote).then(String, ({ code, message, hint }) => ({
      code,
      message,
      hint,
    }));
    expect(refused).toMatchSnapshot();
    expect(await (await local.table(docs)).version()).toBe(before);
  });
});
