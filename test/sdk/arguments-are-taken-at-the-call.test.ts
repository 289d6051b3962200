// Whatever is passed in may be used for something else as soon as the method has returned its promise.

import {
  bytes,
  type Condition,
  type Database,
  date,
  embed,
  int,
  json,
  list,
  or,
  sql,
  struct,
  type Table,
  table,
  tableFrom,
  text,
  timestamp,
  type UntypedTable,
  vector,
  type Where,
} from "varve";
import { custom } from "varve/embeddings";
import { beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { memoryDatabase } from "../support/database";

const all = ["id", "body", "at", "raw", "own", "tags", "meta", "data", "day"];

/** The bytes and texts that were embedded. */
let embedded: unknown[] = [];

const slow = custom<string>({
  name: "slow",
  dimensions: 2,
  maxBatch: 64,
  embed: async (inputs) => {
    await new Promise((resolve) => setTimeout(resolve, 2));
    embedded.push(...inputs);
    return inputs.map((input) => Float32Array.of(input.length, 1));
  },
});

const images = custom<Uint8Array>({
  name: "images",
  dimensions: 2,
  inputTypes: ["image"],
  embed: async (inputs) => {
    await new Promise((resolve) => setTimeout(resolve, 2));
    embedded.push(...inputs.map((input) => [...input]));
    return inputs.map((input) => Float32Array.of(input[0] ?? 0, 1));
  },
});

const things = table(
  "things",
  {
    id: int().primaryKey(),
    body: text().nullable(),
    at: timestamp(),
    raw: bytes(),
    own: vector(2),
    tags: list(text()),
    meta: struct({ at: timestamp(), raw: bytes() }),
    data: json<unknown>(),
    day: date(),
  },
  (c) => ({ near: embed(slow, c.body), seen: embed(images, c.raw) }),
);

interface Thing {
  id: number;
  body: string;
  at: Date;
  raw: Uint8Array;
  own: Float32Array;
  tags: string[];
  meta: { at: Date; raw: Uint8Array };
  data: unknown;
  day: string;
}

function thing(id: number): Thing {
  return {
    id,
    body: `body ${id}`,
    at: new Date(id),
    raw: Uint8Array.of(id % 200, 1),
    own: Float32Array.of(id, 1),
    tags: ["a", String(id)],
    meta: { at: new Date(id), raw: Uint8Array.of(id % 200) },
    data: { n: [id, { deep: id }] },
    day: "2026-01-01",
  };
}

/** Changes everything about a row that can be changed. */
function spoil(row: Thing): void {
  row.at.setTime(99_999);
  row.raw.fill(99);
  row.own.fill(99);
  row.tags.length = 0;
  row.meta.at.setTime(99_999);
  row.meta.raw.fill(99);
  (row.data as { n: unknown[] }).n.push("late");
  row.body = "late";
  row.id = -1;
}

let db: Database;
let t: Table;

beforeEach(async () => {
  embedded = [];
  db = await memoryDatabase();
  t = (await db.table(things)).untyped;
});

async function* handed(rows: Iterable<Thing>, before: (row: Thing) => void): AsyncGenerator<Thing> {
  for (const row of rows) {
    yield row;
    await Promise.resolve();
    before(row);
  }
}

async function stored(): Promise<unknown[]> {
  return (await t.find({ select: all, orderBy: "id" })) as unknown[];
}

const many = (count: number): Thing[] => Array.from({ length: count }, (_, id) => thing(id));

describe("rows", () => {
  test.each(["insert", "upsert"] as const)("of an array are read when %s is called", async (call) => {
    for (const count of [1, 3]) {
      const rows = many(count);
      const writing = call === "insert" ? t.insert(rows as never) : t.upsert(rows as never);
      for (const row of rows) spoil(row);
      rows.length = 0;
      expect(await writing).toMatchObject({ inserted: count });
      expect(await stored()).toEqual(many(count));
      expect(embedded).not.toContain("late");
      expect(embedded).not.toContainEqual([99, 99]);
      await t.delete({ all: true });
    }
  });

  test("of an array that makes many batches are read then, too", async () => {
    const wide = (
      await db.table(table("wide", { id: int().primaryKey(), own: vector(512), tags: list(int()) }))
    ).untyped;
    const make = (id: number) => ({ id, own: new Float32Array(512).fill(id), tags: [id] });
    const rows = Array.from({ length: 5000 }, (_, id) => make(id));
    const writing = wide.insert(rows);
    for (const row of rows) {
      row.id = -1;
      row.own.fill(99);
      row.tags.push(99);
    }
    rows.splice(10);
    expect(await writing).toMatchObject({ inserted: 5000 });
    expect(await wide.get(4321, { select: ["own", "tags"] })).toEqual({
      own: new Float32Array(512).fill(4321),
      tags: [4321],
    });
    expect(await wide.count({ where: { tags: { $contains: 99 } } })).toBe(1);
  });

  test("of an iterable are read as they come, so that one object may serve for all", async () => {
    const one = thing(0);
    function* reused(): Generator<Thing> {
      for (let id = 0; id < 100; id++) {
        Object.assign(one, { id, body: `body ${id}`, day: "2026-01-01" });
        one.at.setTime(id);
        one.raw.set([id % 200, 1]);
        one.own.set([id, 1]);
        one.tags.splice(0, 2, "a", String(id));
        one.meta.at.setTime(id);
        one.meta.raw.fill(id % 200);
        one.data = { n: [id, { deep: id }] };
        yield one;
      }
    }
    await t.insert(reused() as never);
    expect(await stored()).toEqual(many(100));
    await t.delete({ all: true });
    await t.insert(handed(many(3), spoil) as never);
    expect(await stored()).toEqual(many(3));
  });

  test("of a schema of another library are read when the call is made", async () => {
    const Ticket = z
      .object({ id: z.string(), tags: z.array(z.string()) })
      .refine(async () => await Promise.resolve(true));
    const tickets = await db.table(tableFrom("tickets", Ticket, { primaryKey: "id" }));
    const rows = [{ id: "1", tags: ["a"] }];
    const writing = tickets.insert(rows);
    rows[0]?.tags.push("late");
    rows.length = 0;
    await writing;
    expect(await tickets.find()).toEqual([{ id: "1", tags: ["a"] }]);
  });

  test("are each read once", async () => {
    let reads = 0;
    const rows = many(20).map((row) =>
      Object.defineProperty({ ...row }, "body", { enumerable: true, get: () => `read ${++reads}` }),
    );
    await t.insert(rows as never);
    expect(reads).toBe(20);
  });
});

describe("memory", () => {
  test("that is shared with other threads is copied", async () => {
    const shared = new Uint8Array(new SharedArrayBuffer(2));
    const floats = new Float32Array(new SharedArrayBuffer(8));
    floats.set([1, 1]);
    shared.set([1, 1]);
    const writing = t.insert([{ ...thing(1), raw: shared, own: floats }] as never);
    shared.fill(99);
    floats.fill(99);
    await writing;
    expect(await t.get(1, { select: ["raw", "own"] })).toEqual({
      raw: Uint8Array.of(1, 1),
      own: Float32Array.of(1, 1),
    });
    floats.set([1, 1]);
    const searching = t.search(floats, { column: "own" });
    floats.fill(0);
    expect(await searching).toMatchObject([{ id: 1, _distance: expect.closeTo(0, 5) }]);
  });

  test("that was given away is an error, and never an empty value", async () => {
    const gone = (view: Uint8Array | Float32Array): never => {
      structuredClone(view.buffer, { transfer: [view.buffer as ArrayBuffer] });
      return view as never;
    };
    const row = { ...thing(1), raw: gone(Uint8Array.of(1)) };
    await expect(t.insert([row] as never)).rejects.toMatchObject({
      code: "INVALID_ROW",
      where: { row: 0, column: "raw" },
    });
    await expect(
      t.insert([{ ...thing(1), meta: { at: new Date(), raw: gone(Uint8Array.of(1)) } }] as never),
    ).rejects.toMatchObject({ code: "INVALID_ROW", where: { row: 0, column: "meta.raw" } });
    await expect(
      t.insert([{ ...thing(1), own: gone(Float32Array.of(1, 1)) }] as never),
    ).rejects.toMatchObject({ code: "INVALID_ROW" });
    await expect(t.search(gone(Float32Array.of(1, 1)))).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(t.count({ where: { raw: gone(Uint8Array.of(1)) } })).rejects.toMatchObject({
      code: "INVALID_FILTER",
    });
    await expect(t.update({ where: { id: 1 }, set: { raw: gone(Uint8Array.of(1)) } })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
    expect(await t.count()).toBe(0);
  });

  test("that can be resized is read as it is then", async () => {
    const memory = new (
      ArrayBuffer as unknown as new (
        length: number,
        options: object,
      ) => ArrayBuffer & { resize(length: number): void }
    )(8, { maxByteLength: 16 });
    const view = new Float32Array(memory, 0, 2);
    view.set([1, 1]);
    const writing = t.insert([{ ...thing(1), own: view }] as never);
    memory.resize(4);
    await writing;
    expect(await t.get(1, { select: ["own"] })).toEqual({ own: Float32Array.of(1, 1) });
    await expect(t.search(view, { column: "own" })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});

describe("other arguments", () => {
  beforeEach(async () => {
    await t.insert(many(10) as never);
  });

  test("of searches are read when the method is called", async () => {
    const query = Float32Array.of(1, 1);
    const options = { column: "own", limit: 1, select: ["id"], where: { id: { $in: [1, 2] } } };
    const change = (): void => {
      query.set([9, 1]);
      options.where.id.$in.length = 0;
      options.select[0] = "at";
      options.limit = 5;
      options.column = "near";
    };
    const change_back = (): void => {
      query.set([1, 1]);
      Object.assign(options, { column: "own", limit: 1, select: ["id"], where: { id: { $in: [1, 2] } } });
    };
    for (const call of [
      () => t.search(query, options),
      () => t.asOf(1).search(query, options),
      () => t.search(query, { ...options, during: { from: 1, to: 1 } }),
    ]) {
      change_back();
      const asked = call();
      change();
      expect(await asked).toMatchObject([{ id: 1 }]);
    }
    change_back();
    const explained = t.explain(query, options);
    const arrow = t.arrow.search(query, options);
    change();
    expect(await explained).toMatchObject({ column: "own" });
    change_back();
    expect((await arrow).length).toBe((await t.arrow.search(query, options)).length);
  });

  test("of a search by text or image are read then, though embedding takes time", async () => {
    const options = { column: "near", limit: 1, select: ["id"], where: { id: { $in: [3] } } };
    const asked = t.search("body 3", options);
    options.where.id.$in[0] = 4;
    options.limit = 0;
    options.select[0] = "at";
    expect(await asked).toMatchObject([{ id: 3 }]);
    const image = Uint8Array.of(7, 1);
    const calls = [
      t.search(image, { column: "seen", limit: 1 }),
      t.embed(image, { column: "seen" }),
    ] as const;
    image.fill(99);
    expect(embedded).not.toContainEqual([99, 99]);
    expect(await calls[1]).toEqual(Float32Array.of(7, 1));
    expect(await calls[0]).toHaveLength(1);
  });

  test("of reads are read then", async () => {
    const at = new Date(3);
    const options = {
      where: { at: { $lte: at } },
      select: ["id"],
      orderBy: [{ column: "id", descending: true }],
      after: { id: 3 },
    };
    const asked = t.find(options);
    const [scan, arrow] = [
      t.scan({ where: options.where, select: options.select }),
      t.arrow.scan({ where: options.where }),
    ];
    const counted = t.count(options);
    at.setTime(0);
    options.select.push("at");
    options.orderBy.length = 0;
    options.after.id = 0;
    expect(await asked).toEqual([{ id: 2 }, { id: 1 }, { id: 0 }]);
    await counted.catch(() => undefined);
    const rows: unknown[] = [];
    for await (const batch of scan) rows.push(...batch);
    expect(rows).toEqual([{ id: 0 }, { id: 1 }, { id: 2 }, { id: 3 }]);
    let parts = 0;
    for await (const part of arrow) parts += part.length;
    expect(parts).toBeGreaterThan(0);
  });

  test("of conditions are read when the condition is made", async () => {
    const at = new Date(3);
    const ids = [1, 2];
    const made: Condition[] = [];
    await t.count({
      where: (c) => {
        made.push(c["at"]?.eq(at).or(c["id"]?.in(ids) ?? or()) ?? or(), sql`at = ${at} OR id IN ${ids}`);
        return or();
      },
    });
    at.setTime(5);
    ids.push(7);
    for (const where of made) {
      expect(await t.find({ where, select: ["id"], orderBy: "id" })).toEqual([
        { id: 1 },
        { id: 2 },
        { id: 3 },
      ]);
    }
  });

  test("of writes are read then", async () => {
    const [where, set, effectiveAt, properties] = [
      { id: { $in: [1] } },
      { data: { a: [1] }, own: [5, 5], body: "new" },
      new Date(5),
      { by: ["me"] },
    ];
    const options = { where, set, effectiveAt, properties, message: "one" };
    const changing = t.update(options);
    where.id.$in.push(2);
    set.data.a.push(2);
    set.own[0] = 9;
    set.body = "late";
    effectiveAt.setTime(99);
    properties.by.push("late");
    options.message = "late";
    expect(await changing).toMatchObject({ updated: 1 });
    expect(await t.get(1, { select: ["data", "own", "body"] })).toEqual({
      data: { a: [1] },
      own: Float32Array.of(5, 5),
      body: "new",
    });
    expect((await t.history({ limit: 1 }))[0]).toMatchObject({
      message: "one",
      effectiveAt: new Date(5),
      properties: { by: ["me"] },
    });
    const gone = { id: { $in: [4] } };
    const deleting = t.delete({ where: gone });
    const ending = t.upsert([thing(20)] as never, { delete: gone, message: "two" });
    gone.id.$in.push(5, 6);
    expect(await deleting).toMatchObject({ deleted: 1 });
    expect(await ending).toMatchObject({ inserted: 1, deleted: 0 });
  });

  test("of points in the history are read then", async () => {
    const now = new Date(Date.now() + 10_000);
    const point = { tag: "one" };
    await t.tag("one");
    const [byDate, byTag] = [t.asOf(now), t.asOf(point)];
    const changes = t.diff({ tag: "one" }, now);
    now.setTime(0);
    point.tag = "two";
    expect(await byDate.count()).toBe(10);
    expect(await byTag.count()).toBe(10);
    expect(await changes).toEqual({ added: [], removed: [], changed: [] });
  });

  test("that are functions are called at the call, also of snapshots and across time", async () => {
    let wanted = 1;
    const where: Where<UntypedTable> = (c) => c["id"]?.eq(wanted) as Condition;
    const fresh = () => t.asOf(1);
    for (const read of [
      () => t.find({ where }),
      () => fresh().find({ where }),
      () => fresh().find({ where: [where, { id: { $lt: 100 } }] }),
      () => fresh().search(new Float32Array(2), { column: "own", where }),
      () => t.search(new Float32Array(2), { column: "own", where, during: { from: 1, to: 1 } }),
      async () => (await fresh().scan({ where }).next()).value as { id: number }[],
    ]) {
      wanted = 1;
      const reading = read();
      wanted = 2;
      expect((await reading).map(({ id }) => id)).toEqual([1]);
    }
    wanted = 1;
    const counting = fresh().count({ where });
    wanted = -1;
    expect(await counting).toBe(1);
  });

  test("of columns are read when the column is made", async () => {
    const value = ["a"];
    const column = list(text()).default(value);
    const adding = t.addColumn("more", column);
    value.push("late");
    const wider = (await adding) as unknown as Table;
    await wider.insert([{ ...thing(30) }] as never);
    expect(await wider.find({ select: ["more"], where: { id: { $in: [1, 30] } } })).toEqual([
      { more: ["a"] },
      { more: ["a"] },
    ]);
  });
});
