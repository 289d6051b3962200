// The one table of the application: what the documents say, cut into passages.

import { type ColumnName, embed, int, type SelectedRow, type Table, table, text } from "varve";
import { builtin } from "varve/embeddings";

/** What can be read. */
export const KINDS = ["markdown", "html", "pdf"] as const;

/** What a document was before it was text. */
export type Kind = (typeof KINDS)[number];

/**
 * A passage is a part of a document under one heading: `document.slice(start, end)` is its `body`. Its `id` is the path of the
 * document and the anchor of the heading, so a changed passage keeps its id and becomes another version of the same row.
 */
export const passages = table(
  "passages",
  {
    id: text().primaryKey(),
    path: text(),
    kind: text({ enum: KINDS }),
    /** The title of the document. */
    title: text(),
    /** The headings above the passage, the outermost first, joined by " › ". */
    heading: text(),
    body: text(),
    start: int(),
    end: int(),
    /** The page of a PDF. */
    page: int().nullable(),
    /** Over all of the above: two rows with the same hash are the same. */
    hash: text(),
  },
  // Another model is another line here: `embed(openai("text-embedding-3-small"), …)`.
  (c) => ({ vec: embed(builtin(), [c.title, c.heading, c.body]) }),
);

/** The open table. */
export type PassageTable = Table<typeof passages>;

/** A passage as it is read. */
export type PassageRow = SelectedRow<typeof passages, Exclude<ColumnName<typeof passages>, "vec">>;
