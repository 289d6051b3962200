// Regular expressions as patterns of LIKE, which the engine answers in linear time. What a model wrote into a filter must not be able to
// stop the program, so expressions that repeat anything but "any character" are refused and nothing is given to RegExp.

import { isRegExp } from "../../realm";
import { regexTooMuch, wrongOperand } from "./mastra-errors";

/** Patterns of LIKE, one of which a text must match. */
export interface TextPatterns {
  readonly patterns: readonly string[];
  readonly ignoreCase: boolean;
}

const PATTERNS_MAX = 1000;
const LENGTH_MAX = 1000;
const ANY = "%";

/** The patterns for a regular expression; throws INVALID_FILTER for what is beyond them. As with the flag `s`, a dot is any character. */
export function toPatterns(regex: unknown, options: unknown): TextPatterns {
  const source = isRegExp(regex) ? regex.source : regex;
  if (typeof source !== "string") throw wrongOperand("$regex", "a text or a RegExp", regex);
  if (options !== undefined && typeof options !== "string") throw wrongOperand("$options", "a text", options);
  const [, inline = "", body = source] = /^\(\?([a-z]+)\)(.*)$/s.exec(source) ?? [];
  const flags = new Set(`${inline}${options ?? ""}${isRegExp(regex) ? regex.flags : ""}`);
  for (const flag of flags) if (!"isguvy".includes(flag)) throw regexTooMuch(source, `the flag ${flag}`);
  const reader = new RegexReader(body, source);
  return { patterns: [...new Set(reader.all())], ignoreCase: flags.has("i") };
}

class RegexReader {
  readonly #text: string;
  readonly #source: string;
  #at = 0;

  constructor(text: string, source: string) {
    if (text.length > LENGTH_MAX)
      throw regexTooMuch(`${source.slice(0, 40)}…`, `more than ${LENGTH_MAX} characters`);
    this.#text = text;
    this.#source = source;
  }

  /** The alternatives of the whole expression. Without an anchor, anything may stand before and after. */
  all(): string[] {
    const patterns: string[] = [];
    do {
      const start = this.#take("^") ? "" : ANY;
      const middle = this.#sequence();
      const end = this.#take("$") ? "" : ANY;
      patterns.push(...middle.map((one) => `${start}${one}${end}`));
    } while (this.#take("|"));
    if (this.#at < this.#text.length)
      throw this.#tooMuch(`${JSON.stringify(this.#text[this.#at])} in this place`);
    return this.#checked(patterns);
  }

  #sequence(): string[] {
    let patterns = [""];
    while (this.#at < this.#text.length && !"|)$".includes(this.#text[this.#at] ?? "")) {
      const next = this.#repeated(this.#atom());
      patterns = this.#checked(patterns.flatMap((before) => next.map((one) => before + one)));
    }
    return patterns;
  }

  /** What one piece stands for: a group, a class, a dot or a character. */
  #atom(): string[] {
    const character = String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 0);
    this.#at += character.length;
    switch (character) {
      case "(":
        return this.#group();
      case "[":
        return this.#class();
      case ".":
        return ["_"];
      case "\\":
        return this.#escape().map(literal);
      case "*":
      case "+":
      case "?":
      case "{":
      case "^":
        throw this.#tooMuch(`${character} in this place`);
      default:
        return [literal(character)];
    }
  }

  #repeated(atom: string[]): string[] {
    if (this.#take("?")) return ["", ...atom];
    const isAny = atom.length === 1 && atom[0] === "_";
    for (const [mark, least] of [
      ["*", ""],
      ["+", "_"],
    ] as const) {
      if (!this.#take(mark)) continue;
      // A lazy mark finds the same texts.
      this.#take("?");
      if (!isAny) throw this.#tooMuch(`${mark} after something else than a dot`);
      return [`${least}${ANY}`];
    }
    if (this.#text[this.#at] === "{") throw this.#tooMuch("a counted repetition");
    return atom;
  }

  #group(): string[] {
    if (this.#text.startsWith("?:", this.#at)) this.#at += 2;
    else if (this.#text[this.#at] === "?") throw this.#tooMuch("a group of a special kind");
    const patterns = this.#sequence();
    while (this.#take("|")) patterns.push(...this.#sequence());
    if (!this.#take(")")) throw this.#tooMuch("a group without an end");
    return this.#checked(patterns);
  }

  #class(): string[] {
    if (this.#text[this.#at] === "^") throw this.#tooMuch("a negated class");
    const characters: string[] = [];
    while (this.#text[this.#at] !== "]") {
      if (this.#at >= this.#text.length) throw this.#tooMuch("a class without an end");
      const first = this.#member();
      if (first.length === 1 && this.#text[this.#at] === "-" && this.#text[this.#at + 1] !== "]") {
        this.#at += 1;
        characters.push(...this.#range(first[0] ?? "", this.#member()[0] ?? ""));
      } else characters.push(...first);
      this.#checked(characters);
    }
    this.#at += 1;
    if (characters.length === 0) throw this.#tooMuch("an empty class");
    return characters.map(literal);
  }

  #member(): string[] {
    if (this.#take("\\")) return this.#escape();
    const character = String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 0);
    this.#at += character.length;
    return [character];
  }

  #range(from: string, to: string): string[] {
    const [first = 0, last = 0] = [from.codePointAt(0), to.codePointAt(0)];
    if (last < first || last - first >= PATTERNS_MAX) throw this.#tooMuch(`the range ${from}-${to}`);
    return Array.from({ length: last - first + 1 }, (_, index) => String.fromCodePoint(first + index));
  }

  #escape(): string[] {
    const character = this.#text[this.#at] ?? "";
    this.#at += 1;
    if (character === "d") return this.#range("0", "9");
    const control = { n: "\n", r: "\r", t: "\t" }[character];
    if (control !== undefined) return [control];
    if (character === "" || /[a-z0-9]/i.test(character)) throw this.#tooMuch(`\\${character}`);
    return [character];
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #checked(patterns: string[]): string[] {
    if (patterns.length > PATTERNS_MAX) throw this.#tooMuch(`more than ${PATTERNS_MAX} alternatives`);
    return patterns;
  }

  #tooMuch(what: string): Error {
    return regexTooMuch(this.#source, what);
  }
}

/** A character as a pattern that matches only itself. */
function literal(character: string): string {
  return /[\\%_]/.test(character) ? `\\${character}` : character;
}

/** Whether a text matches a pattern of LIKE: `%` is any run, `_` one character. Takes time in proportion to both lengths together. */
export function matchesLike(text: string, pattern: string, ignoreCase: boolean): boolean {
  const fold = (value: string): string => (ignoreCase ? value.toLowerCase() : value);
  const characters = [...fold(text)];
  const steps = [...fold(pattern).matchAll(/\\?./gsu)].map(([step]) => step);
  let [at, step, restart, from] = [0, 0, -1, 0];
  while (at < characters.length) {
    const wanted = steps[step];
    if (wanted === ANY) {
      restart = step;
      from = at;
      step += 1;
    } else if (wanted === "_" || (wanted !== undefined && wanted.replace(/^\\/, "") === characters[at])) {
      at += 1;
      step += 1;
    } else if (restart >= 0) {
      from += 1;
      at = from;
      step = restart + 1;
    } else return false;
  }
  return steps.slice(step).every((rest) => rest === ANY);
}
