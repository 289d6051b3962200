// What is known of whole documents: how large each file is, when its text changed, and why one could not be read.

import { type Database, int, type Table, table, text } from "varve";
import { type PassageTable, passages } from "./passages.ts";

/** One row for each file. It is written after the passages, as of the same day. */
export const documents = table("documents", {
  path: text().primaryKey(),
  /** The size of the file. */
  bytes: int(),
  /** Since when its text has been what it is, as ISO 8601; null where nothing of it could be read. */
  changedAt: text().nullable(),
  /** Why it could not be read the last time, and what to do; null where it could. */
  problem: text().nullable(),
  next: text().nullable(),
  /** What a crawl found, the next crawl may find gone; what somebody uploaded stays. */
  origin: text({ enum: ["crawl", "upload"] }),
});

/** The open table of documents. */
export type DocumentTable = Table<typeof documents>;

/** A document as it is read. */
export type DocumentRow = typeof documents.$row;

/** The tables of the application. */
export interface Tables {
  readonly passages: PassageTable;
  readonly documents: DocumentTable;
}

/** Opens the tables, or creates them. */
export async function openTables(db: Database): Promise<Tables> {
  return { passages: await db.table(passages), documents: await db.table(documents) };
}
