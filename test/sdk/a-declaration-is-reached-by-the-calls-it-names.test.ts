// A table that differs from its declaration says which calls bring it there. They work when they are pasted, and `migrate` makes them.

import {
  bytes,
  type Database,
  date,
  embed,
  float,
  int,
  json,
  list,
  struct,
  type Table,
  table,
  text,
  timestamp,
  type VarveError,
  vector,
} from "varve";
import { builtin } from "varve/embeddings";
import { describe, expect, test } from "vitest";
import { diskDatabase, memoryDatabase, temporaryFolder } from "../support/database";
import { hashEmbedding } from "../support/hash-embedding";

const fn = hashEmbedding();

const before = table("docs", {
  id: text().primaryKey(),
  title: text(),
  silent: text({ search: false }).nullable(),
  lang: text({ enum: ["en"] }),
  price: int(),
  note: text(),
  "x y": text().nullable(),
});

const columns = {
  id: text().primaryKey(),
  headline: text().renamedFrom("title"),
  lang: text({ enum: ["en", "de"] }).nullable(),
  silent: text({ search: { stopWords: true } }).nullable(),
  price: float(),
  note: text(),
  "x y": text().nullable(),
  more: list(text().nullable()).default(["a", null]),
  meta: struct({ at: timestamp(), "a b": int({ bigint: true }).nullable() }).nullable(),
  big: int({ bigint: true }).default(5n),
  at: timestamp().default(new Date("2026-01-02T03:04:05.678Z")),
  day: date().default("2026-01-02"),
  raw: bytes().default(Uint8Array.of(1, 2)),
  words: text({ search: { language: "de", analyzer: { ngrams: [2, 3] }, fold: false } }).nullable(),
  notes: list(struct({ note: text({ search: true }), by: text() })).default([]),
  any: json().default({ a: [1, "x"] }),
  rough: float({ bits: 32 }).default(0.5),
  point: vector(3, { metric: "l2", element: "f16" }).nullable(),
};

const after = table("docs", columns, (c) => ({
  vec: embed(builtin(), [c.headline, c["x y"]], { template: "{headline}: {x y}" }),
  other: embed(fn, c.note, { metric: "dot" }),
}));

async function old(db: Database): Promise<Table<typeof before>> {
  const t = await db.table(before);
  await t.insert([{ id: "1", title: "Refunds", lang: "en", price: 3, note: "paid in two weeks" }]);
  return t;
}

async function mismatch(call: Promise<unknown>): Promise<VarveError> {
  const error = (await call.catch((failure: unknown) => failure)) as VarveError;
  expect(error).toMatchObject({ code: "SCHEMA_MISMATCH" });
  return error;
}

/** Runs the calls of a hint as somebody would who pastes them. */
async function paste(db: Database, hint: string): Promise<void> {
  const code = hint.slice(hint.indexOf("let t ="));
  const scope = {
    db,
    fn,
    embed,
    builtin,
    bytes,
    date,
    float,
    int,
    json,
    list,
    struct,
    text,
    timestamp,
    vector,
  };
  const run = new Function(...Object.keys(scope), `return (async () => { ${code} })()`);
  await run(...Object.values(scope));
}

describe("the calls of a hint", () => {
  test("bring a table to its declaration when they are pasted", async () => {
    const db = await memoryDatabase();
    await old(db);
    const { hint = "" } = await mismatch(db.table(after));
    await paste(db, hint);
    const t = await db.table(after);
    expect(await t.get("1", { select: ["headline", "price", "more", "at", "raw", "any", "big"] })).toEqual({
      headline: "Refunds",
      price: 3,
      more: ["a", null],
      at: new Date("2026-01-02T03:04:05.678Z"),
      raw: Uint8Array.of(1, 2),
      any: { a: [1, "x"] },
      big: 5n,
    });
    expect((await t.search("refunds", { limit: 1 }))[0]?.id).toBe("1");
    expect((await t.search("two weeks", { column: "other", limit: 1 }))[0]?.id).toBe("1");
  });

  test("are each a step that a dry run returns, and migrate makes", async () => {
    const db = await memoryDatabase();
    await old(db);
    const { hint = "" } = await mismatch(db.table(after));
    const { steps } = await db.migrate(after, { dryRun: true });
    for (const { call } of steps) expect(hint).toContain(`t = await t.${call};`);
    expect(steps.map(({ kind }) => kind)).toEqual([
      "renameColumn",
      "alterColumn",
      "alterColumn",
      "alterColumn",
      ...new Array<string>(11).fill("addColumn"),
      "addColumn",
      "addColumn",
    ]);
    expect(await (await db.openTable("docs")).version()).toBe(1);
    expect(await db.migrate(after, { message: "release 7" })).toEqual({ steps });
    const t = await db.table(after);
    expect((await t.history({ limit: 3 })).map(({ operation, message }) => [operation, message])).toEqual([
      ["addColumn", "release 7"],
      ["addColumn", "release 7"],
      ["migrate", "release 7"],
    ]);
    expect(await t.asOf(1).get("1", { select: ["headline"] })).toEqual({ headline: "Refunds" });
    expect((await t.search("two weeks", { column: "other", limit: 1 }))[0]?.id).toBe("1");
    expect(await db.migrate(after)).toEqual({ steps: [] });
    expect(await t.version()).toBe(4);
  });

  test("name reembed where the function is another, whatever its dimensions", async () => {
    const db = await memoryDatabase();
    const one = table("docs", { id: text().primaryKey(), body: text() }, (c) => ({ vec: embed(fn, c.body) }));
    const next = hashEmbedding({ name: "next", dimensions: 8 });
    const two = table("docs", { id: text().primaryKey(), body: text() }, (c) => ({
      vec: embed(next, c.body),
    }));
    await (await db.table(one)).insert([{ id: "1", body: "refunds" }]);
    const { hint = "", message } = await mismatch(db.table(two));
    expect(message).toContain("its vectors were made by hash");
    expect(hint).toContain('t = await t.reembed("vec", fn);');
    expect((await db.migrate(two)).steps).toEqual([
      { kind: "reembed", column: "vec", call: 'reembed("vec", fn)' },
    ]);
    expect((await (await db.table(two)).search("refunds", { limit: 1 }))[0]?.id).toBe("1");
  });

  test("make a derived column anew where it is computed otherwise", async () => {
    const db = await memoryDatabase();
    const of = (how: "a" | "b") =>
      table("docs", { id: text().primaryKey(), a: text(), b: text() }, (c) => ({ vec: embed(fn, c[how]) }));
    await (await db.table(of("a"))).insert([{ id: "1", a: "x", b: "refunds" }]);
    const { steps } = await db.migrate(of("b"));
    expect(steps.map(({ kind }) => kind)).toEqual(["dropColumn", "addColumn"]);
    const t = await db.table(of("b"));
    expect((await t.search("refunds", { mode: "vector", limit: 1 }))[0]?._score).toBeCloseTo(1);
  });
});

describe("a column from which another one is computed", () => {
  const of = (source: "a" | "b") =>
    table("docs", { id: text().primaryKey(), a: text(), b: text() }, (c) => ({ vec: embed(fn, c[source]) }));
  const without = table("docs", { id: text().primaryKey(), b: text() });

  async function filled(): Promise<Database> {
    const db = await memoryDatabase();
    await (await db.table(of("a"))).insert([{ id: "1", a: "x", b: "refunds" }]);
    return db;
  }

  test("stays while the declaration says nothing of that one", async () => {
    const db = await filled();
    for (const dryRun of [true, false]) {
      const error = await mismatch(db.migrate(without, { allowDrop: ["a"], dryRun }));
      expect(`${error.message} ${error.hint}`).toMatchInlineSnapshot(
        `"The table "docs" has the column "a", which is to go. The column "vec" is computed from "a", and the declaration lacks it. If it is to go too, name it: db.migrate(declaration, { allowDrop: ["a", "vec"] })."`,
      );
    }
    expect(await (await db.openTable("docs")).version()).toBe(1);
  });

  test("goes with it, or where it is computed from others", async () => {
    const { steps } = await (await filled()).migrate(without, { allowDrop: ["a", "vec"] });
    expect(steps.map(({ call }) => call)).toEqual(['dropColumn("vec")', 'dropColumn("a")']);
    const db = await filled();
    const other = table("docs", without.columns, (c) => ({ vec: embed(fn, c.b) }));
    await db.migrate(other, { allowDrop: ["a"] });
    const t = await db.table(other);
    expect((await t.search("refunds", { mode: "vector", limit: 1 }))[0]?._score).toBeCloseTo(1);
  });
});

describe("migrate", () => {
  test("creates a table that is not there", async () => {
    const db = await memoryDatabase();
    const step = { kind: "createTable", column: null };
    expect(await db.migrate(after, { dryRun: true })).toMatchObject({ steps: [step] });
    expect(await db.tables()).toEqual([]);
    expect(await db.migrate(after)).toMatchObject({ steps: [step] });
    expect(await (await db.table(after)).count()).toBe(0);
  });

  test("guesses no rename and drops nothing that is not named", async () => {
    const db = await memoryDatabase();
    await old(db);
    const { title: _, ...rest } = before.columns;
    const guess = table("docs", { ...rest, headline: text().nullable() });
    const { hint = "" } = await mismatch(db.migrate(guess));
    expect(hint).toContain('.renamedFrom("title")');
    expect(hint).toContain('allowDrop: ["title"]');
    expect(await (await db.openTable("docs")).version()).toBe(1);
    const { steps } = await db.migrate(guess, { allowDrop: ["title"] });
    expect(steps.map(({ call }) => call)).toEqual([
      'dropColumn("title")',
      'addColumn("headline", text().nullable())',
    ]);
    const t = await db.table(guess);
    expect(await t.asOf(1).get("1", { select: ["title" as never] })).toEqual({ title: "Refunds" });
    const less = table("docs", {
      id: text().primaryKey(),
      lang: rest.lang,
      price: rest.price,
      note: rest.note,
    });
    expect((await db.migrate(less)).steps).toEqual([]);
    await expect(db.migrate(less, { allowDrop: ["note"] })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
    await expect(db.migrate(less, { allowDrop: true as never })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
  });

  test("changes nothing where one thing cannot be done", async () => {
    const db = await memoryDatabase();
    await old(db);
    const { columns: was } = before;
    const impossible = [
      table("docs", { ...was, views: int() }),
      table("docs", { ...was, price: text(), more: text().nullable() }),
      table("docs", { ...was, "x y": text(), more: text().nullable() }),
      table("docs", { ...was, id: text(), title: text().primaryKey() }),
    ];
    for (const definition of impossible) {
      await mismatch(db.migrate(definition));
      await mismatch(db.migrate(definition, { dryRun: true }));
      await mismatch(db.table(definition));
    }
    expect(await (await db.openTable("docs")).version()).toBe(1);
  });

  test("vouches for no vectors", async () => {
    const db = await memoryDatabase();
    await db.table(table("docs", { id: text().primaryKey(), body: text(), vec: vector(16) }));
    const wanted = table("docs", { id: text().primaryKey(), body: text() }, (c) => ({
      vec: embed(fn, c.body),
    }));
    const { hint = "" } = await mismatch(db.migrate(wanted));
    expect(hint).toContain('alterColumn("vec", (c) => embed(fn, c.body), { vouch: true })');
    await (await db.openTable("docs")).alterColumn("vec", (c) => embed(fn, c["body"] ?? { name: "" }), {
      vouch: true,
    });
    await expect(db.table(wanted)).resolves.toBeDefined();
  });

  test("may be called by several at once", async () => {
    const folder = temporaryFolder();
    await old(await diskDatabase(folder));
    const databases = [await diskDatabase(folder), await diskDatabase(folder), await diskDatabase(folder)];
    await Promise.all(databases.map((db) => db.migrate(after)));
    const t = await databases[0]?.table(after);
    expect((await t?.history())?.map(({ operation }) => operation)).toEqual([
      "addColumn",
      "addColumn",
      "migrate",
      "insert",
    ]);
    expect((await t?.search("refunds", { limit: 1 }))?.[0]?.id).toBe("1");
  });

  test("leaves a declared rename alone where it was made", async () => {
    const db = await memoryDatabase();
    await db.table(after);
    expect((await db.migrate(after)).steps).toEqual([]);
    const t = await (await db.openTable("docs")).addColumn("title", text().nullable());
    expect((await db.migrate(after)).steps).toEqual([]);
    expect((await t.describe()).columns.map(({ name }) => name)).toContain("title");
  });
});
