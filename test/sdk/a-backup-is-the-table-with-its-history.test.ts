// A backup is a database like any other, with every version, and the second time only what is new is copied.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BackupProgress, type BucketOptions, connect, int, table, text, VarveError } from "varve";
import { expect, onTestFinished, test } from "vitest";
import { BucketServer } from "../support/bucket-server";
import { diskDatabase, memoryDatabase, temporaryFolder } from "../support/database";
import { hasMoto, Moto } from "../support/moto";

const docs = table("docs", { id: int().primaryKey(), body: text() });
const rows = (from: number, count: number, body: string) =>
  Array.from({ length: count }, (_, i) => ({ id: from + i, body: body.repeat(100) }));

test("a copy shows every version, with tags, and is brought up to date", async () => {
  const folder = temporaryFolder();
  const db = await diskDatabase(temporaryFolder());
  const t = await db.table(docs);
  await t.insert(rows(0, 2000, "first"));
  await t.tag("one");
  const first = await db.backup(folder);
  expect(first.tables).toEqual([
    {
      name: "docs",
      version: 1,
      files: expect.any(Number),
      bytes: expect.any(Number),
      copiedFiles: first.tables[0]?.files,
      copiedBytes: first.tables[0]?.bytes,
    },
  ]);
  await t.upsert(rows(100, 2000, "second"));
  await t.delete({ where: { id: 7 } });
  const second = await db.backup(folder, { tables: ["docs"] });
  expect(second.tables[0]).toMatchObject({ version: 3 });
  expect(second.tables[0]?.copiedFiles).toBeLessThan(second.tables[0]?.files ?? 0);
  expect((await db.backup(folder)).tables[0]).toMatchObject({ version: 3, copiedFiles: 0, copiedBytes: 0 });

  const copy = await (await diskDatabase(folder)).table(docs);
  for (const version of [1, 2, 3]) {
    expect(await copy.asOf(version).find()).toEqual(await t.asOf(version).find());
  }
  expect(await copy.tags()).toEqual(await t.tags());
  expect(await copy.history()).toEqual(await t.history());
  expect(await copy.verify()).toMatchObject({ ok: true });
});

test("while rows are written each copy is a version that was acknowledged", async () => {
  const db = await diskDatabase(temporaryFolder());
  const t = await db.table(docs);
  const target = await memoryDatabase();
  let written = 0;
  let ended = false;
  const writing = (async () => {
    for (let id = 0; !ended; id++) written = (await t.upsert({ id: id % 50, body: `${id}` })).version;
  })();
  try {
    for (let round = 0; round < 5; round++) {
      const least = written;
      const { tables } = await db.backup(target);
      const version = tables[0]?.version ?? -1;
      expect(version).toBeGreaterThanOrEqual(least);
      const copy = await target.table(docs);
      expect(await copy.find()).toEqual(await t.asOf(version).find());
    }
  } finally {
    ended = true;
    await writing;
  }
});

async function thereAndBack(options: BucketOptions): Promise<void> {
  const db = await diskDatabase(temporaryFolder());
  const t = await db.table(docs);
  await t.insert(rows(0, 3000, "first"));
  await t.tag("one");
  await t.upsert(rows(500, 3000, "second"));
  await t.delete({ where: { id: 7 } });
  const bucket = await connect("s3://bucket/copies", { ...options, cache: "memory" });
  onTestFinished(() => bucket.close());
  expect((await db.backup(bucket)).tables[0]).toMatchObject({ version: 3 });
  await t.insert({ id: 10_000, body: "third" });
  await t.optimize();
  expect((await db.backup(bucket)).tables[0]).toMatchObject({ version: 4 });
  expect((await db.backup(bucket)).tables[0]).toMatchObject({ version: 4, copiedFiles: 0 });
  const back = await diskDatabase(temporaryFolder());
  expect((await bucket.backup(back)).tables[0]).toMatchObject({ version: 4 });
  const copies = [await bucket.table(docs), await back.table(docs)];
  for (const copy of copies) {
    for (const version of [1, 2, 3, 4]) {
      expect(await copy.asOf(version).find()).toEqual(await t.asOf(version).find());
    }
    expect(await copy.tags()).toEqual(await t.tags());
    expect(await copy.history()).toEqual(await t.history());
    expect(await copy.verify()).toMatchObject({ ok: true });
  }
}

test("from a folder into a bucket and back it stays the same", async () => {
  const server = await BucketServer.start();
  onTestFinished(() => server.stop());
  await thereAndBack(server.options);
});

test.skipIf(!hasMoto)("so it does with a server that others wrote (VARVE_TEST_PYTHON)", async () => {
  const moto = await Moto.start("bucket");
  onTestFinished(() => moto.stop());
  await thereAndBack(moto.options);
});

test("a damaged file is named, the other tables are copied, and the call fails", async () => {
  const folder = temporaryFolder();
  const db = await diskDatabase(folder);
  const t = await db.table(docs);
  await t.insert(rows(0, 2000, "text"));
  await (await db.table(table("other", { id: int() }))).insert({ id: 1 });
  const data = join(folder, "docs.varve", "data");
  const file = join(data, readdirSync(data)[0] ?? "");
  const bytes = readFileSync(file);
  bytes.writeUInt8((bytes.at(5000) ?? 0) ^ 1, 5000);
  writeFileSync(file, bytes);
  const target = await memoryDatabase();
  const failure: unknown = await db.backup(target).catch((error: unknown) => error);
  expect(VarveError.is(failure) && failure).toMatchObject({
    code: "CORRUPT",
    message: expect.stringMatching(
      /^The table "docs" was not copied: .* is damaged.* 1 of 2 tables were copied\.$/,
    ),
    where: { table: "docs", file: expect.stringContaining("docs.varve/data/") },
  });
  expect(await (await target.openTable("other")).count()).toBe(1);
  await expect(target.openTable("docs")).rejects.toMatchObject({ code: "UNSUPPORTED_FORMAT" });
});

test("it tells how far it is, ends where it is told to, and goes on from there", async () => {
  const db = await diskDatabase(temporaryFolder());
  const t = await db.table(docs);
  await t.insert(rows(0, 2000, "text"));
  const target = await memoryDatabase();
  await expect(db.backup(target, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "ABORTED" });
  expect(await target.tables()).toEqual([]);
  const seen: BackupProgress[] = [];
  await db.backup(target, { onProgress: (progress) => seen.push(progress) });
  const last = seen.at(-1);
  expect(last).toMatchObject({ table: "docs", files: last?.totalFiles, bytes: last?.totalBytes });
  const thrown = new Error("no more");
  const throwing = db.backup(target, {
    onProgress: () => {
      throw thrown;
    },
  });
  await expect(throwing).rejects.toBe(thrown);
});

test("what is at the target and no earlier state stays as it is", async () => {
  const db = await memoryDatabase();
  const target = await memoryDatabase();
  await (await db.table(docs)).insert({ id: 1, body: "here" });
  await (await target.table(docs)).insert({ id: 2, body: "there" });
  await expect(db.backup(target)).rejects.toMatchObject({ code: "TABLE_EXISTS" });
  expect(await (await target.table(docs)).find()).toEqual([{ id: 2, body: "there" }]);
  await expect(db.backup(db)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  await expect(db.backup("memory:")).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  await expect(db.backup(target, { tables: "docs" as never })).rejects.toMatchObject({
    code: "INVALID_ARGUMENT",
  });
  await expect(db.backup(target, { tables: ["nothing"] })).rejects.toMatchObject({ code: "TABLE_NOT_FOUND" });
});

test("a database that is closed ends the backup", async () => {
  const db = await connect(temporaryFolder());
  await (await db.table(docs)).insert(rows(0, 2000, "text"));
  const target = await memoryDatabase();
  const running = db.backup(target).then(
    () => "done",
    (error: unknown) => VarveError.is(error) && error.code,
  );
  await db.close();
  expect(["done", "CLOSED"]).toContain(await running);
});
