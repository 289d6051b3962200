// Pieces must cut back to the document exactly, whatever the document looks like: the offsets are what a program quotes by.
import { describe, expect, it } from "vitest";
import { cutMarkdown, cutText, PIECE_SIZE, type Piece } from "../../src/cli/markdown";

const headings = (text: string): string[] => cutMarkdown(text).map((piece) => piece.headings.join(" > "));
const bodies = (text: string, size?: number): string[] => cutMarkdown(text, size).map(({ body }) => body);
const anchors = (text: string): string[] => cutMarkdown(text).map(({ anchor }) => anchor);

function expectExact(text: string, pieces: readonly Piece[], size: number): void {
  let end = 0;
  for (const piece of pieces) {
    expect(text.slice(piece.start, piece.end)).toBe(piece.body);
    expect(piece.start).toBeGreaterThanOrEqual(end);
    expect(piece.body.length).toBeLessThanOrEqual(size);
    expect(piece.body.trim()).not.toBe("");
    end = piece.end;
  }
  expect(new Set(pieces.map(({ anchor }) => anchor)).size).toBe(pieces.length);
}

describe("headings", () => {
  it("stand above the text below them", () => {
    const text = "intro\n\n# A\na\n## B\nb\n### C\nc\n## D\nd\n# E\ne\n";
    expect(headings(text)).toEqual(["", "A", "A > B", "A > B > C", "A > D", "E"]);
    expect(bodies(text)).toEqual(["intro", "a", "b", "c", "d", "e"]);
  });

  it("may skip levels, end in marks, be underlined or be HTML", () => {
    expect(headings("### A ###\na\n# B\nb")).toEqual(["A", "B"]);
    expect(headings("Title\n=====\na\n\nPart\n---\nb")).toEqual(["Title", "Title > Part"]);
    expect(headings('<h1 align="center">Ti<b>tle</b></h1>\na')).toEqual(["Title"]);
    expect(headings("   # A\na")).toEqual(["A"]);
  });

  it("are plain text", () => {
    expect(headings("# The `cut()` **of** [text](https://x) ![logo](y.png)\na")).toEqual([
      "The cut() of text logo",
    ]);
    expect(headings("# [![badge](a.svg)](b) Array<string> 2*3*4\na")).toEqual(["badge Array<string> 2*3*4"]);
  });

  it("without text of their own make no piece", () => {
    expect(bodies("# A\n\n## B\n\n---\n\n## C\nc")).toEqual(["c"]);
  });

  it("are not what looks like one", () => {
    const texts = [
      "#no space",
      "####### seven",
      "    # indented code",
      "```\n# code\n```",
      "~~~md\n# code\n```\n# still code\n~~~",
      "- list\n  ```sh\n  # code\n  ```",
      "1. ```sh\n# code\n   ```",
      "````\n```\n# code\n```\n````",
      "<!--\n# comment\n-->",
      "> # quoted",
      "a | b\n--- | ---\n1 | 2",
      "- item\n---\nx",
      `# ${"heading".repeat(150)}`,
    ];
    for (const text of texts) expect(headings(text), text).toEqual([""]);
  });

  it("come back after a code block that is closed", () => {
    expect(headings("# A\n```js\n# x\n```\n# B\nb")).toEqual(["A", "B"]);
    expect(headings("# A\n``` inline ``` code\n# B\nb")).toEqual(["A", "B"]);
  });
});

describe("front matter", () => {
  it("gives its title and no piece", () => {
    const text = '---\ntitle: "Refunds"\ntags: [a]\n---\n\nintro\n\n# Refunds\na\n\n## How\nb\n';
    expect(headings(text)).toEqual(["Refunds", "Refunds", "Refunds > How"]);
    expect(bodies(text)).toEqual(["intro", "a", "b"]);
    expect(headings('+++\ntitle = "T"\n+++\n# Other\na')).toEqual(["T > Other"]);
  });

  it("is only what stands at the very start and ends", () => {
    expect(bodies("---\nnever closed")).toEqual(["---\nnever closed"]);
    expect(bodies("a\n\n---\n\nb")).toEqual(["a\n\n---\n\nb"]);
  });
});

describe("pieces", () => {
  it("end at paragraphs", () => {
    const paragraph = "word ".repeat(60).trim();
    const text = `# A\n\n${[paragraph, paragraph, paragraph].join("\n\n")}\n`;
    expect(bodies(text, 700)).toEqual([`${paragraph}\n\n${paragraph}`, paragraph]);
  });

  it("end at lines, sentences, words or characters where a paragraph is too long", () => {
    expect(bodies("one line\ntwo line\nthree lin", 18)).toEqual(["one line\ntwo line", "three lin"]);
    expect(bodies("One is here. Two is there, and more.", 20)).toEqual([
      "One is here.",
      "Two is there, and",
      "more.",
    ]);
    expect(bodies("abcdefghijklmnop", 10)).toEqual(["abcdefghij", "klmnop"]);
    expect(bodies("𝒳".repeat(9), 7)).toEqual(["𝒳𝒳𝒳", "𝒳𝒳𝒳", "𝒳𝒳𝒳"]);
  });

  it("keep a code block with the words before it", () => {
    const text = "# A\n\nRun:\n```sh\nnpm i\n\nnpm test\n```\nDone.\n";
    expect(bodies(text)).toEqual(["Run:\n```sh\nnpm i\n\nnpm test\n```\nDone."]);
    expect(bodies(text, 35)).toEqual(["Run:\n```sh\nnpm i\n\nnpm test\n```", "Done."]);
  });

  it("have names that stay when other pieces change", () => {
    expect(anchors("a\n# How It *Works*!\nb\n## Ünï code_x\nc")).toEqual(["", "how-it-works", "ünï-code_x"]);
    expect(anchors("# A\na\n# A\nb\n# a-1\nc\n# 🦄\nd")).toEqual(["a", "a-1", "a-1-1", ""]);
    const long = "word ".repeat(400);
    expect(anchors(`# A\n${long}\n# B\n${long}`)).toEqual(["a", "a~2", "b", "b~2"]);
  });

  it("come from every way to end a line, with and without a byte order mark", () => {
    for (const end of ["\n", "\r\n", "\r"]) {
      const text = ["\uFEFF# A", "", "one", "", "## B", "two"].join(end);
      expect(bodies(text)).toEqual(["one", "two"]);
      expectExact(text, cutMarkdown(text), PIECE_SIZE);
    }
  });

  it("are none where there are no words", () => {
    for (const text of ["", "\n\n", "# A", "***", "---\n---\n", "\uFEFF"])
      expect(cutMarkdown(text)).toEqual([]);
  });

  it("of plain text know no headings", () => {
    const text = "# not a heading\n\n```\nnot code\n";
    expect(cutText(text).map(({ body, headings }) => [body, headings])).toEqual([[text.trim(), []]]);
  });
});

describe("any document", () => {
  const parts = [
    "# A",
    "## B ##",
    "Line",
    "===",
    "---",
    "```",
    "~~~~",
    "    code",
    "- item",
    "<!-- x",
    "-->",
    "",
    "",
    " ",
    "\t",
    "🦄 word. Word! word? ".repeat(9),
    "x".repeat(77),
    "\u00a0é\u0301",
    "title: T",
    "+++",
  ];

  /** Numbers that are the same in every run. */
  function* numbers(seed: number): Generator<number, never, void> {
    for (let state = seed; ; ) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      yield state / 2 ** 32;
    }
  }

  it("is cut exactly, in order, within the size, and no word is lost", () => {
    const random = numbers(1);
    const next = (below: number): number => Math.floor((random.next().value ?? 0) * below);
    for (let run = 0; run < 2000; run++) {
      const lines = Array.from({ length: next(25) }, () => parts[next(parts.length)] ?? "");
      const text = lines.join(["\n", "\r\n", "\r"][next(3)]);
      const size = 20 + next(120);
      const pieces = cutMarkdown(text, size);
      expectExact(text, pieces, size);
      expectExact(text, cutText(text, size), size);
      const words = (from: string): number => from.match(/x/g)?.length ?? 0;
      const cut = cutText(text, size).reduce((sum, { body }) => sum + words(body), 0);
      expect(cut).toBe(words(text));
    }
  });

  it("is cut in time that grows with its length, not faster", () => {
    const hostile = [
      "# ".repeat(200_000),
      `# ${" ".repeat(400_000)}x`,
      "[".repeat(400_000),
      "a\n---\n".repeat(80_000),
      "```\n".repeat(100_001),
      "<!--\n".repeat(80_000),
      "*a".repeat(200_000),
      " ".repeat(400_000),
      "x".repeat(400_000),
      "#".repeat(400_000),
      "- ".repeat(200_000),
      "# a\nb\n".repeat(30_000),
    ];
    const start = performance.now();
    for (const text of hostile) expectExact(text, cutMarkdown(text), PIECE_SIZE);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});
