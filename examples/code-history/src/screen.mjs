// What is printed: lines of at most 100 columns, in colour where somebody watches. Text of a repository never reaches a terminal raw.
const WIDTH = 100;
const styles = {
  bold: [1, 22],
  dim: [2, 22],
  green: [32, 39],
  yellow: [33, 39],
  red: [31, 39],
  cyan: [36, 39],
};
const SHOWN = 14;

/** A number and what it counts. */
export function count(number, one) {
  return `${number.toLocaleString("en-US")} ${one}${number === 1 ? "" : "s"}`;
}

/** A number of bytes. */
export function bytes(number) {
  return number < 1e6 ? `${(number / 1e3).toFixed(1)} kB` : `${(number / 1e6).toFixed(1)} MB`;
}

/** A text without anything that a terminal would obey. */
function plain(text) {
  return text.replaceAll("\t", "    ").replace(/[\p{Cc}\p{Cf}]/gu, "?");
}

function clip(text, width = WIDTH) {
  const shown = [...plain(text)];
  return shown.length <= width ? shown.join("") : `${shown.slice(0, width - 1).join("")}…`;
}

const day = (date) => date?.toISOString().slice(0, 10) ?? "";

/** Prints answers and changes. */
export class Screen {
  #stream;
  #coloured;

  constructor(stream, env) {
    this.#stream = stream;
    this.#coloured = stream.isTTY === true && !env.NO_COLOR && env.TERM !== "dumb";
  }

  title(text) {
    this.#print("", `  ${this.#paint("bold", text)}`);
  }

  line(text) {
    this.#print(`  ${clip(text, WIDTH - 2)}`);
  }

  /** A commit of the repository. */
  commit(label, { sha, date, subject, version }) {
    const lead = `${sha.slice(0, 10)}  ${day(date)}  `;
    this.#print(
      "",
      `  ${this.#paint("cyan", clip(label, 40))}  ${lead}${this.#paint("bold", clip(subject, 60))}  ${this.#paint("dim", `version ${version}`)}`,
    );
  }

  /** A passage that answers: its score, its place and its first lines. */
  passage({ _score, path, symbol, start, end, body }, lines = 0) {
    const place = clip(`${path}:${start}-${end}`, 50);
    this.#print(
      `  ${this.#paint("green", _score.toFixed(2))}  ${this.#paint("bold", place)}  ${this.#paint("cyan", clip(symbol, 40))}`,
    );
    const shown = body
      .split("\n")
      .filter((line) => line.trim() !== "")
      .slice(0, lines);
    for (const text of shown) this.#print(`        ${this.#paint("dim", clip(text, WIDTH - 8))}`);
  }

  /** A change: the commit, the place, and the lines. */
  change(label, change) {
    this.commit(label, change);
    this.#print(
      `  ${this.#paint("bold", clip(`${change.path}:${change.start}-${change.end}`, 60))}  ${this.#paint("cyan", clip(change.symbol, 36))}`,
    );
    const lines = [
      ...change.removed.map((line) => ({ ...line, mark: "-", colour: "red" })),
      ...change.added.map((line) => ({ ...line, mark: "+", colour: "green" })),
    ];
    for (const { text, mark, colour } of lines.slice(0, SHOWN)) {
      this.#print(`     ${this.#paint(colour, clip(`${mark} ${text}`, WIDTH - 5))}`);
    }
    if (lines.length > SHOWN) this.line(`   and ${count(lines.length - SHOWN, "line")} more`);
  }

  #print(...lines) {
    for (const line of lines) this.#stream.write(`${line}\n`);
  }

  #paint(style, text) {
    const [on, off] = styles[style];
    return this.#coloured ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  }
}
