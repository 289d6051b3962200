// The forms in which rows come and go: JSON Lines, CSV, and streams of Arrow.

import { extname } from "node:path";
import { usageError } from "./cli-error";
import { type Input, type Option, textOption } from "./command";

/** A form. */
export type RowFormat = "jsonl" | "csv" | "arrow";

const EXTENSIONS = new Map<string, RowFormat>([
  [".jsonl", "jsonl"],
  [".ndjson", "jsonl"],
  [".csv", "csv"],
  [".arrows", "arrow"],
]);
const FORMATS: readonly RowFormat[] = ["jsonl", "csv", "arrow"];

/** How the help shows the option. */
export const formatOption: Readonly<Record<"format", Option>> = {
  format: {
    type: "string",
    value: "<format>",
    help: "jsonl, csv or arrow (default: what the file's name ends with)",
  },
};

/** What the help says of them. */
export const formatHelp = [
  "JSON Lines (.jsonl, .ndjson) has an object a row. CSV (.csv) starts with the names of the columns; an",
  'empty cell is no value, and "" is an empty text. Arrow (.arrows) is a stream as pyarrow, Polars and',
  "DuckDB read it. In JSON Lines and CSV bytes are Base64, dates ISO 8601, and integers beyond 2^53 texts.",
];

/** The form of a file; throws a usage error where neither the option nor the name says it. */
export function formatOf(input: Input, file: string | undefined): RowFormat {
  const named = textOption(input, "format");
  if (named !== undefined) {
    const format = FORMATS.find((one) => one === named);
    if (format !== undefined) return format;
    throw usageError(`--format is one of ${FORMATS.join(", ")}, not ${JSON.stringify(named)}.`);
  }
  const format = file === undefined ? "jsonl" : EXTENSIONS.get(extname(file).toLowerCase());
  if (format !== undefined) return format;
  const known = [...EXTENSIONS.keys()].join(", ");
  throw usageError(
    `The name ${JSON.stringify(file)} does not end with ${known}.`,
    "Say what it is with --format.",
  );
}
