// Each of these is a mistake that would otherwise show at run time, or never. A line that compiles again makes this file fail.

import { embed, int, json, list, type Table, type TableView, table, tableFrom, text, vector } from "varve";
import { describe, test } from "vitest";
import { type docs, ofImages, ofText, t, untyped } from "./docs";

const thumb = new Float32Array(64);

describe("declarations", () => {
  test("know their sources", () => {
    // @ts-expect-error there is no such column
    table("x", { id: text() }, (c) => ({ v: embed(ofText, c.titel) }));
    // @ts-expect-error text cannot be embedded from a number
    table("x", { n: int() }, (c) => ({ v: embed(ofText, c.n) }));
    // @ts-expect-error a function for images takes no text
    table("x", { id: text() }, (c) => ({ v: embed(ofImages, c.id) }));
    // @ts-expect-error one of the sources is a vector
    table("x", { id: text(), v: vector(2) }, (c) => ({ w: embed(ofText, [c.id, c.v]) }));
  });

  test("know what a key can be", () => {
    // @ts-expect-error JSON is no key
    json().primaryKey();
    // @ts-expect-error a list is no key
    list(text()).primaryKey();
  });

  test("know what can be indexed by its values", () => {
    text({ enum: ["a"] })
      .nullable()
      .indexed()
      .default("a");
    list(int()).indexed(false);
    // @ts-expect-error JSON has no order
    json().indexed();
    // @ts-expect-error nor has a vector
    vector(3).indexed();
    // @ts-expect-error it is or it is not
    int().indexed("yes");
  });

  test("know the types of defaults", () => {
    // @ts-expect-error a text for an int
    int().default("0");
    // @ts-expect-error a value outside the enum
    text({ enum: ["a", "b"] }).default("c");
    // @ts-expect-error a metric that does not exist
    vector(3, { metric: "hamming" });
  });

  test("know what can be searched by words, and how", () => {
    text({
      search: { language: "de", analyzer: { ngrams: [2, 3] }, stem: false, stopWords: true, fold: false },
    });
    // @ts-expect-error a language that has no stems
    text({ search: { language: "tlh" } });
    // @ts-expect-error an analyzer that does not exist
    text({ search: { analyzer: "letters" } });
    // @ts-expect-error a closed set of texts
    text({ enum: ["a"], search: true });
    // @ts-expect-error no text
    int({ search: true });
  });
});

describe("writes", () => {
  test("are typed", async () => {
    // @ts-expect-error a required key is missing
    await t.insert([{ id: "1", thumb }]);
    // @ts-expect-error an unknown key
    await t.insert([{ id: "1", title: "x", thumb, titel: "x" }]);
    // @ts-expect-error a wrong type
    await t.insert([{ id: "1", title: 3, thumb }]);
    // @ts-expect-error null where there must be a value
    await t.insert([{ id: "1", title: null, thumb }]);
    // @ts-expect-error a value outside the enum
    await t.insert([{ id: "1", title: "x", thumb, lang: "es" }]);
    // @ts-expect-error a number for a bigint
    await t.insert([{ id: "1", title: "x", thumb, big: 3 }]);
    // @ts-expect-error a number for an instant
    await t.upsert([{ id: "1", title: "x", thumb, at: 1_800_000_000_000 }]);
    // @ts-expect-error a derived vector
    await t.insert([{ id: "1", title: "x", thumb, bodyVec: new Float32Array(8) }]);
    // @ts-expect-error a derived vector, and vectors are not let in
    await t.insert([{ id: "1", title: "x", thumb, bodyVec: new Float32Array(8) }], { vectors: false });
    // @ts-expect-error a row that lacks a column, alone
    await t.insert({ id: "1", title: "x" });
    // @ts-expect-error a row to merge without its key
    await t.upsert([{ title: "x" }], { merge: true });
    // @ts-expect-error a part of a row, and merge is not said
    await t.upsert([{ id: "1", title: "x" }]);
    // @ts-expect-error a version is a number
    await t.insert([], { ifVersion: "3" });
    // @ts-expect-error no such choice
    await t.insert([], { onDuplicate: "skip" });
    // @ts-expect-error an unknown option
    await t.insert([], { mesage: "x" });
  });

  test("set what can be set", async () => {
    // @ts-expect-error the key cannot be changed
    await t.update({ where: { id: "1" }, set: { id: "2" } });
    // @ts-expect-error an unknown column
    await t.update({ where: { id: "1" }, set: { titel: "x" } });
    // @ts-expect-error a wrong type
    await t.update({ where: { id: "1" }, set: { views: "3" } });
    // @ts-expect-error a derived vector
    await t.update({ where: { id: "1" }, set: { bodyVec: new Float32Array(8) } });
    // @ts-expect-error no word on which rows
    await t.update({ set: { title: "x" } });
    // @ts-expect-error no word on which rows
    await t.delete({});
    // @ts-expect-error no word at all
    await t.delete();
  });
});

describe("reads", () => {
  test("know the columns", async () => {
    // @ts-expect-error an unknown column
    await t.find({ select: ["titel"] });
    // @ts-expect-error an unknown column
    await t.get("1", { select: ["titel"] });
    // @ts-expect-error a key of another type
    await t.get(1);
    // @ts-expect-error an order by vectors
    await t.find({ orderBy: "thumb" });
    // @ts-expect-error an order by JSON
    await t.find({ orderBy: { column: "data" } });
    // @ts-expect-error a column that was not selected
    (await t.find({ select: ["id"] }))[0]?.title;
    // @ts-expect-error vectors are left out unless they are selected
    (await t.find())[0]?.thumb;
    // @ts-expect-error an unknown column of a scan
    t.scan({ select: ["titel"] });
  });

  test("of a table without a key cannot look one up", async () => {
    const keyless = table("x", { n: int() });
    const open = undefined as unknown as Table<typeof keyless>;
    // @ts-expect-error there is no key
    await open.get("1");
  });
});

describe("filters", () => {
  test("know the columns and their types", async () => {
    // @ts-expect-error an unknown column
    await t.count({ where: (c) => c.titel.eq("x") });
    // @ts-expect-error a text for a number
    await t.count({ where: (c) => c.views.gt("3") });
    // @ts-expect-error a value outside the enum
    await t.count({ where: (c) => c.lang.in(["en", "es"]) });
    // @ts-expect-error null is asked with isNull
    await t.count({ where: (c) => c.lang.eq(null) });
    // @ts-expect-error numbers have no pattern
    await t.count({ where: (c) => c.views.like("3%") });
    // @ts-expect-error booleans have no order
    await t.count({ where: (c) => c.active.gt(false) });
    // @ts-expect-error lists are asked what they contain
    await t.count({ where: (c) => c.tags.eq("x") });
    // @ts-expect-error a number in a list of texts
    await t.count({ where: (c) => c.tags.contains(3) });
    // @ts-expect-error an unknown part
    await t.count({ where: (c) => c.meta.autor.eq("x") });
    // @ts-expect-error vectors can only be null
    await t.count({ where: (c) => c.thumb.eq([1]) });
    // @ts-expect-error a boolean is no condition
    await t.count({ where: (c) => c.views.gt(3) && true });
    // @ts-expect-error an unknown column
    await t.count({ where: { titel: "x" } });
    // @ts-expect-error a wrong type
    await t.count({ where: { views: "3" } });
    // @ts-expect-error a wrong type inside an operator
    await t.count({ where: { views: { $in: ["3"] } } });
    // @ts-expect-error an unknown operator
    await t.count({ where: { lang: { $regex: "e" } } });
    // @ts-expect-error SQL as a mere text
    await t.count({ where: "lang = 'en'" });
  });
});

describe("search", () => {
  test("knows what a column is searched with", async () => {
    // @ts-expect-error no vector column
    await t.search("x", { column: "title" });
    // @ts-expect-error this column is not searched by text
    await t.search("x", { column: "thumb" });
    // @ts-expect-error this column is not searched by images
    await t.search(new Uint8Array(3), { column: "bodyVec" });
    // @ts-expect-error this column is not searched by text
    await t.search("x", { column: "imageVec" });
    // @ts-expect-error a number is no query
    await t.search(3);
    // @ts-expect-error an unknown column
    await t.search("x", { select: ["titel"] });
    // @ts-expect-error no such mode
    await t.search("x", { mode: "words" });
    // @ts-expect-error a span is searched by vectors
    await t.search("x", { mode: "hybrid", during: { from: 1, to: 2 } });
    // @ts-expect-error no such way
    await t.search("x", { fuse: "sum" });
    // @ts-expect-error a vector makes no groups
    await t.search("x", { groupBy: "thumb" });
    // @ts-expect-error an unknown column
    await t.search("x", { facets: ["titel"] });
    // @ts-expect-error a text is no score
    await t.search("x", { rerank: (_, hits) => hits.map((hit) => hit.title) });
    // @ts-expect-error a search says it, not a find
    await t.find({ select: ["_score"] });
    // @ts-expect-error each search has pages of its own
    await t.searchMany(["x"], { after: "1" });
    const across = await t.search("x", { during: { from: 1, to: 2 }, everyVersion: true, select: ["id"] });
    const ended: Date | undefined = across[0]?._to?.date;
    // @ts-expect-error a span has an end
    await t.search("x", { during: { from: 1 } });
    // @ts-expect-error only beside during
    await t.search("x", { everyVersion: true });
    // @ts-expect-error only hits across time have lifetimes
    const began = (await t.search("x"))[0]?._from;
    void [ended, began];
    // @ts-expect-error no such mode
    await t.search("x", { mode: "vektor" });
  });
});

describe("snapshots", () => {
  const then = t.asOf(3);

  test("only read", async () => {
    // @ts-expect-error the past cannot be written
    await then.insert([]);
    // @ts-expect-error the past cannot be written
    await then.upsert([]);
    // @ts-expect-error the past cannot be written
    await then.update({ where: {}, set: {} });
    // @ts-expect-error the past cannot be written
    await then.delete({ all: true });
    // @ts-expect-error the past cannot be written
    await then.restore(1);
    // @ts-expect-error tags are given to versions of the table
    await then.tag("x");
    // @ts-expect-error the past has no other past
    then.asOf(1);
    // @ts-expect-error a view may be a snapshot
    await (then as TableView<typeof docs>).insert([]);
    // @ts-expect-error a snapshot is no table
    const _table: Table<typeof docs> = then;
  });

  test("are asked for by points in the history", () => {
    // @ts-expect-error no point
    t.asOf(null);
    // @ts-expect-error no such kind of point
    t.asOf({ version: 3 });
    // @ts-expect-error an effective date is an instant
    t.asOf({ effective: 3 });
  });
});

test("a column is embedded again by a function of the same inputs", async () => {
  await t.reembed("bodyVec", ofText);
  // @ts-expect-error a function of images
  await t.reembed("bodyVec", ofImages);
  // @ts-expect-error not derived
  await t.reembed("thumb", ofText);
});

test("a purge says which rows, in one way", async () => {
  await t.purge({ keys: ["1"], dryRun: true });
  await untyped.purge({ where: { id: "1" }, message: "forgotten" });
  // @ts-expect-error which rows
  await untyped.purge();
  // @ts-expect-error which rows
  await t.purge({ dryRun: true });
  // @ts-expect-error keys of another type
  await t.purge({ keys: [1] });
  // @ts-expect-error one of both
  await t.purge({ keys: ["1"], where: { id: "1" } });
});

test("schemas of other libraries are Standard Schemas", () => {
  // @ts-expect-error an object is no schema
  tableFrom("x", { id: "string" });
});
