import { connect, embed, int, Registry, table, text } from "varve";
import { registry } from "varve/embeddings";
import { describe, expect, test } from "vitest";
import { diskDatabase, memoryDatabase, temporaryFolder } from "../support/database";
import { docs, openDocs, threeDocs } from "../support/docs";
import { hashEmbedding, hashVector } from "../support/hash-embedding";

describe("a database", () => {
  test("lists its tables, and drops them", async () => {
    const db = await memoryDatabase();
    expect(await db.tables()).toEqual([]);
    await db.table(table("b", { id: text() }));
    await db.table(table("a", { id: text() }));
    expect((await db.tables()).toSorted()).toEqual(["a", "b"]);
    await db.drop("a");
    expect(await db.tables()).toEqual(["b"]);
    await expect(db.drop("a")).rejects.toMatchObject({ code: "TABLE_NOT_FOUND" });
    await expect(db.openTable("a")).rejects.toMatchObject({ code: "TABLE_NOT_FOUND" });
  });

  test("opens the same table again", async () => {
    const db = await memoryDatabase();
    const t = await openDocs(threeDocs, db);
    const again = await db.table(docs);
    expect(await again.count()).toBe(3);
    await again.insert([{ id: "4", title: "x" }]);
    expect(await t.count()).toBe(4);
  });

  test("refuses names that lead elsewhere", async () => {
    const db = await diskDatabase(temporaryFolder());
    for (const name of ["../x", "a/b", ".", "a\u0000"]) {
      await expect(db.table(table(name, { id: text() }))).rejects.toMatchObject({ code: "INVALID_NAME" });
    }
  });

  test("is closed once, with its tables", async () => {
    const folder = temporaryFolder();
    const db = await connect(folder);
    const t = await db.table(table("t", { id: text().primaryKey() }));
    await t.insert([{ id: "1" }]);
    await t.close();
    await expect(t.count()).rejects.toMatchObject({ code: "CLOSED" });
    await db.close();
    await expect(db.tables()).rejects.toMatchObject({ code: "CLOSED" });
    await using again = await connect(folder);
    expect(await (await again.openTable("t")).count()).toBe(1);
  });
});

describe("a declaration", () => {
  test("that differs from the table on disk is refused", async () => {
    const db = await memoryDatabase();
    await db.table(table("t", { id: text().primaryKey(), n: int() }));
    const open = (definition: Parameters<typeof db.table>[0]): Promise<unknown> => db.table(definition);
    await expect(open(table("t", { id: text().primaryKey(), n: text() }))).rejects.toMatchObject({
      code: "SCHEMA_MISMATCH",
      where: { table: "t", column: "n" },
    });
    await expect(open(table("t", { id: text().primaryKey() }))).rejects.toMatchObject({
      where: { column: "n" },
    });
    await expect(open(table("t", { id: text(), n: int() }))).rejects.toMatchObject({
      code: "SCHEMA_MISMATCH",
    });
  });

  test("may leave out columns that may be null; they are not shown and stay empty", async () => {
    const db = await memoryDatabase();
    const whole = await db.table(table("t", { id: text().primaryKey(), n: int().nullable() }));
    await whole.insert([{ id: "1", n: 1 }]);
    const part = await db.table(table("t", { id: text().primaryKey() }));
    await part.insert([{ id: "2" }]);
    expect(await part.find()).toEqual([{ id: "1" }, { id: "2" }]);
    expect(await whole.find({ select: ["n"] })).toEqual([{ n: 1 }, { n: null }]);
  });
});

describe("by name", () => {
  const counted = table(
    "counted",
    { id: text().primaryKey(), body: text().nullable(), n: int().default(7) },
    (c) => ({
      vec: embed(hashEmbedding({ name: "of-a-registry" }), c.body),
    }),
  );

  test("rows are untyped, and constant defaults still hold", async () => {
    const db = await memoryDatabase();
    await db.table(table("t", { id: text().primaryKey(), n: int().default(7), m: int().default(() => 3) }));
    const t = await db.openTable("t");
    await t.insert([{ id: "1", m: 1 }]);
    expect(await t.find()).toEqual([{ id: "1", n: 7, m: 1 }]);
    await expect(t.insert([{ id: "2" }])).rejects.toMatchObject({
      code: "INVALID_ROW",
      where: { column: "m" },
    });
  });

  test("functions come from the registry", async () => {
    const own = new Registry().register(
      "of-a-registry",
      () => hashEmbedding({ name: "of-a-registry" }) as never,
    );
    const folder = temporaryFolder();
    await (await diskDatabase(folder)).table(counted);
    const t = await (await diskDatabase(folder, { registry: own })).openTable("counted");
    await t.insert([{ id: "1", body: "some words" }]);
    expect((await t.get("1", { select: ["vec"] }))?.["vec"]).toEqual(hashVector("some words"));
    expect(await t.search("some words", { select: ["id"], limit: 1 })).toMatchObject([{ id: "1" }]);
  });

  test("without its function a table is readable and searchable by vector", async () => {
    const db = await memoryDatabase();
    await (await db.table(counted)).insert([{ id: "1", body: "some words" }]);
    const t = await db.openTable("counted");
    expect(await t.find()).toEqual([{ id: "1", body: "some words", n: 7 }]);
    expect(await t.search(hashVector("some words") as never, { select: ["id"] })).toMatchObject([
      { id: "1" },
    ]);
    await t.insert([{ id: "2" }]);
    const unavailable = { code: "EMBEDDING_UNAVAILABLE", where: { table: "counted", column: "vec" } };
    await expect(t.search("some words")).rejects.toMatchObject(unavailable);
    await expect(t.insert([{ id: "3", body: "words" }])).rejects.toMatchObject(unavailable);
    await expect(t.update({ where: { id: "1" }, set: { body: "x" } })).rejects.toMatchObject(unavailable);
    expect(await t.count()).toBe(2);
    await t.insert([{ id: "3", body: "words", vec: hashVector("words") }], { vectors: true });
  });

  test("a function with other vectors is not taken", async () => {
    const db = await memoryDatabase({
      registry: new Registry().register(
        "of-a-registry",
        () => hashEmbedding({ name: "of-a-registry", dimensions: 3 }) as never,
      ),
    });
    await db.table(counted);
    const t = await db.openTable("counted");
    await expect(t.search("x")).rejects.toThrow("makes vectors of 3 dimensions; the column has 16");
  });
});

describe("a registry", () => {
  test("knows the functions of the package, and each name once", () => {
    expect(registry.names()).toContain("builtin");
    const own = new Registry().register("x", () => hashEmbedding() as never);
    expect(() => own.register("x", () => hashEmbedding() as never)).toThrow("already registered");
    expect(() => own.resolve({ name: "y", config: {} })).toThrow(
      'No embedding function is registered as "y"',
    );
  });

  test("does not make the built-in function of another revision", () => {
    const config = { model: "varve-static-en", revision: "0" };
    expect(() => registry.resolve({ name: "builtin", config })).toThrow("revision 0");
  });
});
