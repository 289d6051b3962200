import { plainText, splitMarkdown, splitText } from "varve/documents";
import { describe, expect, it } from "vitest";

const headings = (source: string): string[] => splitMarkdown(source).map((one) => one.headings.join(" > "));
const texts = (source: string, size?: number): string[] =>
  splitMarkdown(source, { size }).map(({ text }) => text);
const anchors = (source: string): string[] => splitMarkdown(source).map(({ anchor }) => anchor);

describe("headings", () => {
  it("stand above the text below them", () => {
    const text = "intro\n\n# A\na\n## B\nb\n### C\nc\n## D\nd\n# E\ne\n";
    expect(headings(text)).toEqual(["", "A", "A > B", "A > B > C", "A > D", "E"]);
    expect(texts(text)).toEqual(["intro", "a", "b", "c", "d", "e"]);
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

  it("without text of their own make no passage", () => {
    expect(texts("# A\n\n## B\n\n---\n\n## C\nc")).toEqual(["c"]);
  });

  it("are not what looks like one", () => {
    const alike = [
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
      `# ${"heading ".repeat(30)}`,
    ];
    for (const text of alike) expect(headings(text), text).toEqual([""]);
  });

  it("come back after a code block that is closed", () => {
    expect(headings("# A\n```js\n# x\n```\n# B\nb")).toEqual(["A", "B"]);
    expect(headings("# A\n``` inline ``` code\n# B\nb")).toEqual(["A", "B"]);
  });
});

describe("front matter", () => {
  it("gives its title and no passage", () => {
    const text = '---\ntitle: "Refunds"\ntags: [a]\n---\n\nintro\n\n# Refunds\na\n\n## How\nb\n';
    expect(headings(text)).toEqual(["Refunds", "Refunds", "Refunds > How"]);
    expect(texts(text)).toEqual(["intro", "a", "b"]);
    expect(headings('+++\ntitle = "T"\n+++\n# Other\na')).toEqual(["T > Other"]);
  });

  it("is only what stands at the very start and ends", () => {
    expect(texts("---\nnever closed")).toEqual(["---\nnever closed"]);
    expect(texts("a\n\n---\n\nb")).toEqual(["a\n\n---\n\nb"]);
  });
});

describe("passages", () => {
  it("end at paragraphs", () => {
    const paragraph = "word ".repeat(60).trim();
    const text = `# A\n\n${[paragraph, paragraph, paragraph].join("\n\n")}\n`;
    expect(texts(text, 700)).toEqual([`${paragraph}\n\n${paragraph}`, paragraph]);
  });

  it("end at lines, sentences, words or characters where a paragraph is too long", () => {
    expect(texts("one line\ntwo line\nthree lin", 18)).toEqual(["one line\ntwo line", "three lin"]);
    expect(texts("One is here. Two is there, and more.", 20)).toEqual([
      "One is here.",
      "Two is there, and",
      "more.",
    ]);
    expect(texts("abcdefghijklmnop", 10)).toEqual(["abcdefghij", "klmnop"]);
    expect(texts("𝒳".repeat(9), 7)).toEqual(["𝒳𝒳𝒳", "𝒳𝒳𝒳", "𝒳𝒳𝒳"]);
  });

  it("keep a code block with the words before it", () => {
    const text = "# A\n\nRun:\n```sh\nnpm i\n\nnpm test\n```\nDone.\n";
    expect(texts(text)).toEqual(["Run:\n```sh\nnpm i\n\nnpm test\n```\nDone."]);
    expect(texts(text, 35)).toEqual(["Run:\n```sh\nnpm i\n\nnpm test\n```", "Done."]);
  });

  it("have names that stay when other passages change", () => {
    expect(anchors("a\n# How It *Works*!\nb\n## Ünï code_x\nc")).toEqual(["", "how-it-works", "ünï-code_x"]);
    expect(anchors("# A\na\n# A\nb\n# a-1\nc\n# 🦄\nd")).toEqual(["a", "a-1", "a-1-1", ""]);
    const long = "word ".repeat(400);
    expect(anchors(`# A\n${long}\n# B\n${long}`)).toEqual(["a", "a~2", "b", "b~2"]);
  });

  it("come from every way to end a line, with and without a byte order mark", () => {
    for (const end of ["\n", "\r\n", "\r"]) {
      const text = ["\uFEFF# A", "", "one", "", "## B", "two"].join(end);
      expect(texts(text)).toEqual(["one", "two"]);
    }
  });

  it("are none where there are no words", () => {
    for (const text of ["", "\n\n", "# A", "***", "---\n---\n", "\uFEFF"])
      expect(splitMarkdown(text)).toEqual([]);
  });

  it("of plain text know no headings", () => {
    const text = "# not a heading\n\n```\nnot code\n";
    expect(splitText(text).map((one) => [one.text, one.headings])).toEqual([[text.trim(), []]]);
  });
});

describe("plain text of Markdown", () => {
  it("is its words in one line", () => {
    expect(plainText("The `cut()` **of** [text](https://x)\n\nand ![logo](y.png) <b>bold</b>")).toBe(
      "The cut() of text and logo bold",
    );
    expect(plainText("2*3*4, snake_case, a < b, \\*not\\*")).toBe("2*3*4, snake_case, a < b, *not*");
  });
});
