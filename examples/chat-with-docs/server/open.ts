import { join } from "node:path";
import { connect, type Database } from "varve";
import { openTables, type Tables } from "./documents-table.ts";

/** Where the tables are kept, unless CHAT_DATA says another place. */
const DATA = join(import.meta.dirname, "../../.varve/library");

/** Opens the tables, or creates them. */
export async function openLibrary(
  data: string = process.env["CHAT_DATA"] ?? DATA,
): Promise<{ db: Database; tables: Tables }> {
  const db = await connect(data);
  return { db, tables: await openTables(db) };
}
