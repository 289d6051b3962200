import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Run, Workplace } from "../support/varve-command";

let place: Workplace;

beforeAll(() => {
  place = new Workplace();
  place.write("docs/a.md", "# A\n\nabout apples\n");
  place.run("ingest", "docs");
  place.run("ingest", "docs", "--table", "other");
});

afterAll(() => place[Symbol.dispose]());

function expectFailure(run: Run, code: number): void {
  expect(run.stdout).toBe("");
  expect(run.stderr).toMatch(/^varve: \S/);
  expect(run.stderr).not.toMatch(/^\s+at /m);
  expect(run.code).toBe(code);
}

describe("a command line that makes no sense", () => {
  const lines = [
    ["nonsense"],
    ["toString"],
    ["constructor"],
    [""],
    ["--nonsense"],
    ["help", "nonsense"],
    ["search"],
    ["search", ""],
    ["search", "  "],
    ["search", "two", "words"],
    ["search", "x", "--nonsense"],
    ["search", "x", "--limit"],
    ["search", "x", "--limit", "0"],
    ["search", "x", "--limit", "-1"],
    ["search", "x", "--limit=-1"],
    ["search", "x", "--limit", "1e3"],
    ["search", "x", "--limit", "99999999999999999999"],
    ["search", "x", "--limit", "١"],
    ["search", "x", "--limit", ""],
    ["search", "x", "--where", ""],
    ["search", "x", "--mode", ""],
    ["search", "x", "--mode", "best"],
    ["search", "x", "--as-of", ""],
    ["search", "x", "--as-of", "tag:"],
    ["search", "x", "--json=yes"],
    ["search", "x", "--db", ""],
    ["search", "x", "--db"],
    ["timeline"],
    ["timeline", " "],
    ["timeline", "x", "--limit", "0"],
    ["timeline", "x", "--select", ""],
    ["timeline", "x", "--as-of", "1"],
    ["timeline", "x", "--from", "3 dais ago"],
    ["eval"],
    ["eval", ""],
    ["eval", "questions.jsonl", "more"],
    ["eval", "questions.jsonl", "--limit", "0"],
    ["eval", "questions.jsonl", "--where", ""],
    ["eval", "questions.jsonl", "--at", "1"],
    ["ingest"],
    ["ingest", ""],
    ["ingest", "docs", "more"],
    ["ingest", "docs", "--into", "x"],
    ["ingest", "docs", "--effective-at", "yesturday"],
    ["ingest", "docs", "--effective-at", "12"],
    ["ingest", "docs", "--effective-at", "@launch"],
    ["ingest", "docs", "--effective-at", "nonsense"],
    ["ingest", "docs", "--effective-at", "2026-02-30"],
    ["ingest", "docs", "--effective-at", "2026-09-30T12:00"],
    ["ingest", "docs", "--effective-at", "2026-09-30T25:00Z"],
    ["search", "x", "--as-of", "2026-02-30"],
    ["search", "x", "--as-of", "2026-09-30T12:00"],
    ["search", "x", "--as-of", "effective:nonsense"],
    ["search", "x", "--as-of", "3 dais ago"],
    ["search", "x", "--as-of", "99999999999999999999"],
    ["search", "x", "--as-of", "../../etc/passwd"],
    ["diff", "2026-13-01"],
    ["tag", "x", "--as-of", "2026-00-01"],
    ["log", "extra"],
    ["diff"],
    ["tag", "--delete"],
    ["tag", "--as-of", "1"],
    ["tag", "x", "--delete", "--as-of", "1"],
  ];

  it.each(lines.map((line) => [line]))("%j ends with 2", (line) => {
    expectFailure(place.run(...line), 2);
  });

  it("names the option whose date is none", () => {
    const run = place.run("ingest", "docs", "--db", "undated.db", "--effective-at", "nonsense");
    expect(run.stderr).toContain('--effective-at is not a date: "nonsense".');
    expect(readdirSync(place.folder)).not.toContain("undated.db");
  });

  it("is refused where it does not say which of several tables", () => {
    place.run("ingest", "docs", "--db", "two.db", "--table", "a");
    place.run("ingest", "docs", "--db", "two.db", "--table", "b");
    const run = place.run("log", "--db", "two.db");
    expectFailure(run, 2);
    expect(run.stderr).toContain("a, b");
  });
});

describe("what cannot be done", () => {
  const lines = [
    ["search", "x", "--db", "nowhere"],
    ["ingest", "nowhere"],
    ["ingest", "docs/a.md"],
    ["ingest", "docs", "--db", "docs/a.md"],
    ["ingest", "docs", "--db", "s3a://bucket/prefix"],
    ["ingest", "docs", "--table", "../escape"],
    ["ingest", "docs", "--table", "con"],
    ["search", "x", "--table", "nonsense"],
    ["search", "x", "--table", "../../etc"],
    ["search", "x", "--where", "path = "],
    ["search", "x", "--where", "nonsense = 1"],
    ["search", "x", "--where", "path = 'a'; DROP TABLE docs"],
    ["search", "x", "--where", "'"],
    ["search", "x", "--where", `${"(".repeat(5000)}path = 'a'${")".repeat(5000)}`],
    ["search", "x", "--as-of", "99"],
    ["search", "x", "--as-of", "nonsense"],
    ["eval", "nowhere.jsonl"],
    ["eval", "."],
    ["diff", "0", "99"],
    ["tag", "../x"],
    ["tag", "a b"],
    ["tag", "nonsense", "--delete"],
    ["verify", "--table", "nonsense"],
  ];

  it.each(lines.map((line) => [line]))("%j ends with 1", (line) => {
    expectFailure(place.run(...line), 1);
  });

  it("is also said as JSON", () => {
    const run = place.run("search", "x", "--table", "nonsense", "--json");
    expect([run.code, run.stdout]).toEqual([1, ""]);
    const { error } = JSON.parse(run.stderr) as { error: object };
    expect(error).toMatchObject({ code: "TABLE_NOT_FOUND", message: expect.any(String) });
    expect(JSON.parse(place.run("--json", "x").stderr)).toMatchObject({ error: { code: "USAGE" } });
  });

  it("leaves no database behind where only reading was asked for", () => {
    place.run("search", "x", "--db", "never");
    expect(readdirSync(place.folder)).not.toContain("never");
  });
});

describe("damage", () => {
  it("is found by verify, which ends with 3", () => {
    place.write("long/a.txt", "Some words that fill a line of a long document.\n".repeat(4000));
    place.run("ingest", "long", "--db", "damaged.db");
    const data = join(place.folder, "damaged.db", "docs.varve", "data");
    const [name = ""] = readdirSync(data);
    const bytes = readFileSync(join(data, name));
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 0xff;
    writeFileSync(join(data, name), bytes);
    const run = place.run("verify", "--db", "damaged.db");
    expect([run.code, run.stdout]).toEqual([3, expect.stringContaining(name)]);
    const json = place.run("verify", "--db", "damaged.db", "--json");
    expect(json.code).toBe(3);
    expect(JSON.parse(json.stdout)).toMatchObject({
      ok: false,
      tables: [{ ok: false, problems: [{ message: expect.any(String) }] }],
    });
  });

  it("of a whole table is found too", () => {
    place.run("ingest", "docs", "--db", "broken.db");
    const manifests = join(place.folder, "broken.db", "docs.varve", "_manifests");
    for (const name of readdirSync(manifests)) writeFileSync(join(manifests, name), "{}");
    expect(place.run("verify", "--db", "broken.db").code).toBe(3);
    const run = place.run("log", "--db", "broken.db");
    expectFailure(run, 1);
    expect(run.stderr).toContain("varve verify");
    expect(run.stderr).not.toContain("db.verify");
  });
});

describe("Ctrl-C", () => {
  it("ends an ingest with 130, and nothing of it is there", async () => {
    const text = "Some words that fill a line of a long document.\n".repeat(400);
    for (let i = 0; i < 1500; i++) place.write(`many/${i}.txt`, `${i} ${text}`);
    const run = await place.start(["ingest", "many", "--db", "many.db"], async (kill) => {
      mkdirSync(join(place.folder, "many.db"));
      while (readdirSync(join(place.folder, "many.db")).length === 0) await setTimeout(5);
      await setTimeout(50);
      kill("SIGINT");
    });
    expectFailure(run, 130);
    expect(place.json("tables", "--db", "many.db")).toMatchObject({ tables: [{ version: 0, rows: 0 }] });
  });
});
