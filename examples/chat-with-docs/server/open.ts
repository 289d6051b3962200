import { join } from "node:path";
import { connect, type Database } from "varve";
import { type PassageTable, passages } from "./passages.ts";

/** Where the table is kept, unless CHAT_DATA says another place. */
const DATA = join(import.meta.dirname, "../../.varve/library");

/** Opens the table, or creates it. */
export async function openPassages(
  data: string = process.env["CHAT_DATA"] ?? DATA,
): Promise<{ db: Database; t: PassageTable }> {
  const db = await connect(data);
  return { db, t: await db.table(passages) };
}
