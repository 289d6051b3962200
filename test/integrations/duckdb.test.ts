// SQL over tables by DuckDB: what goes in as a relation or a value comes out with its type, and a text of somebody else's reads nothing but tables.

import { DuckDBInstance } from "@duckdb/node-api";
import {
  boolean,
  bytes,
  connect,
  type Database,
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
  VarveError,
  vector,
} from "varve";
import { type DuckdbOptions, type DuckdbSql, duckdb } from "varve/duckdb";
import { builtin } from "varve/embeddings";
import { expect, it, onTestFinished } from "vitest";
import { memoryDatabase } from "../support/database";

const everything = table("everything", {
  id: text().primaryKey(),
  n: int().nullable(),
  f: float(),
  j: json().nullable(),
  l: list(text()),
  s: struct({ a: int(), b: list(float()) }),
  b: boolean(),
  raw: bytes(),
  d: date(),
  at: timestamp(),
  v: vector(3),
  h: vector(4, { element: "f16" }),
  e: text({ enum: ["a", "b"] }),
});

const ROW = {
  id: "ä long text that does not stand in the entry",
  n: 9_007_199_254_740_991,
  f: 1.5,
  j: { a: [1, null] },
  l: ["x", "yy"],
  s: { a: 3, b: [1, 2.5] },
  b: true,
  raw: new Uint8Array([0, 255, 128]),
  d: "1969-12-31",
  at: new Date("1969-12-31T23:59:59.999Z"),
  v: new Float32Array([1, 2, 3]),
  h: new Float32Array([0.5, -1, 65504, 2 ** -24]),
  e: "a" as const,
};
const OTHER = {
  ...ROW,
  id: "b",
  n: null,
  j: null,
  l: [],
  b: false,
  raw: new Uint8Array(20).fill(200),
  at: new Date(8_640_000_000_000_000),
};

const docs = table("docs", { id: text().primaryKey(), lang: text(), views: int(), body: text() }, (c) => ({
  vec: embed(builtin(), c.body),
}));
const DOCS = [
  { id: "1", lang: "en", views: 10, body: "refunds take two weeks" },
  { id: "2", lang: "en", views: 20, body: "returns are free" },
  { id: "3", lang: "de", views: 5, body: "Rückgabe in 14 Tagen, refunds" },
];

async function sqlOf(db: Database, options?: DuckdbOptions): Promise<DuckdbSql> {
  const sql = await duckdb(db, options);
  onTestFinished(() => sql.close());
  return sql;
}

async function withDocs() {
  const db = await memoryDatabase();
  const t = await db.table(docs);
  await t.insert(DOCS, { message: "first" });
  await t.upsert({ id: "2", lang: "en", views: 21, body: "returns cost 3 francs" });
  await t.delete({ where: { id: "3" } });
  return { db, t, sql: await sqlOf(db) };
}

it("gives every type of column back as a read of the table gives it", async () => {
  const db = await memoryDatabase();
  const t = await db.table(everything);
  await t.insert([ROW, OTHER]);
  const sql = await sqlOf(db);
  const select = ["id", "n", "f", "j", "l", "s", "b", "raw", "d", "at", "v", "h", "e"] as const;
  const rows = await sql`select * from ${t.arrow.scan({ select })} order by id desc`;
  const exact = [
    { ...ROW, n: 9_007_199_254_740_991n, s: { a: 3n, b: [1, 2.5] } },
    { ...OTHER, s: { a: 3n, b: [1, 2.5] } },
  ];
  expect(rows).toEqual(exact);
  expect(Object.fromEntries(rows.columns.map(({ name, type }) => [name, type]))).toEqual({
    id: "VARCHAR",
    n: "BIGINT",
    f: "DOUBLE",
    j: "JSON",
    l: "VARCHAR[]",
    s: 'STRUCT("a" BIGINT, "b" DOUBLE[])',
    b: "BOOLEAN",
    raw: "BLOB",
    d: "DATE",
    at: "TIMESTAMP WITH TIME ZONE",
    v: "FLOAT[3]",
    h: "FLOAT[4]",
    e: "VARCHAR",
  });
});

it("joins a table, a snapshot, a search, a scan and plain rows", async () => {
  const { t, sql } = await withDocs();
  const prices = [
    { id: "1", price: 1.5 },
    { id: "2", price: 2 },
  ];
  const joined = sql`
    select id, now.views, was.views as before, hit._score > 0 as hit, price, s.lang
    from ${t} now join ${t.asOf(1)} was using (id) left join ${t.search("refunds", { limit: 1 })} hit using (id)
    join ${prices} using (id) join ${t.scan({ select: ["id", "lang"] })} s using (id) order by id`;
  expect(await joined).toEqual([
    { id: "1", views: 10n, before: 10n, hit: true, price: 1.5, lang: "en" },
    { id: "2", views: 21n, before: 20n, hit: null, price: 2, lang: "en" },
  ]);
  expect((await joined).versions).toEqual({ docs: 3 });
});

it("binds values, and quotes names", async () => {
  const { t, sql } = await withDocs();
  const evil = `x'; drop table "docs"; --`;
  const at = new Date("2026-01-01T00:00:00.123Z");
  const raw = new Uint8Array([1, 2]);
  const vec = new Float32Array([1, 2]);
  const [row] = await sql`
    select ${evil} as t, ${3} as i, ${1.5} as f, ${12345678901234567890n} as big, ${true} as b, ${at} as at,
    ${raw} as raw, ${vec} as vec, ${null} as nothing, ${["a", "b"]} as texts, ${[1, 2]} as ints`;
  expect(row).toEqual({
    t: evil,
    i: 3n,
    f: 1.5,
    big: 12345678901234567890n,
    b: true,
    at,
    raw,
    vec,
    nothing: null,
    texts: ["a", "b"],
    ints: [1n, 2n],
  });
  expect(
    await sql`select ${sql.identifier("id")} as ${sql.identifier('a"b')} from ${t} where list_contains(${["2"]}, id)`,
  ).toEqual([{ 'a"b': "2" }]);
});

it("reads a table without rows, of more rows than a chunk, and none of its columns", async () => {
  const db = await memoryDatabase();
  const sql = await sqlOf(db);
  const t = await db.table(table("many", { id: int().primaryKey(), body: text().nullable(), x: float() }));
  expect(await sql`select count(*) as n, max(body) as body from ${t}`).toEqual([{ n: 0n, body: null }]);
  const rows = Array.from({ length: 40_000 }, (_, id) => ({
    id,
    body: id % 3 === 0 ? null : `text ${"ü".repeat(id % 20)} of ${id}`,
    x: id / 2,
  }));
  await t.insert(rows);
  expect(await sql`select count(*) as n from ${t}`).toEqual([{ n: 40_000n }]);
  const [sums] = await sql`select sum(length(body)) as chars, count(body) as texts, sum(x) as x from ${t}`;
  const chars = rows.reduce((sum, { body }) => sum + (body?.length ?? 0), 0);
  expect(sums).toEqual({ chars: BigInt(chars), texts: 26_666n, x: 399_990_000 });
  const odd = await sql`select id, body from ${t} where id in (7, 2049, 39999) order by id`;
  expect(odd).toEqual([7, 2049, 39_999].map((id) => ({ id: BigInt(id), body: rows[id]?.body })));
});

it("calls searches, scans, histories and differences in a text", async () => {
  const { sql } = await withDocs();
  expect(
    await sql`select id, _score > 0 as good from varve_search('docs', 'refunds', 2, as_of := 'v1') order by id`,
  ).toEqual([
    { id: "1", good: true },
    { id: "3", good: true },
  ]);
  expect(
    await sql`select id from varve_scan('docs', as_of := ${"v1"}, filter := 'views > 9') order by id`,
  ).toEqual([{ id: "1" }, { id: "2" }]);
  expect(await sql`select id from varve_scan('docs', filter := '{"lang":"de"}')`).toEqual([]);
  expect(await sql`select array_length(vec) as n from varve_scan('docs', vectors := true) limit 1`).toEqual([
    { n: 256n },
  ]);
  const history =
    await sql`select version, operation, message, inserted, tags from varve_history('docs') order by version`;
  expect(history).toEqual([
    { version: 1n, operation: "insert", message: "first", inserted: 3n, tags: [] },
    { version: 2n, operation: "upsert", message: null, inserted: 0n, tags: [] },
    { version: 3n, operation: "delete", message: null, inserted: 0n, tags: [] },
  ]);
  expect(
    await sql`select _change, id, views from varve_diff('docs', 'v1', 'now') order by id, views`,
  ).toEqual([
    { _change: "before", id: "2", views: 20n },
    { _change: "after", id: "2", views: 21n },
    { _change: "removed", id: "3", views: 5n },
  ]);
});

it("makes tables of what it reads, and views of all tables at a point", async () => {
  const { db, t, sql } = await withDocs();
  await t.tag("start", 1);
  await sql`create table kept as select * from ${t}`;
  expect(await sql`select count(*) as n from kept`).toEqual([{ n: 2n }]);
  expect(await sql.attach()).toEqual(["docs"]);
  expect(await sql.attach({ asOf: "@start", prefix: "old_" })).toEqual(["old_docs"]);
  const changed = () => sql`select o.id, d.views from old_docs o left join docs d using (id) order by all`;
  expect(await changed()).toEqual([
    { id: "1", views: 10n },
    { id: "2", views: 21n },
    { id: "3", views: null },
  ]);
  await t.update({ where: { id: "1" }, set: { views: 11 } });
  expect((await changed())[0]).toEqual({ id: "1", views: 11n });
  await db.table(table("kept", { id: text().primaryKey() }));
  await expect(sql.attach()).rejects.toThrow('A view cannot be named "kept"');
});

it("runs a query of somebody else, and shows what it read", async () => {
  const { sql } = await withDocs();
  const rows = await sql.query("SELECT lang, count(*) AS n FROM Docs GROUP BY ALL; -- mine");
  expect(rows).toEqual([{ lang: "en", n: 2n }]);
  expect(rows.versions).toEqual({ docs: 3 });
  expect(await sql.query("with d as (from docs) select count(*) as n from d", { asOf: new Date() })).toEqual([
    { n: 2n },
  ]);
  const some = await sql.query("select * from range(100) t(x) order by x desc", { limit: 3 });
  expect([some.map(({ x }) => x), some.truncated]).toEqual([[99n, 98n, 97n], true]);
  expect(await sql.schema()).toContain("views: int");
});

it.each([
  ["a change", "delete from docs"],
  ["two statements", "select 1; select 2"],
  ["a file", "select * from 'package.json'"],
  ["a file by a function", "select * from read_text('package.json')"],
  ["a file in a subquery", "select (select content from read_text('package.json'))"],
  ["a file in a common table", "with a as (select * from glob('*')) select * from a"],
  [
    "a file behind a common table of that name",
    'with "package.json" as (select 1) select * from x."package.json"',
  ],
  ["settings", "select * from duckdb_settings()"],
  ["another schema", "select * from information_schema.tables"],
  ["a description", "select * from (describe docs)"],
  ["a setting", "set threads = 1"],
  ["no SQL", "what is this?"],
])("refuses %s in a query of somebody else", async (_what, query) => {
  const { sql } = await withDocs();
  await expect(sql.query(query)).rejects.toThrow("The query may not be run");
});

it("ends a query that takes too long", async () => {
  const { sql } = await withDocs();
  const long = "select count(*) from range(100000000) a, range(100000000) b where a.range % 7 = b.range % 11";
  await expect(sql.query(long, { timeout: 50 })).rejects.toMatchObject({ code: "ABORTED" });
  expect(await sql.query("select 1 as one")).toEqual([{ one: 1 }]);
});

it("uses a connection of the caller's, and leaves it open", async () => {
  const { db, t } = await withDocs();
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  await connection.run("create table orders as select '1' as id, 3 as items");
  const sql = await duckdb(db, { connection, bigints: false });
  await sql`begin`;
  expect(await sql`select views, items from ${t} join orders using (id)`).toEqual([{ views: 10, items: 3 }]);
  await expect(sql`select missing from ${t}`).rejects.toThrow("missing");
  await sql`insert into orders values ('2', 4)`;
  await sql`commit`;
  await expect(duckdb(db, { connection })).rejects.toThrow("session of varve/duckdb already");
  await sql.close();
  expect((await connection.runAndReadAll("select count(*) from orders")).getRows()).toEqual([[2n]]);
  connection.closeSync();
  instance.closeSync();
});

it("runs statements one after the other, however they are called", async () => {
  const { t, sql } = await withDocs();
  const counts = Array.from(
    { length: 5 },
    (_, at) => sql`select count(*) + ${at} as n from ${at % 2 ? t : t.asOf(1)}`,
  );
  expect((await Promise.all(counts)).map(([row]) => Number(row?.["n"]))).toEqual([3, 3, 5, 5, 7]);
});

it("refuses damaged streams, and never reads beyond them", async () => {
  const db = await memoryDatabase();
  const t = await db.table(everything);
  await t.insert([ROW, OTHER]);
  const sql = await sqlOf(db);
  const whole = await t.arrow.find({ select: ["id", "l", "raw", "v", "at", "e"] });
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((seed / 2 ** 31) * below);
  };
  let read = 0;
  for (let round = 0; round < 300; round++) {
    const damaged = random(4) === 0 ? whole.slice(0, random(whole.length)) : whole.slice();
    for (let flips = random(3); flips >= 0; flips--) damaged[random(damaged.length)] = random(256);
    const answer = sql`select count(*), max(length(id)), max(v[1]), max("at") from ${Promise.resolve(damaged)}`;
    const failure: unknown = await answer.then(
      () => undefined,
      (error: unknown) => error,
    );
    if (failure === undefined) read += 1;
    else expect(VarveError.is(failure), String(failure)).toBe(true);
  }
  expect(read).toBeGreaterThan(10);
});

it("says what is wrong", async () => {
  const { db, t, sql } = await withDocs();
  const wrong: Record<string, () => Promise<unknown>> = {
    "a value that is none": () => sql`select ${Symbol("x")}`,
    "a list of two types": () => sql`select ${[1, "a"]}`,
    "a promise of no rows": () => sql`select * from ${Promise.resolve(3)}`,
    "rows without columns": () => sql`select * from ${Promise.resolve([])}`,
    "uneven rows": () => sql`select * from ${[{ a: 1 }, { a: "x" }]}`,
    "bytes that are no stream": () => sql`select * from ${Promise.resolve(new Uint8Array(64))}`,
    "a table that is not there": () => sql`select * from varve_scan('nothing')`,
    "a point that is none": () => sql`select * from varve_scan('docs', as_of := '2026-13-01')`,
    "a filter that is none": () => sql`select * from varve_scan('docs', filter := '{')`,
    "a column that is not there": () => sql`select nope from ${t}`,
    "two statements": () => sql`select 1; select 2`,
    "an option that is none": () => duckdb(db, { conection: 1 } as never),
    "an integer that is too large": async () =>
      (await sqlOf(db, { bigints: false }))`select 9007199254740993 as x`,
    "too much": async () => (await sqlOf(db, { maxBytes: 100 }))`select * from ${t}`,
  };
  const said: Record<string, string> = {};
  for (const [what, call] of Object.entries(wrong))
    said[what] = await call().then(
      () => "nothing",
      ({ code, message }) => `${code}: ${message}`,
    );
  expect(said).toMatchSnapshot();
});

it("refuses to go on after it was closed", async () => {
  const db = await connect("memory:");
  const sql = await duckdb(db);
  await sql.close();
  await sql.close();
  await expect(sql`select 1`).rejects.toMatchObject({ code: "CLOSED" });
  await expect(sql.query("select 1")).rejects.toMatchObject({ code: "CLOSED" });
  await db.close();
});
