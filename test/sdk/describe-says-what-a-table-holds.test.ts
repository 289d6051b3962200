import { embed, int, list, struct, type TableDescription, table, text, timestamp, vector } from "varve";
import { describe, expect, it } from "vitest";
import { memoryDatabase } from "../support/database";
import { hashEmbedding } from "../support/hash-embedding";

const docs = table(
  "docs",
  {
    id: text().primaryKey(),
    body: text(),
    lang: text({ enum: ["en", "de"] }).nullable(),
    tags: list(text()),
    at: timestamp(),
    thumb: vector(4, { metric: "l2", element: "f16" }).nullable(),
  },
  (c) => ({ vec: embed(hashEmbedding({ dimensions: 8 }), c.body) }),
);

describe("describe", () => {
  it("lists the columns with their types, in the order of the declaration", async () => {
    const t = await (await memoryDatabase()).table(docs);
    expect(await t.describe()).toEqual({
      name: "docs",
      primaryKey: "id",
      columns: [
        { name: "id", kind: "text", type: "text", nullable: false },
        { name: "body", kind: "text", type: "text", nullable: false, search: true },
        { name: "lang", kind: "text", type: 'one of "en", "de"', nullable: true, values: ["en", "de"] },
        {
          name: "tags",
          kind: "list",
          type: "list of text",
          nullable: false,
          item: { kind: "text", type: "text" },
        },
        { name: "at", kind: "timestamp", type: "timestamp", nullable: false },
        {
          name: "thumb",
          kind: "vector",
          type: "vector(4, f16, l2)",
          nullable: true,
          dimensions: 4,
          metric: "l2",
          element: "f16",
        },
        {
          name: "vec",
          kind: "vector",
          type: "vector(8, f32, cosine)",
          nullable: true,
          dimensions: 8,
          metric: "cosine",
          element: "f32",
          sources: ["body"],
          function: "hash",
          config: { dimensions: 8 },
        },
      ],
    });
  });

  it("says which texts are searched by their words, and how", async () => {
    const words = table("words", {
      plain: text(),
      german: text({ search: { language: "de", stopWords: true } }),
      silent: text({ search: false }),
      notes: list(struct({ note: text({ search: true }), by: text() })),
    });
    const { columns } = await (await (await memoryDatabase()).table(words)).describe();
    expect(columns.map(({ search }) => search)).toEqual([
      undefined,
      { language: "de", stopWords: true },
      undefined,
      undefined,
    ]);
    expect(columns[3]?.item?.fields).toEqual([
      { name: "note", kind: "text", type: "text", search: true },
      { name: "by", kind: "text", type: "text" },
    ]);
  });

  it("shows the same of a table that was opened by its name", async () => {
    const db = await memoryDatabase();
    const declared = await (await db.table(docs)).describe();
    expect(await (await db.openTable("docs")).describe()).toEqual(declared);
  });

  it("shows of a snapshot the columns of its version", async () => {
    const db = await memoryDatabase();
    const t = await db.table(table("plain", { id: text().primaryKey() }));
    const { version } = await t.insert([{ id: "a" }]);
    const later = await t.addColumn("views", int().nullable());
    const names = ({ columns }: TableDescription): string[] => columns.map((column) => column.name);
    expect(names(await later.describe())).toEqual(["id", "views"]);
    expect(names(await later.asOf(version).describe())).toEqual(["id"]);
  });
});
