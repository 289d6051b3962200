import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Workplace } from "../support/varve-command";

let place: Workplace;

beforeAll(() => {
  place = new Workplace();
  place.write("docs/a.md", "# A\n\nabout apples\n");
  place.run("ingest", "docs");
});

afterAll(() => place[Symbol.dispose]());

describe("the command line", () => {
  it("shows the log, in words and as JSON", () => {
    expect(place.json("log")).toEqual({
      table: "docs",
      commits: [
        {
          version: 1,
          committedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
          effectiveAt: null,
          operation: "upsert",
          inserted: 1,
          updated: 0,
          deleted: 0,
          message: "ingest docs",
          properties: null,
          tags: [],
        },
      ],
    });
    expect(place.run("log").stdout).toMatch(
      /^ {4}1 {2}\d{4}-\d\d-\d\d \d\d:\d\dZ {2}upsert {2}\+1 ~0 -0 {2}ingest docs\n$/,
    );
  });

  it("lists tables", () => {
    const { tables } = place.json<{ tables: object[] }>("tables");
    expect(tables).toMatchObject([{ name: "docs", version: 1, rows: 1, deadRows: 0, retentionMs: null }]);
    expect(place.run("tables").stdout).toMatch(/^docs {2}version 1 {2}1 row {2}\d+(\.\d)? k?B in 1 file\n$/);
  });

  it("compares versions", () => {
    const row = {
      id: "docs/a.md#a",
      source: "docs",
      path: "a.md",
      heading: "A",
      body: "about apples",
      start: 5,
      end: 17,
    };
    expect(place.json("diff", "0")).toEqual({
      table: "docs",
      from: 0,
      to: 1,
      added: [row],
      removed: [],
      changed: [],
    });
    expect(place.json("diff", "1", "0")).toMatchObject({ added: [], removed: [row] });
    expect(place.json("diff", "0", "--where", "path = 'b.md'")).toMatchObject({ added: [] });
    expect(place.run("diff", "0").stdout).toBe(
      "docs, version 0 to 1: 1 new, 0 changed, 0 gone\n  + docs/a.md#a\n",
    );
  });

  it("makes, lists and removes tags", () => {
    expect(place.json("tag", "first", "--as-of", "1")).toEqual({
      table: "docs",
      tag: { name: "first", version: 1 },
    });
    expect(place.json("tag", "empty", "--as-of", "0")).toMatchObject({ tag: { version: 0 } });
    const tags = [
      { name: "empty", version: 0 },
      { name: "first", version: 1 },
    ];
    expect(place.json("tag")).toEqual({ table: "docs", tags });
    expect(place.run("tag").stdout).toBe("    0  empty\n    1  first\n");
    expect(place.json("log")).toMatchObject({ commits: [{ tags: ["first"] }] });
    expect(place.json("tag", "first", "--delete")).toEqual({ table: "docs", deleted: "first" });
    expect(place.json("tag")).toMatchObject({ tags: [{ name: "empty" }] });
  });

  it("verifies", () => {
    const tables = [
      {
        name: "docs",
        ok: true,
        files: expect.any(Number),
        bytes: expect.any(Number),
        problems: [],
        warnings: [],
      },
    ];
    expect(place.json("verify")).toEqual({ ok: true, tables });
    expect(place.run("verify").stdout).toMatch(/^docs: ok, \d+ files?, /);
  });

  it("helps", () => {
    const names = [
      "ingest",
      "search",
      "timeline",
      "eval",
      "log",
      "diff",
      "tag",
      "tables",
      "verify",
      "mcp",
      "studio",
    ];
    const help = place.run("help");
    expect(help).toMatchObject({ code: 0, stderr: "" });
    expect([place.run().stdout, place.run("--help").stdout]).toEqual([help.stdout, help.stdout]);
    for (const name of names) {
      expect(help.stdout).toMatch(new RegExp(`^  ${name}\\b`, "m"));
      const own = place.run("help", name);
      expect(own).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(new RegExp(`^varve ${name}\\b.*--json`, "s")),
      });
      expect(place.run(name, "--help")).toEqual(own);
      for (const line of own.stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
    }
    expect(place.run("--version")).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });
});
