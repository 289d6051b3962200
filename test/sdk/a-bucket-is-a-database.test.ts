// A database in a bucket answers as one on a disk does. The server runs on the thread of this test, so a call that kept the thread until it is
// answered would never be.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BucketOptions, connect, type Database, embed, int, table, text, VarveError } from "varve";
import { beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { BucketServer, KEY } from "../support/bucket-server";
import { temporaryFolder } from "../support/database";
import { hashEmbedding } from "../support/hash-embedding";
import { hasMoto, Moto } from "../support/moto";

const notes = table(
  "notes",
  { id: int().primaryKey(), title: text({ search: true }), body: text().nullable() },
  (c) => ({ vector: embed(hashEmbedding(), c.title) }),
);

async function opened(place: string, options?: BucketOptions): Promise<Database> {
  const db = await connect(place, options);
  onTestFinished(() => db.close());
  return db;
}

async function server(): Promise<BucketServer> {
  const started = await BucketServer.start();
  onTestFinished(() => started.stop());
  return started;
}

function rows(from: number, to: number, word: string) {
  return Array.from({ length: to - from }, (_, at) => ({
    id: from + at,
    title: `${word} number ${from + at}`,
    body: at % 3 === 0 ? null : "some more text ".repeat(at % 7),
  }));
}

async function codeOf(call: Promise<unknown>): Promise<unknown> {
  return await call.then(
    () => "done",
    (error: unknown) => (VarveError.is(error) ? error.code : error),
  );
}

/** What is answered, told to two databases of one place. */
async function story(open: () => Promise<Database>): Promise<unknown[]> {
  const told: unknown[] = [];
  const [one, other] = [await open(), await open()];
  told.push(await one.tables());
  const t = await one.table(notes);
  told.push((await t.insert(rows(0, 40, "layer"))).version);
  const u = await other.table(notes);
  told.push((await u.upsert(rows(20, 60, "river"))).version);
  await u.tag("release");
  told.push((await t.delete({ where: (c) => c.id.lt(10) })).deleted);
  told.push((await t.insert(rows(1000, 3000, "many"))).inserted);
  told.push(await t.count(), await u.count());
  told.push(await u.search("river number 33", { limit: 5, select: ["id", "title"] }));
  told.push(await t.search("layer", { mode: "text", limit: 3, select: ["id"] }));
  told.push(await t.find({ where: (c) => c.id.between(1990, 2010), select: ["id", "title", "body"] }));
  told.push(await u.asOf({ tag: "release" }).count(), await u.asOf(1).get(25));
  told.push((await u.history()).map(({ version, operation }) => [version, operation]));
  told.push((await t.tags()).map(({ name, version }) => [name, version]));
  await t.optimize();
  told.push(await u.search("many number 2500", { limit: 3, select: ["id"] }));
  told.push(await codeOf(u.insert(rows(1000, 1001, "again"))));
  told.push((await one.verify("notes")).ok, await other.tables());
  await other.drop("notes");
  told.push(await codeOf(t.count()), await one.tables());
  const again = await one.table(notes);
  told.push(await again.count(), await again.tags());
  await one.drop("notes");
  return told;
}

describe("a story is the same as in memory", () => {
  let expected: unknown[];

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), "varve-"));
    const databases: Database[] = [];
    expected = await story(async () => {
      const db = await connect(folder);
      databases.push(db);
      return db;
    });
    await Promise.all(databases.map((db) => db.close()));
    rmSync(folder, { recursive: true });
  });

  test("in a bucket", async () => {
    const { options } = await server();
    for (const [prefix, cache] of [
      ["a/b", { cacheDir: temporaryFolder() }],
      ["été", { cache: "memory" }],
      ["", { cacheDir: temporaryFolder(), cacheBytes: 1 }],
    ] as const) {
      expect(await story(() => opened(`s3://bucket/${prefix}`, { ...options, ...cache }))).toEqual(expected);
    }
  });

  test("in a bucket of which many requests fail", async () => {
    const faulty = await server();
    faulty.fault = ({ number }) =>
      (({ 3: 503, 7: "lost", 11: "answer lost", 17: 500 }) as const)[number % 23];
    const options = { ...faulty.options, cacheDir: temporaryFolder() };
    expect(await story(() => opened("s3://bucket/data", options))).toEqual(expected);
  });

  test.skipIf(!hasMoto)("in a bucket of moto (skipped without a Python that has moto)", async () => {
    const moto = await Moto.start("bucket");
    onTestFinished(() => moto.stop());
    const options = { ...moto.options, cacheDir: temporaryFolder() };
    expect(await story(() => opened("s3://bucket/data", options))).toEqual(expected);
  });
});

test("what a bucket answers is told without what is secret", async () => {
  const bucket = await server();
  const secretAccessKey = "hidden-secret";
  const options = { ...bucket.options, credentials: { accessKeyId: "hidden-id", secretAccessKey } };
  const db = await opened("s3://bucket/data", options);
  const error: unknown = await db.table(notes).catch((error: unknown) => error);
  expect(error).toMatchObject({
    code: "ACCESS_DENIED",
    message: expect.stringContaining("403 InvalidAccessKeyId"),
  });
  const shown = JSON.stringify(error) + String((error as Error).stack) + String(error);
  expect(shown).not.toContain("hidden");
  expect(shown).not.toContain(KEY.accessKeyId);
});

test("nothing of the keys is on the disk", async () => {
  const { options } = await server();
  const cacheDir = temporaryFolder();
  const db = await opened("s3://bucket/data", { ...options, cacheDir });
  const t = await db.table(notes);
  await t.insert(rows(0, 3000, "layer"));
  expect(await t.count({ where: (c) => c.title.contains("number") })).toBe(3000);
  await db.close();
  const files = readdirSync(cacheDir, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  expect(files.length).toBeGreaterThan(0);
  for (const { parentPath, name } of files) {
    const bytes = readFileSync(join(parentPath, name));
    expect(bytes.includes(KEY.secretAccessKey) || bytes.includes(KEY.accessKeyId)).toBe(false);
  }
});

test("a store that ignores conditions is refused, and is left as it was", async () => {
  const bucket = await server();
  bucket.ignoresConditions = true;
  const db = await opened("s3://bucket/data", { ...bucket.options, cache: "memory" });
  await expect(db.table(notes)).rejects.toMatchObject({ code: "UNSUPPORTED_STORE" });
  expect([...bucket.objects.keys()]).toEqual([]);
});

test("a table in a bucket keeps its name", async () => {
  const { options } = await server();
  const db = await opened("s3://bucket/data", { ...options, cache: "memory" });
  await db.table(notes);
  await expect(db.renameTable("notes", "pages")).rejects.toMatchObject({ code: "UNSUPPORTED_STORE" });
  expect(await db.tables()).toEqual(["notes"]);
});

test("writers in two databases lose nothing while answers are lost", async () => {
  const bucket = await server();
  bucket.fault = ({ isConditional, number }) => {
    if (!isConditional) return undefined;
    return (["answer lost", "lost", 409, 503, undefined, undefined] as const)[number % 6];
  };
  const options = { ...bucket.options, cache: "memory" } as const;
  const tables = await Promise.all(
    [0, 1].map(async () => await (await opened("s3://bucket/data", options)).table(notes)),
  );
  await Promise.all(
    tables.flatMap((t, writer) =>
      Array.from({ length: 10 }, (_, at) => t.insert(rows(writer * 100 + at, writer * 100 + at + 1, "row"))),
    ),
  );
  const [t] = tables;
  expect(await t?.count()).toBe(20);
  const versions = (await t?.history())?.map(({ version }) => version);
  expect(versions).toEqual(Array.from({ length: 20 }, (_, at) => 20 - at));
});

test("a request that is told to slow down is repeated, and a commit is not", async () => {
  const bucket = await server();
  const db = await opened("s3://bucket/data", { ...bucket.options, cache: "memory" });
  const t = await db.table(notes);
  bucket.counts();
  let busy = 1;
  bucket.fault = ({ isConditional }) => (isConditional && busy-- > 0 ? 503 : undefined);
  await t.insert(rows(0, 1, "row"));
  // The put, what stands there, the put again.
  expect(bucket.counts()).toMatchObject({ CREATE: 2, GET: 2 });
  busy = 2;
  bucket.fault = ({ method }) => (method === "HEAD" && busy-- > 0 ? 503 : undefined);
  expect(await t.count()).toBe(1);
  expect(bucket.counts()).toEqual({ HEAD: 4 });
});

test("a large file goes up in parts", async () => {
  const bucket = await server();
  const db = await opened("s3://bucket/data", { ...bucket.options, cache: "memory" });
  const files = table("files", { id: int().primaryKey(), body: text() });
  const t = await db.table(files);
  bucket.counts();
  const body = (id: number) => `${id} `.repeat(400_000);
  await t.insert(Array.from({ length: 15 }, (_, id) => ({ id: 1_000_000 + id, body: body(1_000_000 + id) })));
  expect(bucket.counts()).toMatchObject({ "POST upload": 2, "PUT upload": expect.any(Number), CREATE: 1 });
  const other = await (await opened("s3://bucket/data", { ...bucket.options, cache: "memory" })).table(files);
  expect((await other.get(1_000_014))?.body).toBe(body(1_000_014));
  expect(await other.verify()).toMatchObject({ ok: true });
});

test("options for buckets are refused elsewhere, and say what they must be", async () => {
  await expect(connect("memory:", { region: "x" })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  const wrong: object[] = [
    { region: "" },
    { endpoint: "not an address" },
    { endpoint: "http://127.0.0.1:1" },
    { endpoint: "https://hidden:hidden@127.0.0.1:1" },
    { cache: "nowhere" },
    { cacheBytes: -1 },
    { credentials: { accessKeyId: "hidden" } },
    { credentials: { accessKeyId: "hidden", secretAccessKey: "hidden", accountKey: "hidden" } },
    { credentials: { accountKey: "hidden" } },
    { credentials: { anonymous: false } },
    { credentials: "hidden" },
  ];
  for (const options of wrong) {
    const error: unknown = await connect("s3://bucket/data", options).catch((error: unknown) => error);
    expect(error).toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(String(error)).not.toContain("hidden");
  }
});

test.each(["gs://bucket/data", "az://container/data"])(
  "%s connects without being asked anything",
  async (place) => {
    const db = await opened(place, { account: "account", credentials: { anonymous: true }, cache: "memory" });
    await db.close();
  },
);

test("credentials of a function are asked for anew before they end", async () => {
  const bucket = await server();
  let asked = 0;
  const credentials = () => {
    asked += 1;
    bucket.knownKey = `key-${asked}`;
    const expiration = new Date(Date.now() + (asked === 1 ? 2000 : 3_600_000));
    const keys = {
      accessKeyId: bucket.knownKey,
      secretAccessKey: "secret",
      sessionToken: "token",
      expiration,
    };
    return Promise.resolve(keys);
  };
  const db = await opened("s3://bucket/data", { ...bucket.options, credentials, cache: "memory" });
  const t = await db.table(notes);
  await vi.waitFor(() => expect(asked).toBe(2), { timeout: 10_000 });
  await t.insert(rows(0, 1, "row"));
  expect(await t.count()).toBe(1);
  expect(asked).toBe(2);
});

test("a function for credentials that fails is told of, and its words are not", async () => {
  const failing = () => Promise.reject(new Error("hidden"));
  const error: unknown = await connect("s3://bucket/data", { credentials: failing }).catch(
    (error: unknown) => error,
  );
  expect(error).toMatchObject({ code: "ACCESS_DENIED", cause: expect.any(Error) });
  expect((error as Error).message).not.toContain("hidden");
  const nothing = () => Promise.resolve({ accessKeyId: "", secretAccessKey: "hidden" });
  await expect(connect("s3://bucket/data", { credentials: nothing })).rejects.toMatchObject({
    code: "INVALID_ARGUMENT",
    message: expect.not.stringContaining("hidden"),
  });
});
