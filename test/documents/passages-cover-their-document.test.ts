// The laws of all splitters. Offsets are what a program quotes by, so passages must lead back to the source whatever it looks like.

import { type Passage, splitDocument, splitHtml, splitMarkdown, splitText } from "varve/documents";
import { describe, expect, test } from "vitest";
import { Random } from "../support/random";

/** Parts of documents, well made and broken, for all kinds at once. */
const parts = [
  ..."# A|## B ##|Line|===|---|```|~~~~|    code|- item|1. one|> quoted|<!-- x|-->|title: T|+++|a \\| b".split(
    "|",
  ),
  ..."<h1>|</h1>|<h2 id=b>|</h2>|<p>|</p>|<p hidden>|<div>|</div>|<div style='display:none'>|<li>|<ul>|</ul>".split(
    "|",
  ),
  ..."<table>|<tr>|<td>|</table>|<pre>|</pre>|<br>|<main>|</main>|<title>|</title>|<script>|</script>|<svg/>".split(
    "|",
  ),
  ..."&amp;|&eacute|&#x1f984;|&#0;|&nope;|&|<|>|<b|</|<!|<?x|\"|'|=".split("|"),
  ...[
    "",
    "",
    " ",
    "\t",
    "\u00a0é\u0301",
    "\u200b",
    "\0",
    "\ud83e",
    "\udd84",
    "\u{1f984} word. Word! word? ".repeat(9),
  ],
  ...["x".repeat(77), "wide words of a sentence, and more of them. ".repeat(5)],
];

function randomDocument(random: Random, from: readonly string[] = parts): string {
  const lines = Array.from({ length: random.below(40) }, () => random.pick(from));
  return lines.join(random.pick(["\n", "\r\n", "\r", "", " "]));
}

function expectInOrder(source: string, passages: readonly Passage[], size: number): void {
  let end = 0;
  for (const passage of passages) {
    expect(passage.start).toBeGreaterThanOrEqual(end);
    expect(passage.end).toBeGreaterThan(passage.start);
    expect(passage.text.length).toBeLessThanOrEqual(size);
    expect(passage.text).toMatch(/[\p{L}\p{N}\p{Emoji_Presentation}]/u);
    end = passage.end;
  }
  expect(end).toBeLessThanOrEqual(source.length);
  expect(new Set(passages.map(({ anchor }) => anchor)).size).toBe(passages.length);
}

/** What stands between the passages. */
function gaps(source: string, passages: readonly Passage[]): string[] {
  const ends = [0, ...passages.map(({ end }) => end)];
  return ends.map((end, index) => source.slice(end, passages[index]?.start ?? source.length));
}

const lettersOf = (text: string): string => text.replace(/[^a-z]/g, "");

/** Whether a text is left of another where some letters are taken out of that. */
function isSubsequence(text: string, of: string): boolean {
  let at = 0;
  for (const letter of text) {
    at = of.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

describe("passages of any document", () => {
  test("of text are in order, within the size, cut from the source, and only what says nothing is between them", () => {
    const random = new Random(1);
    for (let run = 0; run < 2000; run++) {
      const source = randomDocument(random);
      const size = 2 + random.below(120);
      const passages = splitText(source, { size });
      expectInOrder(source, passages, size);
      for (const { start, end, text } of passages) expect(source.slice(start, end)).toBe(text);
      for (const gap of gaps(source, passages))
        expect(gap).not.toMatch(/[\p{L}\p{N}\p{Emoji_Presentation}]/u);
    }
  });

  test("of Markdown too, but for headings and front matter", () => {
    const random = new Random(2);
    const isPlain = (part: string): boolean => !/^#|^=|^---|^\+\+\+|^<h\d/.test(part);
    for (let run = 0; run < 4000; run++) {
      const hasHeadings = run % 2 === 0;
      const source = randomDocument(random, hasHeadings ? parts : parts.filter(isPlain));
      const size = 2 + random.below(120);
      const passages = splitMarkdown(source, { size });
      expectInOrder(source, passages, size);
      for (const { start, end, text } of passages) expect(source.slice(start, end)).toBe(text);
      if (hasHeadings) continue;
      for (const gap of gaps(source, passages))
        expect(gap).not.toMatch(/[\p{L}\p{N}\p{Emoji_Presentation}]/u);
    }
  });

  test("of HTML are in order and within the size, and their ranges of the source hold their words", () => {
    const random = new Random(3);
    for (let run = 0; run < 2000; run++) {
      const source = randomDocument(random);
      const size = 2 + random.below(120);
      const passages = splitHtml(source, { size });
      expectInOrder(source, passages, size);
      for (const { start, end, text } of passages) {
        expect(isSubsequence(lettersOf(text), lettersOf(source.slice(start, end)))).toBe(true);
      }
    }
  });

  test("of well-made HTML have every word once, in order, and lead back to it", () => {
    const random = new Random(4);
    const tags = ["p", "div", "section", "ul><li", "b", "em", "blockquote", "table><tr><td", "pre"];
    for (let run = 0; run < 500; run++) {
      let word = 0;
      const write = (depth: number): string => {
        const text = Array.from({ length: 1 + random.below(9) }, () => `w${word++}w`).join(
          random.pick([" ", "\n  "]),
        );
        if (depth > 4 || random.below(3) === 0) return text;
        const tag = random.pick(tags);
        const close = tag
          .split("><")
          .reverse()
          .map((name) => `</${name}>`)
          .join("");
        return `${text} <${tag}>${write(depth + 1)}${close} ${random.below(2) === 0 ? write(depth + 1) : ""}`;
      };
      const source = `<!doctype html><title>T</title><body><h1>H</h1>${write(0)}</body>`;
      const size = 40 + random.below(200);
      const passages = splitHtml(source, { size });
      expectInOrder(source, passages, size);
      const found = passages.flatMap(({ text }) => text.match(/w\d+w/g) ?? []);
      expect(found).toEqual(Array.from({ length: word }, (_, index) => `w${index}w`));
      for (const { text, start, end } of passages) {
        const range = source.slice(start, end).replace(/<[^>]*>/g, " ");
        expect(range.match(/w\d+w/g)).toEqual(text.match(/w\d+w/g));
      }
    }
  });

  test("are the same for the same source", () => {
    const random = new Random(5);
    for (let run = 0; run < 100; run++) {
      const source = randomDocument(random);
      for (const kind of ["markdown", "html", "text"] as const)
        expect(splitDocument(source, kind)).toEqual(splitDocument(source, kind));
    }
  });
});

test("a paragraph of any length is cut", () => {
  const source = "word ".repeat(1 << 20);
  expect(splitText(source, { size: 20 })).toHaveLength(1 << 18);
});

describe("hostile documents", () => {
  const hostile: Readonly<Record<string, (count: number) => string>> = {
    "marks of headings": (n) => "# ".repeat(n),
    "a heading of white space": (n) => `# ${" ".repeat(2 * n)}x`,
    "headings of one line": (n) => "# a\nb\n".repeat(n / 4),
    "headings of the same names": (n) =>
      Array.from({ length: n / 16 }, (_, i) => `# a-${i % 99}\nb\n# a\nc\n`).join(""),
    "underlined lines": (n) => "a\n---\n".repeat(n / 4),
    brackets: (n) => "[".repeat(2 * n),
    "fences that open and close": (n) => "```\n".repeat(n / 2 + 1),
    "comments that never end": (n) => "<!--\n".repeat(n / 2),
    emphasis: (n) => "*a".repeat(n),
    "white space": (n) => " ".repeat(2 * n),
    "empty lines": (n) => "\n".repeat(n),
    "one word": (n) => "x".repeat(2 * n),
    "indented code": (n) => `a\n${" ".repeat(2 * n)}b`,
    "paragraphs of a letter": (n) => "a\n\n".repeat(n / 2),
    "front matter that never ends": (n) => `---\n${"title: a\n".repeat(n / 4)}`,
    "divs in divs": (n) => "<div>".repeat(n / 2),
    "end tags of nothing": (n) => `${"<div>".repeat(n / 8)}${"</span>".repeat(n / 8)}${"</p>".repeat(n / 8)}`,
    "hidden elements": (n) => "<p hidden>a<p>b".repeat(n / 8),
    "hidden in hidden": (n) => `${"<div hidden>".repeat(n / 8)}${"</div>".repeat(n / 8)}`,
    "items without ends": (n) => `<ul>${"<li>a".repeat(n / 4)}`,
    "items in divs": (n) => `<ul>${"<div>".repeat(n / 8)}${"<li>a</li>".repeat(n / 8)}`,
    "tags without ends": (n) => "<a ".repeat(n / 2),
    "a tag of white space": (n) => `<a${" ".repeat(2 * n)}`,
    "a tag of slashes": (n) => `<a${"/".repeat(2 * n)}>x`,
    "a tag of equal signs": (n) => `<a ${"= ".repeat(n)}>x`,
    "attributes of white space": (n) => `<a ${`b${" ".repeat(99)}`.repeat(n / 50)}>x`,
    "quotes that never end": (n) => "<a b=\"x' ".repeat(n / 8),
    "scripts that never end": (n) => "<script>".repeat(n / 8),
    "end tags of scripts that are none": (n) => `<script>${"</script".repeat(n / 8)}`,
    declarations: (n) => "<!".repeat(n),
    "less-than signs": (n) => "<".repeat(2 * n),
    ampersands: (n) => "&".repeat(2 * n),
    references: (n) => "&amp".repeat(n / 2),
    "tables in tables": (n) => "<table><tr><td>a".repeat(n / 8),
    "headings that never end": (n) => "<h1>a".repeat(n / 4),
    "a title that never ends": (n) => `<title>${"a ".repeat(n)}`,
    styles: (n) => `<p style="${"/*".repeat(n)}">a`,
    "half characters": (n) => "\ud83e".repeat(n),
    zeros: (n) => "\0a".repeat(n),
    "lines of carriage returns": (n) => "a\r".repeat(n),
  };

  describe.each(["markdown", "html", "text"] as const)("as %s", (kind) => {
    test.each(Object.keys(hostile))("%s are split in time that grows with their length", (name) => {
      const make = hostile[name] as (count: number) => string;
      const timeOf = (count: number): number => {
        const source = make(count);
        const start = performance.now();
        const passages = splitDocument(source, kind);
        const ms = performance.now() - start;
        expectOrder(passages);
        return ms;
      };
      timeOf(1 << 12);
      const small = Math.min(timeOf(1 << 13), timeOf(1 << 13));
      const large = Math.min(timeOf(1 << 17), timeOf(1 << 17));
      // 16 times as long. Time that grows with the square would be 256 times as much.
      expect(large).toBeLessThan(64 * small + 150);
    });
  });

  /** Without a matcher for each passage, of which there are many. */
  function expectOrder(passages: readonly Passage[]): void {
    let end = 0;
    let wrong = 0;
    for (const passage of passages) {
      if (passage.start < end || passage.text.length > 1500) wrong += 1;
      end = passage.end;
    }
    expect(wrong).toBe(0);
  }
});
