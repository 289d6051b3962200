// varve/arrow: tables of apache-arrow in and out, of the newest version and of the oldest that is supported, one copy beside another.

import * as newest from "apache-arrow";
import * as oldest from "apache-arrow-14";
import {
  boolean,
  bytes,
  date,
  embed,
  float,
  int,
  json,
  list,
  struct,
  table,
  text,
  timestamp,
  vector,
} from "varve";
import { rowsFromArrow, withArrow } from "varve/arrow";
import { builtin } from "varve/embeddings";
import { describe, expect, test } from "vitest";
import { memoryDatabase } from "../support/database";

const everything = table("everything", {
  id: text().primaryKey(),
  size: text({ enum: ["small", "large"] }).nullable(),
  count: int().nullable(),
  big: int({ bigint: true }).nullable(),
  ratio: float().nullable(),
  half: float({ bits: 32 }).nullable(),
  open: boolean().nullable(),
  at: timestamp().nullable(),
  day: date().nullable(),
  raw: bytes().nullable(),
  data: json().nullable(),
  labels: list(text()).nullable(),
  author: struct({ name: text(), born: int() }).nullable(),
  full: vector(3).nullable(),
  small: vector(4, { element: "f16" }).nullable(),
});

const row = {
  id: "a",
  size: "small" as const,
  count: 42,
  big: 9_007_199_254_740_993n,
  ratio: 0.1,
  half: 0.5,
  open: true,
  at: new Date("2026-01-02T03:04:05.678Z"),
  day: "2026-01-31",
  raw: new Uint8Array([1, 2, 3]),
  data: { deep: [1, null, "x"] },
  labels: ["x", "yy"],
  author: { name: "Ada", born: 1815 },
  full: new Float32Array([1, -2, 3.5]),
  small: new Float32Array([0.5, 1, -1.5, 2]),
};
const empty = Object.fromEntries(Object.keys(row).map((name) => [name, name === "id" ? "b" : null]));
const second = { ...row, id: "c", count: -1, data: null, full: new Float32Array([4, 5, 6]) };
const all = Object.keys(row) as (keyof typeof row)[];

async function filled() {
  const db = await memoryDatabase();
  const t = await db.table(everything);
  await t.insert([row, { id: "b" }, second]);
  return { db, t };
}

for (const [version, arrow] of [
  ["the newest", newest],
  ["14", oldest],
] as const) {
  describe(`with apache-arrow ${version}`, () => {
    test("every type comes back as it went out", async () => {
      const { db, t } = await filled();
      const out = await withArrow(t, { arrow: arrow as never }).find({ select: all });
      expect(out.numRows).toBe(3);
      await db.drop("everything");
      const again = await db.table(everything);
      await withArrow(again).insert(out);
      expect(await again.find({ select: all })).toEqual([row, empty, second]);
    });

    test("a table, its batches, a reader, bytes and a stream of bytes are the same rows", async () => {
      const { t } = await filled();
      const stream = await t.arrow.find({ select: all });
      const rows = async (source: unknown) => {
        const read: object[] = [];
        for await (const one of rowsFromArrow(source as never, { arrow: arrow as never })) read.push(one);
        return read;
      };
      const whole = arrow.tableFromIPC(stream);
      const expected = [row, empty, second];
      expect(await rows(whole)).toEqual(expected);
      expect(await rows(whole.batches)).toEqual(expected);
      expect(await rows(whole.batches[0])).toEqual(expected);
      expect(await rows(arrow.RecordBatchReader.from(stream))).toEqual(expected);
      expect(await rows(stream)).toEqual(expected);
      expect(await rows(arrow.tableToIPC(whole as never, "file"))).toEqual(expected);
      expect(await rows(t.arrow.scan({ select: all, batchRows: 2 }))).toEqual(expected);
    });

    test("slices and tables of many batches keep their rows", async () => {
      const db = await memoryDatabase();
      const t = await db.table(table("slices", { id: int().primaryKey(), v: vector(2), tags: list(int()) }));
      const rows = Array.from({ length: 100 }, (_, id) => ({
        id,
        v: new Float32Array([id, -id]),
        tags: Array.from({ length: id % 3 }, (_, i) => id + i),
      }));
      await t.insert(rows);
      const batches: object[] = [];
      const select = ["id", "v", "tags"] as const;
      for await (const batch of withArrow(t, { arrow: arrow as never }).scan({ select, batchRows: 7 }))
        batches.push(batch);
      const whole = new arrow.Table(batches as never[]);
      const read: object[] = [];
      for await (const one of rowsFromArrow(whole.slice(5, 60) as never)) read.push(one);
      expect(read).toEqual(rows.slice(5, 60));
    });

    test("Arrow's own kinds of columns become columns of Varve", async () => {
      const { Table, vectorFromArray } = arrow;
      const source = new Table({
        id: vectorFromArray(["a", "b"], new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32())),
        small: vectorFromArray([1, 2], new arrow.Int16()),
        unsigned: vectorFromArray([1n, 2n], new arrow.Uint64()),
        micros: vectorFromArray([Date.UTC(2026, 0, 2), null], new arrow.TimestampMillisecond()),
        day: vectorFromArray([new Date("2026-01-31"), new Date("1969-12-31")], new arrow.DateDay()),
        half: vectorFromArray([0.5, -2], new arrow.Float32()),
      } as never);
      const read: object[] = [];
      for await (const one of rowsFromArrow(source as never)) read.push(one);
      expect(read).toEqual([
        { id: "a", small: 1, unsigned: 1, micros: new Date("2026-01-02"), day: "2026-01-31", half: 0.5 },
        { id: "b", small: 2, unsigned: 2, micros: null, day: "1969-12-31", half: -2 },
      ]);
    });
  });
}

const docs = table("docs", { id: text().primaryKey(), body: text() }, (c) => ({
  vec: embed(builtin(), c.body),
}));

async function documents() {
  const db = await memoryDatabase();
  const t = await db.table(docs);
  await t.insert([
    { id: "refunds", body: "Refunds are paid within two weeks." },
    { id: "shipping", body: "Parcels leave the warehouse every morning." },
  ]);
  return t;
}

describe("a search", () => {
  test("gives the hits with their distances and scores, the best first", async () => {
    const t = await documents();
    const options = { mode: "vector", limit: 2 } as const;
    const hits = await withArrow(t).search("when do I get my money back?", options);
    const rows = await t.search("when do I get my money back?", options);
    expect(hits.schema.names).toEqual(["id", "body", "_distance", "_score"]);
    expect([...(hits.getChild("id") ?? [])]).toEqual(rows.map((hit) => hit.id));
    expect([...(hits.getChild("_score") ?? [])]).toEqual(rows.map((hit) => Math.fround(hit._score)));
  });

  test("by words and vectors says what either found", async () => {
    const t = await documents();
    const options = { mode: "hybrid", select: ["id"] } as const;
    const hits = await withArrow(t).search("refunds of parcels", options);
    const rows = await t.search("refunds of parcels", options);
    const names = ["_distance", "_score", "_textScore", "_textRank", "_vectorRank"] as const;
    expect(hits.schema.names).toEqual(["id", ...names]);
    const ranks = (name: string) => [...(hits.getChild(name) ?? [])].map((rank) => rank && Number(rank));
    expect(ranks("_textRank")).toEqual(rows.map((hit) => hit._textRank));
    expect(ranks("_vectorRank")).toEqual(rows.map((hit) => hit._vectorRank));
    expect([...(hits.getChild("_textScore") ?? [])]).toEqual(rows.map((hit) => Math.fround(hit._textScore)));
  });

  test("for a text in which nothing is known has the same columns and no rows", async () => {
    const hits = await withArrow(await documents()).search("♞♞♞", { mode: "vector", select: ["id"] });
    expect(hits.numRows).toBe(0);
    expect(hits.schema.names).toEqual(["id", "_distance", "_score"]);
  });

  test.each([
    ["newest", newest],
    ["oldest", oldest as unknown as typeof newest],
  ])("across time has the lifetimes of the rows (%s)", async (_, arrow) => {
    const t = await documents();
    await t.upsert([{ id: "refunds", body: "Refunds are paid within a month." }]);
    await t.delete({ where: { id: "shipping" } });
    for (const everyVersion of [true, false]) {
      const options = { during: { from: 1, to: 3 }, everyVersion };
      const hits = await withArrow(t, { arrow: arrow as never }).search("refunds", options);
      const rows = await t.search("refunds", options);
      expect(rows).toHaveLength(everyVersion ? 3 : 2);
      expect(hits.schema.names).toEqual(["id", "body", "_distance", "_score", "_from", "_to"]);
      expect([...(hits.getChild("body") ?? [])]).toEqual(rows.map((hit) => hit.body));
      const moments = (name: string) =>
        Array.from(hits.getChild(name) ?? [], (cell) => {
          const moment = cell as { version: bigint; date: number | Date } | null;
          return moment === null ? null : { version: Number(moment.version), date: new Date(moment.date) };
        });
      expect(moments("_from")).toEqual(rows.map((hit) => hit._from));
      expect(moments("_to")).toEqual(rows.map((hit) => hit._to));
      if (everyVersion) expect(moments("_to")).toContain(null);
    }
  });

  test("across time for a text in which nothing is known has the same columns and no rows", async () => {
    const t = await documents();
    const hits = await withArrow(t).search("♞♞♞", { select: ["id"], during: { from: 1, to: 1 } });
    expect(hits.numRows).toBe(0);
    expect(hits.schema.names).toEqual(["id", "_distance", "_score", "_from", "_to"]);
  });

  test("across time is written again without the lifetimes", async () => {
    const t = await documents();
    const hits = await withArrow(t).search("refunds", { limit: 1, during: { from: 1, to: 1 } });
    expect(await withArrow(t).upsert(hits)).toMatchObject({ updated: 0, unchanged: 1 });
  });

  test("of a snapshot sees what was", async () => {
    const t = await documents();
    const a = withArrow(t);
    const before = a.asOf(await t.version());
    await t.delete({ all: true });
    expect((await before.search("refunds")).numRows).toBe(2);
    expect((await a.find()).numRows).toBe(0);
  });
});

describe("an insert", () => {
  test("embeds what the table embeds, and makes one commit", async () => {
    const t = await documents();
    const body = newest.vectorFromArray(["A voucher is valid for a year."], new newest.Utf8());
    const id = newest.vectorFromArray(["vouchers"], new newest.Utf8());
    const done = await withArrow(t).insert(new newest.Table({ id, body } as never), {
      message: "from Arrow",
    });
    expect(done).toMatchObject({ version: 2, inserted: 1 });
    expect((await t.search("how long is my voucher valid?", { limit: 1 }))[0]?.id).toBe("vouchers");
  });

  test("leaves the scores and row ids of a read out", async () => {
    const t = await documents();
    const hits = await withArrow(t).search("refunds", { limit: 1 });
    expect(await withArrow(t).upsert(hits)).toMatchObject({ updated: 0, unchanged: 1 });
  });

  test("of a column that the table does not have commits nothing", async () => {
    const t = await documents();
    const source = new newest.Table({
      id: newest.vectorFromArray(["x"]),
      colour: newest.vectorFromArray(["red"]),
    } as never);
    await expect(withArrow(t).insert(source)).rejects.toThrow(/colour/);
    expect(await t.version()).toBe(1);
  });
});

describe("a vector with a missing element", () => {
  test("is refused, and not read as zero", async () => {
    const db = await memoryDatabase();
    const t = await db.table(table("vectors", { id: int().primaryKey(), v: vector(2) }));
    const item = new newest.Field("item", new newest.Float32(), true);
    const v = newest.vectorFromArray(
      [
        [1, 2],
        [3, null],
      ],
      new newest.FixedSizeList(2, item),
    );
    const id = newest.vectorFromArray([1, 2], new newest.Int32());
    await expect(withArrow(t).insert(new newest.Table({ id, v } as never))).rejects.toThrow(/NaN|finite/);
    expect(await t.count()).toBe(0);
  });
});

describe("what is no Arrow", () => {
  const refused = async (source: unknown) => {
    const t = await documents();
    const failure: Error & { code?: string; hint?: string } = await withArrow(t)
      .insert(source as never)
      .then(
        () => new Error("it was taken"),
        (error: Error) => error,
      );
    expect(await t.version()).toBe(1);
    return `${failure.code}: ${failure.message} ${failure.hint}`;
  };

  test("is refused", async () => {
    expect(await refused(null)).toMatchInlineSnapshot(
      `"INVALID_ARGUMENT: Arrow data was expected, but null was given. Give a Table, a RecordBatch, a RecordBatchReader, or bytes in Arrow's IPC format. Plain rows go into t.insert."`,
    );
    expect(await refused([{ id: "x", body: "y" }])).toMatchInlineSnapshot(
      `"INVALID_ARGUMENT: Arrow data was expected, but a value of type object was given. Give a Table, a RecordBatch, a RecordBatchReader, or bytes in Arrow's IPC format. Plain rows go into t.insert."`,
    );
    expect(await refused(new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]))).toMatchInlineSnapshot(
      `"INVALID_ARGUMENT: The bytes are not what Arrow's IPC format allows: Expected to read 67305985 metadata bytes, but only read 4. Give a whole stream or file in Arrow's IPC format; Feather files of version 1 and Parquet files are others."`,
    );
    const stream = await (await documents()).arrow.find();
    expect(await refused(stream.subarray(0, stream.length - 100))).toMatchInlineSnapshot(
      `"INVALID_ARGUMENT: The bytes are not what Arrow's IPC format allows: Expected to read 320 bytes for message body, but only read 228. Give a whole stream or file in Arrow's IPC format; Feather files of version 1 and Parquet files are others."`,
    );
  });

  test("is also a type that no column holds", async () => {
    const span = newest.vectorFromArray([1n], new newest.DurationSecond());
    expect(await refused(new newest.Table({ span } as never))).toMatchInlineSnapshot(
      `"INVALID_ARGUMENT: The column "span" is of an Arrow type that no table of Varve holds: Duration<SECOND>. Cast it to an integer, a float, a text, a timestamp or a list of these first, or leave it out."`,
    );
  });
});
