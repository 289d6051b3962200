import { connect, int, json, list, table, text } from "varve";
import { expect, it } from "vitest";
import { temporaryFolder } from "../support/database";
import { stdioClient } from "../support/mcp";

const logs = table("logs", {
  id: text().primaryKey(),
  numbers: list(int()).nullable(),
  more: json().nullable(),
  body: text().nullable(),
});
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
