// How files are shown to a model: in the form that Anthropic documents for its memory tool.

import { failed } from "./memory-errors";

/** A file with its path below the folder. */
export interface MemoryFile {
  readonly path: string;
  readonly text: string;
}

const LINES_MAX = 999_999;
const ENTRIES_MAX = 1000;
const LEVELS = 2;

/** The lines of a file; a break at its end begins no line. */
export function linesOf(text: string): string[] {
  if (text === "") return [];
  return (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
}

/** A file with the numbers of its lines, or the part of it that is asked for. What is too long is cut, and the answer says how to go on. */
export function shownFile(
  { path, text }: MemoryFile,
  range: readonly [number, number] | undefined,
  maxText: number,
): string {
  const lines = linesOf(text);
  if (lines.length > LINES_MAX) throw failed(`File ${path} exceeds maximum line limit of 999,999 lines.`);
  const [first, end] = range ?? [1, -1];
  const last = end === -1 ? lines.length : Math.min(end, lines.length);
  const isRange = Number.isSafeInteger(first) && Number.isSafeInteger(end) && first >= 1;
  if (range !== undefined && (!isRange || first > last))
    throw failed(
      `Error: Invalid \`view_range\` parameter: [${first}, ${end}]. It should be within the range of lines of the file: [1, ${lines.length}]`,
    );
  const shown: string[] = [];
  let left = maxText;
  for (let number = first; number <= last; number++) {
    const line = lines[number - 1] ?? "";
    left -= line.length + 8;
    if (left < 0 && shown.length > 0) {
      shown.push(
        `[Cut: lines ${number} to ${last} are left out. View them with view_range [${number}, ${last}].]`,
      );
      break;
    }
    shown.push(numbered(line.length > maxText ? `${line.slice(0, maxText)}… [cut]` : line, number));
  }
  return [`Here's the content of ${path} with line numbers:`, ...shown].join("\n");
}

/** The lines around a change. */
export function snippet(text: string, from: number, to: number): string {
  const around = 4;
  const lines = linesOf(text);
  const start = Math.max(0, from - around);
  return lines
    .slice(start, to + around + 1)
    .map((line, index) => numbered(line, start + index + 1))
    .join("\n");
}

/** What is in a folder, down to two levels, with sizes. */
export function shownFolder(path: string, files: readonly MemoryFile[]): string {
  const sizes = new Map<string, number>([[path, 0]]);
  for (const file of files) {
    const labels = file.path.slice(path.length + 1).split("/");
    if (labels.some((label) => label.startsWith(".") || label === "node_modules")) continue;
    const size = Buffer.byteLength(file.text);
    for (let depth = 0; depth <= Math.min(labels.length, LEVELS); depth++) {
      const entry = [path, ...labels.slice(0, depth)].join("/");
      sizes.set(entry, (sizes.get(entry) ?? 0) + size);
    }
  }
  const entries = [...sizes].sort(([one], [other]) => (one < other ? -1 : 1));
  const shown = entries.slice(0, ENTRIES_MAX).map(([entry, size]) => `${shownSize(size)}\t${entry}`);
  const more = entries.length - shown.length;
  return [
    `Here're the files and directories up to 2 levels deep in ${path}, excluding hidden items and node_modules:`,
    ...shown,
    ...(more > 0 ? [`[Cut: ${more} more.]`] : []),
  ].join("\n");
}

function numbered(line: string, number: number): string {
  return `${String(number).padStart(6)}\t${line}`;
}

function shownSize(bytes: number): string {
  const kib = 1024;
  if (bytes < kib) return `${bytes}B`;
  if (bytes < kib * kib) return `${(bytes / kib).toFixed(1)}K`;
  return `${(bytes / kib / kib).toFixed(1)}M`;
}
