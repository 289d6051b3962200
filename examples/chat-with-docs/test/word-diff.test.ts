import { expect, it } from "vitest";
import { type Run, wordDiff } from "../client/word-diff.ts";

const textOf = (runs: readonly Run[], without: Run["kind"]): string =>
  runs
    .filter(({ kind }) => kind !== without)
    .map(({ text }) => text)
    .join("");

it("shows changed words together", () => {
  expect(wordDiff("We decide within two weeks. Done", "We decide within five working days. Done")).toEqual([
    { kind: "same", text: "We decide within " },
    { kind: "removed", text: "two weeks." },
    { kind: "added", text: "five working days." },
    { kind: "same", text: " Done" },
  ]);
});

it("always contains both texts", () => {
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed % below;
  };
  const text = (): string =>
    Array.from({ length: random(12) }, () => ["a", "b", "c", " ", "\n", "d "][random(6)]).join("");
  for (let i = 0; i < 2000; i++) {
    const [before, after] = [text(), text()];
    const runs = wordDiff(before, after);
    expect(textOf(runs, "added")).toBe(before);
    expect(textOf(runs, "removed")).toBe(after);
  }
});
