// What `migrate` is told holds for the whole of it: the version that must be the newest, the signal, and the options of its commits.

import { type Database, embed, table, text, type VarveError } from "varve";
import { describe, expect, test } from "vitest";
import { memoryDatabase } from "../support/database";
import { hashEmbedding } from "../support/hash-embedding";

const fn = hashEmbedding();
const columns = { id: text().primaryKey(), body: text() };
const before = table("docs", columns);
const after = table("docs", { ...columns, note: text().nullable() }, (c) => ({
  vec: embed(fn, c.body),
  other: embed(fn, c.note),
}));

async function old(): Promise<Database> {
  const db = await memoryDatabase();
  await (await db.table(before)).insert({ id: "1", body: "refunds" });
  return db;
}

async function failureOf(call: Promise<unknown>): Promise<VarveError> {
  return (await call.then(
    () => undefined,
    (failure: unknown) => failure,
  )) as VarveError;
}

describe("ifVersion", () => {
  test("is demanded of the first commit of several", async () => {
    const db = await old();
    const { steps } = await db.migrate(after, { ifVersion: 1 });
    expect(steps.map(({ column }) => column)).toEqual(["note", "vec", "other"]);
    expect(await (await db.table(after)).version()).toBe(4);
  });

  test("that is not the newest changes nothing", async () => {
    const db = await old();
    expect(await failureOf(db.migrate(after, { ifVersion: 0 }))).toMatchObject({ code: "CONFLICT" });
    expect(await (await db.openTable("docs")).version()).toBe(1);
  });

  test("of a table that is not there can only be 0", async () => {
    const db = await memoryDatabase();
    const error = await failureOf(db.migrate(after, { ifVersion: 3 }));
    expect(error).toMatchObject({ code: "CONFLICT", where: { table: "docs" } });
    expect(await db.tables()).toEqual([]);
    expect((await db.migrate(after, { ifVersion: 0 })).steps).toMatchObject([{ kind: "createTable" }]);
  });
});

describe("options that make no sense", () => {
  const odd = [{ ifVersion: -1 }, { message: 3 }, { effectiveAt: "soon" }, { properties: 1n }];
  const cases = odd.map((options) => [Object.keys(options).join(), options] as const);

  test.each(cases)("are refused where there is nothing to do: %s", async (_name, options) => {
    const db = await old();
    for (const definition of [before, table("new", columns)])
      for (const dryRun of [false, true]) {
        const call = db.migrate(definition, { ...(options as object), dryRun });
        expect(await failureOf(call)).toMatchObject({ code: "INVALID_ARGUMENT" });
      }
    expect(await db.tables()).toEqual(["docs"]);
  });
});

describe("a signal", () => {
  test("that is aborted is looked at before anything", async () => {
    const db = await old();
    const signal = AbortSignal.abort();
    for (const definition of [before, table("new", columns)])
      expect(await failureOf(db.migrate(definition, { signal }))).toMatchObject({ code: "ABORTED" });
    expect(await db.tables()).toEqual(["docs"]);
  });

  test("ends a migration before its columns change", async () => {
    const db = await old();
    const controller = new AbortController();
    const call = db.migrate(table("docs", { ...columns, note: text().nullable() }), {
      signal: controller.signal,
    });
    controller.abort();
    expect(await failureOf(call)).toMatchObject({ code: "ABORTED" });
    expect(await (await db.openTable("docs")).version()).toBe(1);
  });

  test("keeps a table from being created", async () => {
    const db = await memoryDatabase();
    const controller = new AbortController();
    const call = db.migrate(after, { signal: controller.signal });
    controller.abort();
    expect(await failureOf(call)).toMatchObject({ code: "ABORTED" });
    expect(await db.tables()).toEqual([]);
  });

  test("keeps addColumn from adding a plain column", async () => {
    const t = await (await old()).table(before);
    const signal = AbortSignal.abort();
    expect(await failureOf(t.addColumn("note", text().nullable(), { signal }))).toMatchObject({
      code: "ABORTED",
    });
    expect(await t.version()).toBe(1);
  });
});

test("a table that somebody else makes meanwhile is migrated", async () => {
  const db = await memoryDatabase();
  for (let round = 0; round < 20; round++) {
    const name = `docs${round}`;
    const wanted = table(name, { ...columns, note: text().nullable() });
    // Where this one is made first, the migration finds another table than it looked for.
    const other = db.table(table(name, columns));
    await Promise.all([db.migrate(wanted), other]);
    await expect(db.table(wanted)).resolves.toBeDefined();
  }
});
