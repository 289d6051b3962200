// What people are shown: texts cut to size and made harmless, numbers and dates in words.

import { plainText } from "varve/documents";

/** Text without control characters. */
export function harmless(text: string): string {
  return text.replace(/\p{Cc}+/gu, " ").replace(/[\u202a-\u202e\u2066-\u2069]/g, "");
}

/** Text that is cut to a number of characters. */
export function clip(text: string, width: number): string {
  const characters = [...harmless(text)];
  return characters.length <= width
    ? characters.join("")
    : `${characters.slice(0, Math.max(0, width - 1)).join("")}…`;
}

/** Text whose start is left out until it fits. */
export function clipStart(text: string, width: number): string {
  const characters = [...harmless(text)];
  const left = characters.length - Math.max(0, width - 1);
  return characters.length <= width ? characters.join("") : `…${characters.slice(left).join("")}`;
}

/** Lines that say nothing to a reader, and what stands at the start of a line of a list or a quotation. */
const MARKUP = /^[ \t]*(?:`{3,}|~{3,}|\[[^\]]*\]:).*$|^[ \t]*(?:[-*+>]|\d{1,9}[.)])(?=[ \t])/gm;

/** The first words of a Markdown text, on at most `lines` lines. */
export function excerpt(text: string, width: number, lines: number): string[] {
  const plain = plainText(text.slice(0, width * lines * 4).replace(MARKUP, ""));
  const words = plain.slice(0, width * lines * 2).split(" ");
  const shown = [""];
  for (const word of words) {
    const line = shown.at(-1) ?? "";
    const longer = line === "" ? word : `${line} ${word}`;
    if (line === "" || longer.length <= width) shown[shown.length - 1] = longer;
    else if (shown.length < lines) shown.push(word);
    else {
      shown[shown.length - 1] = `${line.slice(0, width - 2)} …`;
      break;
    }
  }
  return shown.map((line) => clip(line, width));
}

/** A number of bytes for people. */
export function bytesText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${units[power]}`;
}

/** A number and what it counts. */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en-US")} ${count === 1 ? one : many}`;
}

/** An instant for people: the minute, in UTC. */
export function dateText(date: Date | null): string {
  return date === null ? "-" : `${date.toISOString().slice(0, 16).replace("T", " ")}Z`;
}
