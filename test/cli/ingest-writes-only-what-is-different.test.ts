import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Workplace } from "../support/varve-command";

interface Report {
  table: string;
  source: string;
  version: number;
  files: number;
  passages: number;
  added: number;
  changed: number;
  removed: number;
  unchanged: number;
  unread: { path: string; problem: string }[];
}

interface Row {
  id: string;
  source: string;
  path: string;
  heading: string;
  body: string;
  start: number;
  end: number;
}

interface Diff {
  added: Row[];
  removed: Row[];
  changed: { before: Row; after: Row }[];
}

let place: Workplace;
const ingest = (...args: string[]): Report => place.json<Report>("ingest", "docs", ...args);
const rowsOf = (version: number): Row[] => place.json<Diff>("diff", "0", String(version)).added;
const ids = (rows: readonly Row[]): string[] => rows.map(({ id }) => id).sort();

beforeEach(() => {
  place = new Workplace();
  place.write("docs/a.md", "# A\n\nabout apples\n\n## Pears\n\nabout pears\n");
  place.write("docs/sub/b.txt", "about boats\n");
});

afterEach(() => place[Symbol.dispose]());

describe("varve ingest", () => {
  it("writes one version, with every passage where it stands in its file", () => {
    expect(ingest()).toEqual({
      table: "docs",
      source: "docs",
      version: 1,
      files: 2,
      passages: 3,
      added: 3,
      changed: 0,
      removed: 0,
      unchanged: 0,
      unread: [],
    });
    const rows = rowsOf(1);
    expect(ids(rows)).toEqual(["docs/a.md#a", "docs/a.md#pears", "docs/sub/b.txt"]);
    expect(rows.map(({ heading }) => heading).sort()).toEqual(["", "A", "A > Pears"]);
    for (const { path, body, start, end } of rows) {
      expect(readFileSync(join(place.folder, "docs", path), "utf8").slice(start, end)).toBe(body);
    }
  });

  it("reads pages of HTML as their visitors do", () => {
    place.write(
      "docs/page.html",
      "<title>T</title><h1 id=top>Plums</h1><p>about <b>plums</b></p><p hidden>secret</p>",
    );
    expect(ingest()).toMatchObject({ files: 3, passages: 4 });
    const [row] = rowsOf(1).filter(({ path }) => path === "page.html");
    expect(row).toMatchObject({ id: "docs/page.html#top", heading: "Plums", body: "about plums", start: 40 });
  });

  it("makes no version where nothing is different", () => {
    ingest();
    expect(ingest()).toMatchObject({ version: 1, added: 0, changed: 0, removed: 0, unchanged: 3 });
    expect(place.json<{ commits: unknown[] }>("log").commits).toHaveLength(1);
    expect(place.run("ingest", "docs").stdout).toContain("Nothing is different: version 1 of docs stands.");
  });

  it("replaces only the passages of a file that changed", () => {
    ingest();
    place.write("docs/a.md", "# A\n\nabout apples\n\n## Pears\n\nabout ripe pears\n");
    expect(ingest()).toMatchObject({ version: 2, added: 0, changed: 1, removed: 0, unchanged: 2 });
    const { added, removed, changed } = place.json<Diff>("diff", "1", "2");
    expect([added, removed]).toEqual([[], []]);
    expect(changed.map(({ before, after }) => [before.id, before.body, after.body])).toEqual([
      ["docs/a.md#pears", "about pears", "about ripe pears"],
    ]);
  });

  it("moves the passages that stand behind a change", () => {
    ingest();
    place.write("docs/a.md", "# A\n\nabout many apples\n\n## Pears\n\nabout pears\n");
    expect(ingest()).toMatchObject({ changed: 2 });
    expect(place.run("diff", "1").stdout).toContain("docs/a.md#pears  (moved)");
    expect(place.run("diff", "1").stdout).toContain("docs/a.md#a  (body, end)");
  });

  it("ends the passages of a file that is gone, and keeps them in the past", () => {
    ingest();
    place.remove("docs/a.md");
    const report = ingest();
    expect(report).toMatchObject({ files: 1, added: 0, removed: 2, unchanged: 1 });
    expect(ids(rowsOf(report.version))).toEqual(["docs/sub/b.txt"]);
    expect(rowsOf(1)).toHaveLength(3);
  });

  it("keeps folders of different names apart, also in one table", () => {
    ingest();
    place.write("notes/a.md", "# A\n\nabout apples\n");
    expect(place.json<Report>("ingest", "notes")).toMatchObject({ source: "notes", added: 1, removed: 0 });
    expect(place.json<Report>("ingest", "notes", "--source", "docs")).toMatchObject({
      unchanged: 1,
      removed: 2,
    });
    expect(ingest("--table", "other")).toMatchObject({ table: "other", version: 1, added: 3 });
  });

  it("keeps what it had of a file that it cannot read", () => {
    place.write("docs/c.md", "# C\n\nabout cats\n");
    ingest();
    place.write("docs/c.md", Uint8Array.of(0x23, 0x20, 0xff, 0xfe));
    place.write("docs/d.txt", "nul \0 byte");
    const report = ingest();
    expect(report).toMatchObject({ version: 1, added: 0, removed: 0 });
    expect(report.unread).toEqual([
      { path: "c.md", problem: `${join("docs", "c.md")} is not a document: it is not UTF-8.` },
      { path: "d.txt", problem: `${join("docs", "d.txt")} is not a document: it is not text.` },
    ]);
    expect(ids(rowsOf(1))).toContain("docs/c.md#c");
    expect(place.run("ingest", "docs").stderr).toContain(
      `left out: ${join("docs", "c.md")} is not a document: it is not UTF-8.`,
    );
  });

  it("leaves out hidden files, node_modules, links and other kinds of files", () => {
    place.write("docs/.hidden.md", "x");
    place.write("docs/.git/x.md", "x");
    place.write("docs/node_modules/x/readme.md", "x");
    place.write("docs/code.ts", "x");
    place.write("secret/s.md", "x");
    symlinkSync(join(place.folder, "secret"), join(place.folder, "docs/link"), "junction");
    expect(ingest()).toMatchObject({ files: 2, passages: 3 });
    place.write("docs/E.MDX", "# E\n\nx");
    expect(ingest()).toMatchObject({ files: 3, passages: 4 });
  });

  it("keeps the date and the message", () => {
    ingest("--effective-at", "2025-01-15", "--message", "crawl 1");
    place.write("docs/sub/b.txt", "about ships\n");
    ingest("--effective-at", "2025-07-15");
    const { commits } = place.json<{ commits: object[] }>("log");
    expect(commits).toMatchObject([
      { version: 2, message: "ingest docs", effectiveAt: "2025-07-15T00:00:00.000Z" },
      { version: 1, message: "crawl 1", effectiveAt: "2025-01-15T00:00:00.000Z" },
    ]);
    const { hits } = place.json<{ hits: Row[] }>(
      "search",
      "boats",
      "--as-of",
      "effective:2025-03-01",
      "--limit",
      "1",
    );
    expect(hits.map(({ body }) => body)).toEqual(["about boats"]);
  });

  it("takes an empty folder, and long documents", () => {
    mkdirSync(join(place.folder, "empty"));
    expect(place.json<Report>("ingest", "empty")).toMatchObject({ version: 0, files: 0, passages: 0 });
    place.write(
      "docs/long.md",
      `# Long\n\n${"Some words that fill a line of a long document.\n".repeat(8000)}`,
    );
    const report = ingest();
    expect(report.passages).toBeGreaterThan(250);
    const rows = rowsOf(report.version);
    expect(rows).toHaveLength(report.passages);
    const text = readFileSync(join(place.folder, "docs/long.md"), "utf8");
    for (const { path, body, start, end } of rows) {
      if (path === "long.md") expect(text.slice(start, end)).toBe(body);
    }
    expect(ingest()).toMatchObject({ version: report.version, unchanged: report.passages });
  });

  it("says that there are no documents, and leaves no database behind", () => {
    place.write("empty/photo.png", new Uint8Array(3));
    const run = place.run("ingest", "empty");
    expect([run.code, run.stdout]).toEqual([0, "No documents found in empty.\n"]);
    expect(run.stderr).toContain(".md, .mdx, .markdown, .html, .htm, .xhtml, .txt");
    expect(existsSync(join(place.folder, ".varve"))).toBe(false);
    expect(place.json<Report>("ingest", "empty")).toMatchObject({ version: 0, files: 0, passages: 0 });
    ingest();
    expect(place.run("ingest", "empty").stdout).toBe("No documents found in empty.\n");
  });

  it("keeps the default database out of the repository of the project, and no other", () => {
    ingest();
    const file = join(place.folder, ".varve", ".gitignore");
    expect(readFileSync(file, "utf8")).toContain("\n*\n");
    place.write(".varve/.gitignore", "mine");
    ingest("--table", "other");
    expect(readFileSync(file, "utf8")).toBe("mine");
    expect(place.json("tables")).toMatchObject({ tables: [{ name: "docs" }, { name: "other" }] });
    place.run("ingest", "docs", "--db", "own.db");
    expect(existsSync(join(place.folder, "own.db", ".gitignore"))).toBe(false);
  });
});
