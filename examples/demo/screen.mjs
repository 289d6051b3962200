// What the demo prints: lines of at most 100 columns, in colour where somebody watches.
import { plainText } from "varve/documents";

const WIDTH = 100;
/** The least of a heading that is shown. */
const LEAST = 12;
const styles = {
  bold: [1, 22],
  dim: [2, 22],
  green: [32, 39],
  yellow: [33, 39],
  red: [31, 39],
  cyan: [36, 39],
};

/** A number and what it counts. */
export function count(number, one) {
  return `${number.toLocaleString("en-US")} ${one}${number === 1 ? "" : "s"}`;
}

/** A number of bytes. */
export function bytes(number) {
  return number < 1e6 ? `${(number / 1e3).toFixed(1)} kB` : `${(number / 1e6).toFixed(1)} MB`;
}

const sizeOf = (text) => [...text].length;

function clip(text, width) {
  return sizeOf(text) <= width ? text : `${[...text].slice(0, width - 1).join("")}…`;
}

function clipStart(text, width) {
  return sizeOf(text) <= width ? text : `…${[...text].slice(1 - width).join("")}`;
}

/** The words of some Markdown in one line, without fences of code and the marks of lists. */
function words(markdown) {
  const plain = plainText(markdown.replace(/^\s*(```|~~~).*$|^\s*[-*+>]\s/gm, " "));
  return plain.replace(/[\s\p{Cc}]+/gu, " ").trim();
}

/** Prints steps, what came of them and how long they took. */
export class Screen {
  #stream;
  #coloured;
  #steps = 0;
  #ms;

  constructor(stream, env) {
    this.#stream = stream;
    this.#coloured = stream.isTTY === true && !env.NO_COLOR && env.TERM !== "dumb";
  }

  title(text) {
    this.#print("", `  ${this.#paint("bold", text)}`);
  }

  step(text) {
    this.#steps += 1;
    this.#print("", `  ${this.#paint("cyan", String(this.#steps))}  ${this.#paint("bold", text)}`);
  }

  line(text) {
    this.#print(`     ${clip(text, WIDTH - 5)}`);
  }

  /** Runs something; the next line shows how long it took. */
  async time(run) {
    const start = performance.now();
    const result = await run();
    this.#ms = performance.now() - start;
    return result;
  }

  result(text) {
    this.#timed(`     ${text}`);
  }

  question(text) {
    this.#print("", `     ${this.#paint("yellow", `"${text}"`)}`);
  }

  answer({ _score, path, heading, body }, when = "") {
    const label = when === "" ? "" : `${when.padEnd(7)}  `;
    const lead = `     ${label}${_score.toFixed(2)}  `;
    const room = WIDTH - lead.length - 12;
    const file = clipStart(path, room - LEAST - 2);
    const under = clipStart(heading, room - sizeOf(file) - 2);
    this.#timed(
      `     ${label}${this.#paint("green", _score.toFixed(2))}  ${this.#paint("bold", file)}  ${this.#paint("cyan", under)}`,
      lead.length + sizeOf(file) + 2 + sizeOf(under),
    );
    this.#print(`${" ".repeat(lead.length)}${clip(words(body), WIDTH - lead.length)}`);
  }

  /** A line for each file. */
  diff({ added, removed, changed }) {
    const files = new Map();
    const note = (path, kind) => {
      const kinds = files.get(path) ?? { new: 0, changed: 0, moved: 0, gone: 0 };
      files.set(path, { ...kinds, [kind]: kinds[kind] + 1 });
    };
    for (const { path } of added) note(path, "new");
    for (const { before, after } of changed)
      note(after.path, before.body === after.body ? "moved" : "changed");
    for (const { path } of removed) note(path, "gone");
    this.result(`${added.length} new, ${changed.length} changed, ${removed.length} gone`);
    const colours = { new: "green", changed: "yellow", moved: "dim", gone: "red" };
    for (const [path, kinds] of files) {
      const parts = Object.entries(kinds).filter(([, number]) => number > 0);
      const shown = parts.map(([kind, number]) => this.#paint(colours[kind], `${number} ${kind}`));
      this.#print(`     ${clipStart(path, WIDTH - 45)}: ${shown.join(", ")}`);
    }
  }

  end(command) {
    this.#print("", "  Now your own documents:", "", `     ${this.#paint("bold", command)}`, "");
  }

  #timed(text, width = sizeOf(text)) {
    const ms = this.#ms;
    this.#ms = undefined;
    if (ms === undefined) this.#print(text);
    else {
      const time = `${ms < 10 ? ms.toFixed(1) : Math.round(ms).toLocaleString("en-US")} ms`;
      this.#print(
        `${text}${" ".repeat(Math.max(2, WIDTH - width - time.length))}${this.#paint("dim", time)}`,
      );
    }
  }

  #print(...lines) {
    for (const line of lines) this.#stream.write(`${line}\n`);
  }

  #paint(style, text) {
    const [on, off] = styles[style];
    return this.#coloured ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  }
}
