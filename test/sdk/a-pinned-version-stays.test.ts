// A pin keeps a version readable, whatever the retention says and whoever tidies up, until it is released or its lease ends.

import { connect, type PinnedSnapshot, table, text } from "varve";
import { describe, expect, onTestFinished, test } from "vitest";
import { BucketServer } from "../support/bucket-server";
import { diskDatabase, memoryDatabase, temporaryFolder } from "../support/database";

const notes = table("notes", { id: text().primaryKey(), body: text() });
const GONE = { code: "VERSION_EXPIRED" };

async function filled(folder = temporaryFolder()) {
  const db = await diskDatabase(folder);
  const t = await db.table(notes);
  await t.setRetention({ days: 0 });
  await t.insert(Array.from({ length: 50 }, (_, i) => ({ id: `n${i}`, body: "first" })));
  return { db, t };
}

test("a pinned version is readable until it is released, also where another handle tidies up", async () => {
  const folder = temporaryFolder();
  const { t } = await filled(folder);
  const other = await (await diskDatabase(folder)).table(notes);
  const pinned = await t.pin();
  expect(await pinned.version()).toBe(1);
  await t.update({ where: { id: "n7" }, set: { body: "second" } });
  await other.optimize();
  expect(await pinned.get("n7")).toEqual({ id: "n7", body: "first" });
  expect(await other.asOf(1).count()).toBe(50);
  await pinned.release();
  await pinned.release();
  await other.optimize();
  await expect(other.asOf(1).count()).rejects.toMatchObject(GONE);
  await expect(pinned.count()).rejects.toMatchObject(GONE);
  await expect(pinned.renew()).rejects.toMatchObject({ code: "CLOSED" });
});

test("an await using block releases it", async () => {
  const { t } = await filled();
  await t.update({ where: { id: "n7" }, set: { body: "second" } });
  {
    await using then = await t.asOf(1).pin();
    await t.optimize();
    expect(await then.get("n7")).toEqual({ id: "n7", body: "first" });
  }
  await t.optimize();
  await expect(t.asOf(1).count()).rejects.toMatchObject(GONE);
});

test("one with minutes says until when it holds, and is renewed from now on", async () => {
  const { t } = await filled();
  const before = Date.now();
  const pinned = await t.pin({ minutes: 10 });
  const minutes = ({ until }: PinnedSnapshot<typeof notes>) => (until.getTime() - before) / 60_000;
  expect(minutes(pinned)).toBeGreaterThanOrEqual(10);
  expect(minutes(pinned)).toBeLessThan(11);
  await Promise.all([pinned.renew({ minutes: 30 }), pinned.renew({ minutes: 1440 }), pinned.renew()]);
  expect(minutes(pinned)).toBeLessThan(11);
  await pinned.renew({ minutes: 1440 });
  expect(minutes(pinned)).toBeGreaterThanOrEqual(1440);
  await pinned.release();
  await t.update({ where: { id: "n7" }, set: { body: "second" } });
  await t.optimize();
  await expect(t.asOf(1).count()).rejects.toMatchObject(GONE);
});

test("a version that has ended cannot be pinned", async () => {
  const { t } = await filled();
  await t.update({ where: { id: "n7" }, set: { body: "second" } });
  await t.optimize();
  await expect(t.asOf(1).pin()).rejects.toMatchObject(GONE);
});

test("what is no number of minutes is refused", async () => {
  const t = await (await memoryDatabase()).table(notes);
  for (const minutes of [0, -1, 1441, Number.NaN, "10m"]) {
    const given = { minutes } as { minutes: number };
    await expect(t.pin(given)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  }
  const options = { hours: 1 } as object;
  await expect(t.asOf(0).pin(options)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
});

describe("a scan of a table in a bucket that has a retention", () => {
  async function stored() {
    const bucket = await BucketServer.start();
    onTestFinished(() => bucket.stop());
    const db = await connect("s3://bucket/data", bucket.options);
    onTestFinished(() => db.close());
    const t = await db.table(notes);
    await t.setRetention({ days: 0 });
    await t.insert(Array.from({ length: 3000 }, (_, i) => ({ id: `n${i}`, body: "first" })));
    const leases = () => [...bucket.objects.keys()].filter((key) => key.endsWith(".lease")).length;
    return { bucket, db, t, leases };
  }

  test("keeps its version until it is read, whoever tidies up", async () => {
    const { bucket, t, leases } = await stored();
    const other = await connect("s3://bucket/data", bucket.options);
    onTestFinished(() => other.close());
    const theirs = await other.table(notes);
    let count = 0;
    for await (const rows of t.scan({ batchRows: 500 })) {
      count += rows.filter(({ body }) => body === "first").length;
      if (count !== 1000) continue;
      expect(leases()).toBe(1);
      await theirs.update({ all: true, set: { body: "second" } });
      await theirs.optimize();
      expect(await theirs.asOf(1).count()).toBe(3000);
    }
    expect(count).toBe(3000);
    expect(leases()).toBe(0);
    await theirs.optimize();
    await expect(theirs.asOf(1).count()).rejects.toMatchObject(GONE);
  });

  test("keeps it no longer where nobody reads on", async () => {
    const { db, t, leases } = await stored();
    let parts = 0;
    for await (const _ of t.scan({ batchRows: 500 })) {
      parts += 1;
      if (parts === 3) break;
    }
    await db.close();
    expect(leases()).toBe(0);
  });
});
