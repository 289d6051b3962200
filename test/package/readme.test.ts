// What the README and the documentation show must run, and print what they say it prints.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { documentation, pageProgram, programs, runAsUser } from "../support/page-program";

const root = fileURLToPath(new URL("../..", import.meta.url));

describe.each(programs)("%s", (page) => {
  it("shows a program that prints what it says", () => {
    const { program, output } = pageProgram(page);
    expect(runAsUser(program)).toBe(output);
  });
});

describe.each(documentation)("%s", (page) => {
  it("links to files that are there", () => {
    const links = [...readFileSync(join(root, page), "utf8").matchAll(/\]\(([^)#]+)[^)]*\)/g)];
    for (const [, target = ""] of links) {
      if (!target.includes("://")) expect(existsSync(join(root, dirname(page), target)), target).toBe(true);
    }
  });
});

describe("README.md", () => {
  it("names commands that there are", () => {
    const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const named = readFileSync(join(root, "README.md"), "utf8").matchAll(/npm run ([\w:-]+)/g);
    for (const [, name = ""] of named) expect(Object.keys(scripts)).toContain(name);
  });

  it("shows an example of about twenty lines", () => {
    const lines = pageProgram("README.md")
      .program.split("\n")
      .filter((line) => line.trim() !== "");
    expect(lines.length).toBeLessThanOrEqual(24);
  });
});
