import type {
  Explanation,
  Highlight,
  KeyOf,
  SelectedRow,
  Table,
  TableView,
  UntypedTable,
  VarveError,
} from "varve";
import { sql } from "varve";
import { describe, expectTypeOf, test } from "vitest";
import { type docs, ofText, t, untyped } from "./docs";

interface Doc {
  id: string;
  title: string;
  body: string | null;
  lang: "en" | "de" | "fr" | null;
  views: number;
  big: bigint | null;
  active: boolean;
  at: Date;
  day: string | null;
  image: Uint8Array | null;
  tags: string[];
  meta: { author: string; pages: number | null } | null;
  data: { a: number } | null;
}

describe("rows", () => {
  test("have every column but the vectors", () => {
    expectTypeOf<typeof docs.$row>().toEqualTypeOf<Doc>();
    expectTypeOf(t.get("1")).resolves.toEqualTypeOf<Doc | undefined>();
    expectTypeOf(t.find()).resolves.toEqualTypeOf<Doc[]>();
  });

  test("have what is selected", async () => {
    const rows = await t.find({ select: ["id", "thumb", "bodyVec"] });
    expectTypeOf(rows).toEqualTypeOf<{ id: string; thumb: Float32Array; bodyVec: Float32Array | null }[]>();
    expectTypeOf(t.get("1", { select: ["meta"] })).resolves.toEqualTypeOf<
      { meta: { author: string; pages: number | null } | null } | undefined
    >();
    for await (const batch of t.scan({ select: ["at"] })) expectTypeOf(batch).toEqualTypeOf<{ at: Date }[]>();
    expectTypeOf<SelectedRow<typeof docs, "id">>().toEqualTypeOf<{ id: string }>();
  });

  test("of a search have a score and a distance", async () => {
    const hits = await t.search("x", { column: "bodyVec", select: ["id"], mode: "vector" });
    expectTypeOf(hits[0]).toEqualTypeOf<
      { id: string; readonly _score: number; readonly _distance: number } | undefined
    >();
    expectTypeOf(hits.reason).toEqualTypeOf<string | undefined>();
    expectTypeOf(hits.cursor).toEqualTypeOf<string | undefined>();
    const near = await t.search(new Float32Array(64), { column: "thumb", select: ["_distance"] });
    expectTypeOf(near[0]?._distance).toEqualTypeOf<number | undefined>();
    const [fused] = await t.search("x", { mode: "hybrid", select: ["id"] });
    expectTypeOf(fused?._distance).toEqualTypeOf<number | null | undefined>();
    expectTypeOf(fused?._textScore).toEqualTypeOf<number | undefined>();
    expectTypeOf(fused?._textRank).toEqualTypeOf<number | null | undefined>();
    const [either] = await t.search("x", { select: ["id", "_textScore", "_distance"] });
    expectTypeOf(either).toEqualTypeOf<
      | {
          id: string;
          readonly _distance: number | null;
          readonly _textScore?: number;
          readonly _highlights?: readonly Highlight[];
        }
      | undefined
    >();
    const scored = await t.search("x", {
      mode: "vector",
      select: ["id", "_score"],
      rerank: (_, all) => all.map((hit) => hit._score),
    });
    expectTypeOf(scored[0]).toEqualTypeOf<{ id: string; readonly _score: number } | undefined>();
    const [best] = await t.search("x", { groupBy: "lang", facets: ["lang"], select: ["id"] });
    expectTypeOf(best?._count).toEqualTypeOf<number | undefined>();
    const [many] = await t.searchMany(["x", new Float32Array(384)], { select: ["id"] });
    expectTypeOf(many?.[0]?.id).toEqualTypeOf<string | undefined>();
    const all = await t.asOf(3).search(new Float32Array(64), { column: "thumb" });
    expectTypeOf(all[0]?.lang).toEqualTypeOf<"en" | "de" | "fr" | null | undefined>();
  });

  test("of a diff come in pairs", async () => {
    const { added, changed } = await t.diff(1, 2, { select: ["id"] });
    expectTypeOf(added).toEqualTypeOf<{ id: string }[]>();
    expectTypeOf(changed[0]?.before).toEqualTypeOf<{ id: string } | undefined>();
  });

  test("of a table that was opened by its name are untyped", async () => {
    const rows = await untyped.find({ select: ["anything"], where: { anything: 1 }, orderBy: "anything" });
    expectTypeOf(rows[0]?.["anything"]).toEqualTypeOf<unknown>();
    await untyped.insert([{ anything: 1 }]);
    await untyped.search("text", {
      column: "anything",
      where: (c) => c["lang"]?.eq("en") ?? sql`lang = 'en'`,
    });
    await untyped.update({ all: true, set: { anything: 1 } });
    expectTypeOf<KeyOf<UntypedTable>>().toEqualTypeOf<string | number | bigint>();
  });
});

describe("writes", () => {
  test("take what has no default and is not null, and the rest if you like", async () => {
    await t.insert([{ id: "1", title: "x", thumb: new Float32Array(64) }]);
    await t.insert([
      { id: "1", title: "x", thumb: [1, 2, 3], lang: "en", views: 3, body: null, at: undefined },
    ]);
    await t.upsert(new Set<typeof docs.$insert>());
    await t.insert((async function* () {})() as AsyncIterable<typeof docs.$insert>);
    expectTypeOf<(typeof docs.$insert)["lang"]>().toEqualTypeOf<"en" | "de" | "fr" | null | undefined>();
  });

  test("bring vectors of their own only when they say so", async () => {
    await t.insert([{ id: "1", title: "x", thumb: [1], bodyVec: new Float32Array(8), fullVec: null }], {
      vectors: true,
    });
    await t.update({ where: { id: "1" }, set: { bodyVec: [1, 2] }, vectors: true });
    expectTypeOf(await t.reembed("bodyVec", ofText)).toEqualTypeOf(t);
  });

  test("set anything but the key", async () => {
    await t.update({ where: { id: "1" }, set: { title: "x", lang: null } });
    expectTypeOf<keyof typeof docs.$update>().toEqualTypeOf<Exclude<keyof Doc, "id"> | "thumb">();
  });
});

test("filters know the columns and their types", async () => {
  await t.count({
    where: (c) => c.lang.in(["en", "de"]).and(c.at.gte(new Date())).or(c.views.between(1, 2).not()),
  });
  await t.count({
    where: (c) => c.meta.author.like("a%").and(c.meta.pages.gt(3)).and(c.meta.field("author").eq("x")),
  });
  await t.count({
    where: (c) =>
      c.data
        .path("a")
        .eq(1)
        .and(c.tags.containsAny(["x"]))
        .and(c.bodyVec.isNull()),
  });
  await t.count({ where: (c) => c.image.isNotNull().and(c.active.eq(true)).and(c.big.gt(1n)) });
  await t.count({
    where: { lang: "en", views: { $gt: 1, $in: [1, 2] }, at: { $gte: "2026-01-01" }, tags: "x" },
  });
  await t.count({
    where: { $or: [{ lang: null }, { "meta.author": { $eq: "me" } }], bodyVec: { $exists: true } },
  });
  await t.count({ where: sql`lang = ${"en"}` });
});

test("an explanation names what it counts", async () => {
  const explained = await t.explain("words");
  expectTypeOf(explained).toEqualTypeOf<Explanation>();
  expectTypeOf(explained.exact).toEqualTypeOf<boolean>();
  expectTypeOf(explained.scanned).toEqualTypeOf<number>();
  expectTypeOf(explained.reason).toEqualTypeOf<string | undefined>();
  // @ts-expect-error a count that there is not
  explained.scannd;
  // @ts-expect-error what was counted does not change
  explained.rows = 0;
});

test("columns can be added and dropped, and the types follow", async () => {
  const { text } = await import("varve");
  const more = await t.addColumn("summary", text().nullable());
  expectTypeOf((await more.find())[0]?.summary).toEqualTypeOf<string | null | undefined>();
  const less = await t.dropColumn("body");
  const [row] = await less.find();
  expectTypeOf<keyof NonNullable<typeof row>>().toEqualTypeOf<Exclude<keyof Doc, "body">>();
});

test("any table and any snapshot is a view, and any table can be taken without its types", () => {
  expectTypeOf(t).toExtend<TableView<typeof docs>>();
  expectTypeOf(t.asOf(1)).toExtend<TableView<typeof docs>>();
  expectTypeOf(t.untyped).toEqualTypeOf<Table>();
});

test("the codes of errors are a closed union", () => {
  expectTypeOf<"CONFLICT">().toExtend<VarveError["code"]>();
  expectTypeOf<"SOMETHING">().not.toExtend<VarveError["code"]>();
});
