import { describe, expect, it } from "vitest";
import { type Piece, wordDiff } from "../../../src/studio/page/word-diff";
import { Random } from "../../support/random";

const told = (pieces: readonly Piece[]): string =>
  pieces.map(({ is, text }) => ({ same: text, gone: `[-${text}-]`, new: `[+${text}+]` })[is]).join("");

describe("two texts", () => {
  it("are told word by word", () => {
    expect(told(wordDiff("Refunds take 14 days.", "Refunds take 30 days."))).toBe(
      "Refunds take [-14-][+30+] days.",
    );
    expect(told(wordDiff("Ask your lead.", "Ask your lead, and wait."))).toBe("Ask your lead[+, and wait+].");
    expect(told(wordDiff("the old wall by the pond", "the new gate by the pond"))).toBe(
      "the [-old wall-][+new gate+] by the pond",
    );
    expect(told(wordDiff("", "new"))).toBe("[+new+]");
    expect(told(wordDiff("same", "same"))).toBe("same");
  });

  it("are two texts where they have little in common", () => {
    expect(told(wordDiff("A sage grows by the wall.", "Trains are booked early."))).toBe(
      "[-A sage grows by the wall.-][+Trains are booked early.+]",
    );
  });

  it("can both be read from their pieces", () => {
    const random = new Random(7);
    const text = (): string =>
      Array.from({ length: random.below(12) }, () => random.pick(["a", "b", " ", ".", "über"])).join("");
    for (let round = 0; round < 2000; round++) {
      const [before, after] = [text(), text()];
      const pieces = wordDiff(before, after);
      const without = (is: Piece["is"]): string =>
        pieces
          .filter((piece) => piece.is !== is)
          .map((piece) => piece.text)
          .join("");
      expect([without("new"), without("gone")]).toEqual([before, after]);
    }
  });
});
