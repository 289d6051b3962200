import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { runInNewContext } from "node:vm";
import { connect, int, table } from "varve";
import { afterEach, describe, expect, test } from "vitest";
import { temporaryFolder } from "../support/database";

const notes = table("notes", { id: int().primaryKey() });
const home = process.cwd();

afterEach(() => process.chdir(home));

async function write(place: string | URL): Promise<void> {
  const db = await connect(place);
  await (await db.table(notes)).insert([{ id: 1 }]);
  await db.close();
}

test("a database stays where it was opened when the working directory changes", async () => {
  const [one, two] = [temporaryFolder(), temporaryFolder()];
  process.chdir(one);
  const db = await connect("data");
  const t = await db.table(notes);
  await t.insert([{ id: 1 }]);
  process.chdir(two);
  await t.insert([{ id: 2 }]);
  expect(await (await db.table(notes)).count()).toBe(2);
  await db.table(table("later", { id: int().primaryKey() }));
  await db.embeddingCache.clear();
  await db.close();
  expect(readdirSync(two)).toEqual([]);
  expect(readdirSync(join(one, "data"))).toEqual(expect.arrayContaining(["notes.varve", "later.varve"]));
});

test("every way to write a folder leads to the same folder", async () => {
  const folder = temporaryFolder();
  const place = join(folder, "a b");
  mkdirSync(join(folder, "elsewhere"));
  process.chdir(folder);
  const { href } = pathToFileURL(place);
  const foreign = runInNewContext("({ href, protocol: 'file:' })", { href }) as URL;
  const ways = [
    "a b",
    "./a b",
    "elsewhere/../a b",
    place,
    href,
    new URL(href),
    foreign,
    "file:a%20b",
    "file:./a b",
    `file:${place}`,
  ];
  for (const way of ways) {
    const db = await connect(way);
    const t = await db.table(notes);
    await t.upsert([{ id: 1 }]);
    await db.close();
  }
  expect(readdirSync(folder).sort()).toEqual(["a b", "elsewhere"]);
});

test.each(["memory:", ":memory:", "memory://", "file::memory:"])(
  "%s is a database in memory",
  async (place) => {
    process.chdir(temporaryFolder());
    await write(place);
    expect(readdirSync(".")).toEqual([]);
  },
);

describe("what is no folder", () => {
  test.each(["s3a://bucket/data", "gcs://b/d", "abfs://c/d"])("%s is not there yet", async (place) => {
    process.chdir(temporaryFolder());
    await expect(connect(place)).rejects.toMatchObject({ code: "NOT_YET" });
    expect(readdirSync(".")).toEqual([]);
  });

  const odd = [
    "s3:/bucket/data",
    "s3:bucket",
    "s3://",
    "gs:///d",
    "s3://key:secret@bucket/d",
    "s3://bucket/d?region=x",
    "sqlite://x",
    "sqlite:x",
    "postgres://h/d",
    "memory:mine",
    "file:",
    "file://host/x",
    "file:./x?mode=ro",
    "file:%zz",
    "~/data",
    "file:~/data",
    "",
    "a\0b",
  ];
  test.each(odd)("%j is refused", async (place) => {
    process.chdir(temporaryFolder());
    const error: unknown = await connect(place).catch((error: unknown) => error);
    expect(error).toMatchObject({ code: "INVALID_ARGUMENT" });
    expect(String(error)).not.toContain("secret");
    expect(readdirSync(".")).toEqual([]);
  });

  test("a folder whose name looks like an address is written with ./", async () => {
    process.chdir(temporaryFolder());
    await write("./sqlite:x");
    expect(readdirSync(".")).toEqual(["sqlite:x"]);
  });
});
