import { connect, embed, float, int, type Table, table, text, vector } from "varve";
import { builtin } from "varve/embeddings";
import { expectTypeOf, test } from "vitest";

const pages = table("pages", { id: int().primaryKey(), title: text(), note: text().nullable() });

declare const t: Table<typeof pages>;

test("an embedded column is added by the columns of the table, or as it is declared", async () => {
  const t2 = await t.addColumn("vec", (c) => embed(builtin(), c.title), { onProgress: () => undefined });
  await t2.search("text");
  expectTypeOf(await t2.get(1, { select: ["vec"] })).toEqualTypeOf<
    { vec: Float32Array | null } | undefined
  >();
  const t3 = await t.addColumn("vec", embed(builtin(), { name: "title" }));
  await t3.search("text", { column: "vec" });
  // @ts-expect-error a column that is not there
  await t.addColumn("vec", (c) => embed(builtin(), c.titel));
  // @ts-expect-error numbers are not embedded
  await t.addColumn("vec", (c) => embed(builtin(), c.id));
  const t4 = await t.addColumn("stars", int().default(3));
  expectTypeOf((await t4.find())[0]?.stars).toEqualTypeOf<number | undefined>();
  // @ts-expect-error vouching is for columns that are there
  await t.addColumn("stars", int().default(3), { vouch: true });
});

test("a renamed column has its type under the new name, and not under the old one", async () => {
  const t2 = await t.renameColumn("title", "headline");
  expectTypeOf((await t2.find())[0]?.headline).toEqualTypeOf<string | undefined>();
  await t2.insert([{ id: 1, headline: "x" }]);
  // @ts-expect-error the old name
  await t2.insert([{ id: 1, title: "x" }]);
  // @ts-expect-error the old name
  await t2.find({ where: (c) => c.title.eq("x") });
  // @ts-expect-error no such column
  await t.renameColumn("titel", "headline");
  const key = await t.renameColumn("id", "number");
  expectTypeOf((await key.get(1))?.number).toEqualTypeOf<number | undefined>();
  // @ts-expect-error the key is a number
  await key.get("1");
});

test("an altered column has its new type", async () => {
  const t2 = await t.alterColumn("title", text({ enum: ["a", "b"] }).nullable());
  expectTypeOf((await t2.find())[0]?.title).toEqualTypeOf<"a" | "b" | null | undefined>();
  const t3 = await (await t.addColumn("price", int().default(0))).alterColumn("price", float());
  expectTypeOf((await t3.find())[0]?.price).toEqualTypeOf<number | undefined>();
  const wide = await t.addColumn("vec", vector(256).nullable());
  await (await wide.alterColumn("vec", (c) => embed(builtin(), c.title), { vouch: true })).search("text");
});

test("a declaration says what a column was called, and the column keeps its type", async () => {
  const renamed = table("pages", {
    id: int().primaryKey(),
    headline: text().renamedFrom("title").nullable(),
  });
  expectTypeOf<(typeof renamed)["$row"]>().toEqualTypeOf<{ id: number; headline: string | null }>();
  // @ts-expect-error a name is a text
  text().renamedFrom(3);
  const db = await connect("memory:");
  const { steps } = await db.migrate(renamed, { dryRun: true, allowDrop: ["note"] });
  expectTypeOf(steps[0]?.call).toEqualTypeOf<string | undefined>();
  // @ts-expect-error columns are named one by one
  await db.migrate(renamed, { allowDrop: true });
});

test("a restore gives back the handle", async () => {
  const result = await t.restore(1);
  expectTypeOf(result.version).toEqualTypeOf<number>();
  expectTypeOf(result.table).toEqualTypeOf<Table<typeof pages>>();
});
