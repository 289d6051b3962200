import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { embed, int, type Table, table, text } from "varve";
import { describe, expect, test } from "vitest";
import { diskDatabase, memoryDatabase, temporaryFolder } from "../support/database";
import { hashEmbedding, hashVector } from "../support/hash-embedding";

// Of so many dimensions that no stretch of the vectors of others looks like one of the person.
const DIMENSIONS = 64;
const fn = hashEmbedding({ dimensions: DIMENSIONS });
const people = table("people", { id: text().primaryKey(), n: int().indexed(), note: text() }, (c) => ({
  vec: embed(fn, c.note),
}));

/** What was ever known of the person, one state after the other. */
const SECRETS = ["zanzibarquux likes tea", "mozambiqueflux likes coffee", "kilimanjaropax left"];
const NUMBER = 6_502_111_422_497_947;

const other = (n: number): typeof people.$insert => ({ id: `other ${n}`, n, note: `nothing much ${n}` });

/** A table in which the person is everywhere. */
async function fill(t: Table<typeof people>): Promise<void> {
  await t.insert([...Array.from({ length: 30 }, (_, n) => other(n)), ...[0].map(() => person(0))]);
  await t.optimize();
  await t.upsert(person(1));
  await t.insert(other(30));
  await t.upsert(person(2));
  await t.tag("launch", 1);
}

const person = (state: number): typeof people.$insert => ({
  id: "the person",
  n: NUMBER,
  note: SECRETS[state] ?? "",
});

/** All files of a folder, by their names. */
function filesOf(folder: string): [string, Buffer][] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(folder.length + 1), readFileSync(path)];
    });
}

/** The files that hold a trace of the person: a word, the number, or a vector. */
function holding(folder: string): string[] {
  const number = Buffer.alloc(8);
  number.writeBigInt64LE(BigInt(NUMBER));
  const vectors = SECRETS.map((secret) => hashVector(secret, DIMENSIONS)).filter((vector) => vector !== null);
  const traces = [
    ...SECRETS.map((secret) => Buffer.from(secret.split(" ")[0] ?? "")),
    Buffer.from("the person"),
    Buffer.from(String(NUMBER)),
    number,
    ...vectors.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  ];
  const found = filesOf(folder).filter(([, bytes]) => traces.some((trace) => bytes.includes(trace)));
  return found.map(([path]) => path);
}

describe("a purge by key", () => {
  test("leaves no byte of any state in the folder, the cache of embeddings included", async () => {
    const folder = temporaryFolder();
    const db = await diskDatabase(folder);
    const t = await db.table(people);
    await fill(t);
    await db.close();
    const before = holding(folder);
    for (const place of ["/data/", "/_manifests/", "_embeddings/"]) {
      expect(before.some((path) => path.includes(place))).toBe(true);
    }

    const again = await (await diskDatabase(folder)).table(people);
    expect(await again.purge({ keys: ["the person"], message: "request 7" })).toMatchObject({
      version: 5,
      rows: 3,
      current: 1,
      filesLeft: 0,
    });
    expect(holding(folder)).toEqual([]);
    expect(await again.verify()).toMatchObject({ ok: true, warnings: [] });
    await again.optimize();
    expect(holding(folder)).toEqual([]);
  });

  test("clears a cache of embeddings that is turned off", async () => {
    const folder = temporaryFolder();
    const db = await diskDatabase(folder);
    await fill(await db.table(people));
    await db.close();
    const t = await (await diskDatabase(folder, { embeddingCache: false })).table(people);
    await t.purge({ keys: ["the person", "nobody"] });
    expect(holding(folder)).toEqual([]);
  });

  test("makes every version one without the row, and says how many there were", async () => {
    const t = await (await memoryDatabase()).table(people);
    await fill(t);
    const would = await t.purge({ keys: ["the person"], dryRun: true });
    expect(would).toMatchObject({ version: 4, rows: 3, current: 1 });
    expect(await t.asOf(1).count()).toBe(31);

    const done = await t.purge({ keys: ["the person"] });
    expect(done).toEqual({ ...would, version: 5, committedAt: expect.any(Date), filesLeft: 0 });
    expect(await Promise.all([1, 2, 3, 4, 5].map((at) => t.asOf(at).count()))).toEqual([30, 30, 31, 31, 31]);
    expect(await t.get("the person")).toBeUndefined();
    expect(await t.asOf({ tag: "launch" }).find({ where: { n: NUMBER } })).toEqual([]);
    const hits = await t.search("coffee", { during: { from: 1, to: 5 }, limit: 50 });
    expect(hits.filter(({ id }) => id === "the person")).toEqual([]);
    expect(await t.diff(1, 4)).toMatchObject({ removed: [], changed: [] });
    const [last, ...earlier] = await t.history();
    expect(last).toMatchObject({ version: 5, operation: "purge", deleted: 1, purged: 3, message: null });
    expect(earlier.some((commit) => "purged" in commit)).toBe(false);
    const { inserted } = await t.restore(1);
    expect(inserted).toBe(0);
  });
});

test("a filter is asked of each state by itself", async () => {
  const t = await (await memoryDatabase()).table(people);
  await fill(t);
  expect(await t.purge({ where: (c) => c.note.like("%coffee%") })).toMatchObject({ rows: 1, current: 0 });
  const of = async (at: number) => (await t.asOf(at).get("the person"))?.note;
  expect(await Promise.all([1, 2, 3, 4].map(of))).toEqual([SECRETS[0], undefined, undefined, SECRETS[2]]);
});

test("where no row matches there is no version", async () => {
  const t = await (await memoryDatabase()).table(people);
  await fill(t);
  expect(await t.purge({ keys: [] })).toMatchObject({ version: 4, rows: 0 });
  expect(await t.purge({ where: { n: -1 } })).toMatchObject({ version: 4, rows: 0 });
  expect(await t.purge({ all: true })).toMatchObject({ version: 5, rows: 34, current: 32 });
});

test("what a purge cannot be told is refused, and nothing goes", async () => {
  const t = (await (await memoryDatabase()).table(people)).untyped;
  await t.insert(other(1));
  const refused: [object | undefined, string][] = [
    [undefined, "INVALID_ARGUMENT"],
    [{}, "INVALID_ARGUMENT"],
    [{ where: {} }, "INVALID_ARGUMENT"],
    [{ keys: "other 1" }, "INVALID_ARGUMENT"],
    [{ keys: [1] }, "INVALID_FILTER"],
    [{ keys: ["other 1"], where: { n: 1 } }, "INVALID_ARGUMENT"],
    [{ keys: ["other 1"], all: true }, "INVALID_ARGUMENT"],
    [{ key: "other 1" }, "INVALID_ARGUMENT"],
    [{ keys: ["other 1"], ifVersion: 7 }, "CONFLICT"],
    [{ where: { nothing: 1 } }, "COLUMN_NOT_FOUND"],
  ];
  for (const [options, code] of refused) {
    await expect(t.purge(options as never)).rejects.toMatchObject({ code });
  }
  expect(await t.count()).toBe(1);
  const plain = await (await memoryDatabase()).table(table("plain", { n: int() }));
  await expect(plain.purge({ keys: [1] as never })).rejects.toMatchObject({ code: "NO_PRIMARY_KEY" });
});
