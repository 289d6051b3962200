// The page of `varve studio` travels with the package, so it has a size, and loads nothing from elsewhere.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";

const folder = fileURLToPath(new URL("../../dist/studio", import.meta.url));
const BUDGET = 250_000;

describe("the page of the studio", () => {
  it("is within its budget, compressed", () => {
    const files = readdirSync(folder);
    expect(files.toSorted()).toEqual(["index.html", "mark.svg", "page.css", "page.js"]);
    const sizes = files.map((file) => gzipSync(readFileSync(join(folder, file))).length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(BUDGET);
  });

  it("names no other place, and runs nothing that the policy forbids", () => {
    for (const file of readdirSync(folder)) {
      const text = readFileSync(join(folder, file), "utf8");
      const places = [...text.matchAll(/https?:\/\/[\w.-]+/g)].map(([place]) => place);
      // Names of the namespaces of SVG, MathML and XHTML; nothing is read there.
      expect(places.filter((place) => place !== "http://www.w3.org")).toEqual([]);
      expect(text).not.toMatch(/\beval\(|new Function\(/);
    }
  });
});
