import { connect, embed, int, json, list, table, text } from "varve";
import { builtin } from "varve/embeddings";
import { expect, it } from "vitest";
import { temporaryFolder } from "../support/database";
import { stdioClient } from "../support/mcp";

const logs = table("logs", {
  id: text().primaryKey(),
  numbers: list(int()).nullable(),
  more: json().nullable(),
  body: text().nullable(),
});
const notes = table("notes", { id: text().primaryKey(), body: text(), more: list(int()) }, (c) => ({
  vec: embed(builtin(), c.body),
}));
const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at);

it("cut lists and objects say how much is missing, and get shows more of them", async () => {
  const folder = temporaryFolder();
  const db = await connect(folder);
  const keys = Object.fromEntries(upTo(103).map((at) => [`k${at}`, at]));
  const t = await db.table(logs);
  await t.insert([
    { id: "list", numbers: upTo(150) },
    { id: "object", more: keys },
    { id: "both", numbers: upTo(1200), body: "x".repeat(3000) },
    { id: "short", numbers: upTo(100), body: "x" },
  ]);
  await db.close();
  const served = await stdioClient(folder);
  const find = async (id: string) => await served.answer("find", { table: "logs", where: `id = '${id}'` });
  const get = async (id: string) => await served.answer("get", { table: "logs", keys: [id] });
  expect(await find("list")).toMatchObject({
    rows: [{ numbers: [...upTo(100), "… (50 more)"] }],
    note: "Some lists are cut; get shows more of them.",
  });
  const whole = await get("list");
  expect(whole).toMatchObject({ rows: [{ row: { numbers: upTo(150) } }] });
  expect(whole).not.toHaveProperty("note");
  const [shown] = (await find("object"))["rows"] as { more: Record<string, unknown> }[];
  expect(Object.entries(shown?.more ?? {}).slice(-2)).toEqual([
    ["k99", 99],
    ["…", "… (3 more)"],
  ]);
  expect((await find("both"))["note"]).toBe("Some texts and lists are cut; get shows more of them.");
  expect(await get("both")).toMatchObject({
    rows: [{ row: { numbers: [...upTo(1000), "… (200 more)"], body: "x".repeat(3000) } }],
    note: "Some lists are cut.",
  });
  expect(await find("short")).not.toHaveProperty("note");
});

it("a search whose rows are long themselves names get, and one of too many rows asks for fewer", async () => {
  const folder = temporaryFolder();
  const db = await connect(folder);
  const t = await db.table(notes);
  await t.insert(upTo(15).map((id) => ({ id: `${id}`, body: `castle ${"x".repeat(1900)}`, more: [] })));
  await t.insert([{ id: "list", body: "a boat", more: upTo(150) }]);
  await t.insert([{ id: "text", body: `a lantern ${"y".repeat(3000)}`, more: [] }]);
  await db.close();
  const served = await stdioClient(folder);
  const note = async (tool: string, query: string, where: string, limit: number) =>
    (await served.answer(tool, { table: "notes", query, where, limit }))["note"];
  for (const tool of ["search", "search_over_time", "timeline"]) {
    const get = "get shows more of them, as of the version of each.";
    expect(await note(tool, "boat", "id = 'list'", 1)).toContain(`Some lists are cut; ${get}`);
    expect(await note(tool, "lantern", "id IN ('list', 'text')", 2)).toMatch(/Some texts.* are cut; get/);
  }
  const fewer = "Some texts and lists are cut; ask for fewer results to read more of each.";
  expect(await note("search", "castle", "id NOT IN ('list', 'text')", 15)).toBe(fewer);
  expect(await note("search", "castle", "id NOT IN ('list', 'text')", 5)).toBeUndefined();
});

it("an offset past the last row is said to be one", async () => {
  const folder = temporaryFolder();
  const db = await connect(folder);
  await (await db.table(logs)).insert([{ id: "a" }, { id: "b" }]);
  await db.close();
  const served = await stdioClient(folder);
  const from = async (offset: number) => await served.answer("find", { table: "logs", offset, limit: 1 });
  expect((await from(0))["note"]).toBe("1 more match: ask on with offset 1.");
  expect(await from(1)).not.toHaveProperty("note");
  expect(await from(2)).toMatchObject({
    count: 2,
    rows: [],
    note: "Only 2 match: with offset 2, all of them are left out.",
  });
});
