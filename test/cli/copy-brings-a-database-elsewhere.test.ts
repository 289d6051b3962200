import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Workplace } from "../support/varve-command";

let place: Workplace;

beforeEach(() => {
  place = new Workplace();
  place.write("docs/a.md", "# A\n\nabout apples\n");
  place.run("ingest", "docs");
});

afterEach(() => place[Symbol.dispose]());

describe("varve copy", () => {
  it("copies, reads the copy, and the second time copies what is new", () => {
    const first = place.run("copy", ".varve", "safe");
    expect([first.code, first.stderr]).toEqual([0, ""]);
    expect(first.stdout).toMatch(/^docs: version 1, .*, ok\n$/);
    place.write("docs/b.md", "# B\n\nabout pears\n");
    place.run("ingest", "docs");
    expect(place.json("copy", ".varve", "safe", "--table", "docs")).toMatchObject({
      ok: true,
      tables: [{ name: "docs", version: 2, verified: { ok: true, problems: [] } }],
    });
    const again = place.json<{ tables: object[] }>("copy", ".varve", "safe", "--no-verify");
    expect(again.tables[0]).toMatchObject({ copiedFiles: 0 });
    expect(again.tables[0]).not.toHaveProperty("verified");
    expect(place.run("search", "pears", "--db", "safe").stdout).toContain("about pears");
    expect(place.json("log", "--db", "safe")).toEqual(place.json("log"));
    expect(place.run("copy", "safe", "back").code).toBe(0);
  });

  it("says what it did not copy, and ends with 1", () => {
    place.run("ingest", "docs", "--db", "other");
    const refused = place.run("copy", ".varve", "other");
    expect(refused.code).toBe(1);
    expect(refused.stdout).toMatch(/^docs: not copied: There is another table "docs" at the target/);
    expect(place.run("copy", ".varve", "memory:").code).toBe(2);
    expect(place.run("copy", "nowhere", "safe").code).toBe(1);
  });

  it("ends with 3 where the copy has damage", () => {
    place.write(
      "docs/big.md",
      Array.from({ length: 900 }, (_, i) => `# Part ${i}\n\n${"word ".repeat(60)}\n`).join("\n"),
    );
    place.run("ingest", "docs");
    expect(place.run("copy", ".varve", "safe").code).toBe(0);
    const data = join(place.folder, "safe", "docs.varve", "data");
    const file = join(data, readdirSync(data)[0] ?? "");
    const bytes = readFileSync(file);
    bytes.writeUInt8((bytes.at(100) ?? 0) ^ 1, 100);
    writeFileSync(file, bytes);
    const damaged = place.run("copy", ".varve", "safe");
    expect(damaged.code).toBe(3);
    expect(damaged.stdout).toContain("1 problem");
  });
});
