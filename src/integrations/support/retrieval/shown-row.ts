// Rows as models read them: plain JSON of bounded length.

import { isBytes, isDate } from "../../../realm";
import type { ShownValue } from "./tool-types";

type Row = Readonly<Record<string, unknown>>;

const ITEMS_MAX = 100;
const DEPTH_MAX = 8;

/** How many characters an answer may still take. One is made for each answer. */
export class ShownRows {
  readonly #maxText: number;
  readonly #maxItems: number;
  #left: number;
  readonly #cut = new Set<"texts" | "lists">();
  #full = false;

  constructor(maxText: number, maxAnswer: number, maxItems = ITEMS_MAX) {
    this.#maxText = maxText;
    this.#maxItems = maxItems;
    this.#left = maxAnswer;
  }

  /** What was left out, as the start of a sentence; undefined where nothing was. */
  get cut(): string | undefined {
    if (this.#cut.size === 0) return undefined;
    return `Some ${[...this.#cut].sort().reverse().join(" and ")} are cut`;
  }

  /** Whether something was left out because of what was shown before it, so that fewer rows would show more of each. */
  get full(): boolean {
    return this.#full;
  }

  /** The columns of a row that a model sees. */
  row(row: Row, columns: readonly string[]): Record<string, ShownValue> {
    return Object.fromEntries(columns.map((column) => [column, this.#value(row[column], 1)]));
  }

  #value(value: unknown, depth: number): ShownValue {
    if (value === null || value === undefined) return null;
    if (isDate(value)) return value.toISOString();
    if (isBytes(value)) return `(${value.length} bytes)`;
    if (ArrayBuffer.isView(value)) return `(${value.byteLength} bytes)`;
    switch (typeof value) {
      case "string":
        return this.#text(value);
      case "number":
      case "boolean":
        return value;
      case "object":
        return this.#nested(value, depth);
      case "bigint":
        return shownWhole(value);
      default:
        return String(value);
    }
  }

  #nested(value: object, depth: number): ShownValue {
    if (depth > DEPTH_MAX || this.#left <= 0) {
      this.#cut.add("lists");
      if (depth <= DEPTH_MAX) this.#full = true;
      return "…";
    }
    const entries = Object.entries(value);
    const shown = entries.slice(0, this.#maxItems).map(([key, item]): [string, ShownValue] => {
      this.#left -= key.length + 4;
      return [key, this.#value(item, depth + 1)];
    });
    const more = entries.length - shown.length;
    if (more > 0) {
      this.#cut.add("lists");
      shown.push(["…", `… (${more} more)`]);
    }
    return Array.isArray(value) ? shown.map(([, item]) => item) : Object.fromEntries(shown);
  }

  #text(text: string): string {
    const room = Math.max(0, this.#left);
    const shown = cutText(text, Math.min(this.#maxText, room));
    this.#left -= shown.length;
    if (shown !== text) {
      this.#cut.add("texts");
      if (room < this.#maxText) this.#full = true;
    }
    return shown;
  }
}

/** A whole number as JSON has it: as a text where a number of JavaScript would not be exact. */
export function shownWhole(value: bigint): string | number {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

/** The start of a text, with what is missing said at its end; never half a character. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text;
  const start = startOf(text, max);
  return `${start}… (${text.length - start.length} more characters)`;
}

/** The start of a text, without half a character at its end. */
export function startOf(text: string, max: number): string {
  const last = text.charCodeAt(max - 1);
  return text.slice(0, Math.max(0, last >= 0xd800 && last <= 0xdbff ? max - 1 : max));
}
