import { extname } from "node:path";
import { embed, int, type Table, table, text } from "varve";
import { builtin } from "varve/embeddings";
import { cutMarkdown, cutText } from "./markdown";

/** The table that `varve ingest` fills: a row for each piece of a document. */
export function documentTable(name: string) {
  const columns = {
    /** `docs/guide/refunds.md#how-long`: source, path and anchor. */
    id: text().primaryKey(),
    /** Which folder it came from. */
    source: text(),
    /** The file, from that folder on. */
    path: text(),
    /** The headings above it: `Refunds > How long`. */
    heading: text(),
    /** The text, without its heading. */
    body: text(),
    /** Where the text starts in the file, in UTF-16 units. */
    start: int(),
    /** Where it ends. */
    end: int(),
  };
  return table(name, columns, (c) => ({ vec: embed(builtin(), [c.heading, c.body]) }));
}

/** An open table of documents. */
export type DocumentTable = Table<ReturnType<typeof documentTable>>;

/** A piece of a document as a row. */
export type DocumentRow = ReturnType<typeof documentTable>["$insert"];

/** The rows of a document. */
export function documentRows(source: string, path: string, content: string): DocumentRow[] {
  const pieces = extname(path).toLowerCase() === ".txt" ? cutText(content) : cutMarkdown(content);
  return pieces.map(({ headings, anchor, body, start, end }) => ({
    id: `${source}/${path}${anchor === "" ? "" : `#${anchor}`}`,
    source,
    path,
    heading: headings.join(" > "),
    body,
    start,
    end,
  }));
}
