import { embed, int, type Table, table, text } from "varve";
import { documentKind, splitDocument } from "varve/documents";
import { builtin } from "varve/embeddings";

/** The table that `varve ingest` fills: a row for each passage of a document. */
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

/** A passage of a document as a row. */
export type DocumentRow = ReturnType<typeof documentTable>["$insert"];

/** The rows of a document. */
export function documentRows(source: string, path: string, content: string): DocumentRow[] {
  const passages = splitDocument(content, documentKind(path));
  return passages.map(({ headings, anchor, text: body, start, end }) => ({
    id: `${source}/${path}${anchor === "" ? "" : `#${anchor}`}`,
    source,
    path,
    heading: headings.join(" > "),
    body,
    start,
    end,
  }));
}
