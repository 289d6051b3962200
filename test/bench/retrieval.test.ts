// The collection of bench/retrieval.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

describe("the collection that comes along", () => {
  const lines = (file: string): string[] =>
    readFileSync(new URL(`../../bench/retrieval/collection/${file}`, import.meta.url), "utf8")
      .trim()
      .split("\n");
  const ids = (file: string): string[] =>
    lines(file).map((line) => (JSON.parse(line) as { _id: string })._id);

  it("names one passage for each query, and only what it has", () => {
    const corpus = new Set(ids("corpus.jsonl"));
    const pairs = lines("qrels.tsv")
      .slice(1)
      .map((line) => line.split("\t"));
    expect(corpus.size).toBe(lines("corpus.jsonl").length);
    expect(pairs.map(([query]) => query)).toEqual(ids("queries.jsonl"));
    expect(pairs.filter(([, id = ""]) => !corpus.has(id))).toEqual([]);
  });

  it("names the licence of every package", () => {
    const free = ["Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT"];
    const packages = lines("PACKAGES.tsv")
      .slice(1)
      .map((line) => line.split("\t"));
    const licences = lines("LICENSES.txt").filter((line) => line.startsWith("==== "));
    const covered = licences.flatMap((line) => line.slice(5).split(", "));
    expect(packages.filter(([, , licence = ""]) => !free.includes(licence))).toEqual([]);
    expect(packages.filter(([name = ""]) => !covered.includes(name))).toEqual([]);
  });
});
