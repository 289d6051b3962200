import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fillNotes, stdioClient } from "../support/mcp";

const folder = mkdtempSync(join(tmpdir(), "varve-mcp-"));

beforeAll(() => fillNotes(folder));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const search = { table: "notes", query: "refunds" };
const note = { id: "x", body: "y", lang: "en" };
const odd: readonly [tool: string, args: Record<string, unknown>][] = [
  ["search", {}],
  ["search", { table: "nothing", query: "x" }],
  ["search", { table: "notes" }],
  ["search", { ...search, query: " " }],
  ["search", { ...search, query: "x".repeat(5000) }],
  ["search", { ...search, limit: 51 }],
  ["search", { ...search, limit: "5" }],
  ["search", { ...search, asOf: "v1" }],
  ["search", { ...search, as_of: "2026-02-30" }],
  ["search", { ...search, as_of: "v99" }],
  ["search", { ...search, as_of: "@nobody" }],
  ["search", { ...search, mode: "magic" }],
  ["search", { ...search, explain: "yes" }],
  ["search", { ...search, select: ["vec"] }],
  ["search", { ...search, select: [] }],
  ["search", { ...search, where: "nothing = 1" }],
  ["search", { ...search, where: "views > " }],
  ["search", { ...search, where: "views > 1; DROP TABLE notes" }],
  ["search", { table: "words", query: "alpha" }],
  ["search_over_time", { ...search, from: "tomorrow-ish" }],
  ["timeline", { ...search, from: "v99" }],
  ["timeline", { ...search, limit: 51 }],
  ["timeline", { ...search, mode: "text" }],
  ["timeline", { table: "words", query: "alpha" }],
  ["get", { table: "notes", keys: [] }],
  ["get", { table: "notes", keys: [{ id: "refunds" }] }],
  ["get", { table: "words", keys: ["alpha"] }],
  ["find", { table: "notes", order_by: [{ column: "body", down: true }] }],
  ["find", { table: "notes", order_by: [{ column: "nothing" }] }],
  ["find", { table: "notes", offset: -1 }],
  ["history", { table: "notes", before: 0 }],
  ["diff", { table: "notes" }],
  ["diff", { table: "words", from: "v1" }],
  ["describe_table", { table: "../notes" }],
  ["upsert", { table: "notes", rows: [] }],
  ["upsert", { table: "notes", rows: ["refunds"] }],
  ["upsert", { table: "notes", rows: [{ id: "x", body: 1 }] }],
  ["upsert", { table: "notes", rows: [{ id: "x", body: "y", colour: "red" }] }],
  ["upsert", { table: "notes", rows: [{ id: "x", body: "y", lang: "en", raw: "not base 64!" }] }],
  ["upsert", { table: "notes", rows: [{ id: "x", body: "y", lang: "en" }], effective_at: "v1" }],
  ["upsert", { table: "notes", rows: [{ ...note, effective_at: 1 }] }],
  ["upsert", { table: "notes", rows: [{ ...note, body: undefined }] }],
  ["upsert", { table: "notes", rows: [{ ...note, lang: undefined }], replace: true }],
  ["upsert", { table: "notes", rows: [{ ...note, vec: [1, 2] }] }],
  ["upsert", { table: "notes", rows: [{ ...note, views: 1.5 }] }],
  ["upsert", { table: "notes", rows: [{ ...note, at: "yesterday" }] }],
  ["upsert", { table: "notes", rows: [{ ...note, raw: [1] }] }],
  ["upsert", { table: "notes", rows: [{ ...note, body: "\ud800" }] }],
  ["upsert", { table: "notes", rows: [note, note] }],
  ["upsert", { table: "notes", rows: [note], effective_at: "2020-01-01" }],
  ["upsert", { table: "notes", rows: [note], effective_at: "2926-01-01" }],
  ["upsert", { table: "notes", rows: [note], if_version: 1 }],
  ["find", { table: "notes", where: "raw = 'x'" }],
  ["find", { table: "notes", where: "views = 1.5" }],
  ["find", { table: "notes", where: "views LIKE 'a'" }],
  ["find", { table: "notes", where: "at > 'nonsense'" }],
  ["find", { table: "notes", where: "(".repeat(100) }],
  ["tag", { table: "notes", name: "launch" }],
  ["upsert", { table: "words", rows: [{ word: "gamma" }] }],
  ["delete", { table: "words", keys: ["alpha"] }],
  ["tag", { table: "notes", name: "a/b" }],
  ["restore", { table: "notes", to: "v99" }],
];

it("what a model gets wrong is said with code, message and hint, and the server goes on", async () => {
  const served = await stdioClient(folder, "--write");
  const said: unknown[] = [];
  for (const [tool, args] of odd) said.push([tool, await served.failure(tool, args)]);
  const text = JSON.stringify(said).replace(/after now \([^)]*\)/, "after now (…)");
  expect(text).not.toMatch(/\w\(|=>|`|bigint|Uint8Array|new Date|effectiveAt|Open the table|declare/i);
  expect(JSON.parse(text)).toMatchSnapshot();
  await expect(served.call("no_such_tool", {})).rejects.toThrow('There is no tool "no_such_tool".');
  await expect(served.call("toString", {})).rejects.toThrow("There is no tool");
  expect(await served.answer("find", { table: "notes" })).toMatchObject({ version: 3, count: 2 });
});

it("long texts are cut, with a note, and get shows more of them", async () => {
  const long = mkdtempSync(join(tmpdir(), "varve-mcp-"));
  try {
    await fillNotes(long);
    const served = await stdioClient(long, "--write");
    await served.answer("upsert", {
      table: "notes",
      rows: [{ id: "long", body: `The castle ${"is old and ".repeat(1000)}`, lang: "en" }],
    });
    const found = await served.answer("search", { table: "notes", query: "castle", limit: 1 });
    expect(found["note"]).toMatch(/cut/);
    const [hit] = found["results"] as { row: { body: string } }[];
    expect(hit?.row.body.length).toBeLessThan(2100);
    const got = await served.answer("get", { table: "notes", keys: ["long"] });
    const [row] = got["rows"] as { row: { body: string } }[];
    expect(row?.row.body.length).toBe(11_011);
  } finally {
    rmSync(long, { recursive: true, force: true });
  }
});
