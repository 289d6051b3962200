import { describe, expect, it } from "vitest";
import { bytesText, clip, clipStart, countText, excerpt, harmless } from "../../src/cli/shown-text";
import { type Output, Terminal } from "../../src/cli/terminal";

class Recorder implements Output {
  text = "";
  readonly isTTY: boolean;
  readonly columns: number | undefined;

  constructor(isTTY: boolean, columns?: number) {
    this.isTTY = isTTY;
    this.columns = columns;
  }

  write(text: string): void {
    this.text += text;
  }
}

function terminalOf(
  isTTY: boolean,
  env: Record<string, string> = {},
  columns?: number,
): [Terminal, Recorder, Recorder] {
  const [out, err] = [new Recorder(isTTY, columns), new Recorder(isTTY)];
  return [new Terminal(out, err, env), out, err];
}

describe("a terminal", () => {
  it("is coloured where somebody watches and wants it", () => {
    const painted = (isTTY: boolean, env?: Record<string, string>): string =>
      terminalOf(isTTY, env)[0].paint("bold", "x");
    expect(painted(true)).toBe("\u001b[1mx\u001b[22m");
    expect([painted(false), painted(true, { NO_COLOR: "1" }), painted(true, { TERM: "dumb" })]).toEqual([
      "x",
      "x",
      "x",
    ]);
    expect(painted(true, { NO_COLOR: "" })).not.toBe("x");
  });

  it("has 40 to 100 columns", () => {
    const widths = [undefined, 0, 20, 80, 300].map((columns) => terminalOf(true, {}, columns)[0].width);
    expect(widths).toEqual([100, 100, 40, 80, 100]);
  });

  it("shows progress where somebody watches, and takes it away before it prints", () => {
    const [quiet, , nothing] = terminalOf(false);
    quiet.progress(() => "1 of 2");
    expect(nothing.text).toBe("");
    const [terminal, out, err] = terminalOf(true);
    terminal.progress(() => "1 of 2");
    terminal.progress(() => "too soon");
    terminal.print("done");
    expect(err.text).toBe("\r\u001b[K1 of 2\r\u001b[K");
    expect(out.text).toBe("done\n");
  });
});

describe("what people are shown", () => {
  it("fits, and cannot steer a terminal", () => {
    expect([
      clip("abcdef", 4),
      clipStart("abcdef", 4),
      clip("abcd", 4),
      clip("𝒳𝒳𝒳", 2),
      clip("abc", 0),
    ]).toEqual(["abc…", "…def", "abcd", "𝒳…", "…"]);
    expect(harmless("a\u001b[31mb\r\n\tc\u202ed\u0085e")).toBe("a [31mb c" + "d e");
  });

  it("is the words of a text and not its marks", () => {
    const text = "- **Bold** [link](http://x) and `code`\n```js\nrun();\n```\n[ref]: http://y\n";
    expect(excerpt(text, 60, 2)).toEqual(["Bold link and code run();"]);
    expect(excerpt("word ".repeat(50), 20, 2)).toEqual(["word word word word", "word word word wor …"]);
    expect(excerpt("x".repeat(50), 20, 2)).toEqual([`${"x".repeat(19)}…`]);
    expect(excerpt("", 20, 2)).toEqual([""]);
  });

  it("counts in words", () => {
    expect([countText(1, "row"), countText(1234, "row"), countText(0, "entry", "entries")]).toEqual([
      "1 row",
      "1,234 rows",
      "0 entries",
    ]);
    expect([0, 999, 1000, 1_500_000, 2e15].map(bytesText)).toEqual([
      "0 B",
      "999 B",
      "1.0 kB",
      "1.5 MB",
      "2000.0 TB",
    ]);
  });
});
