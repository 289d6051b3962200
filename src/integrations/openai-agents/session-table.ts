import {
  type Database,
  int,
  type JsonValue,
  json,
  type Table,
  type TableView,
  table,
  text,
  timestamp,
} from "varve";

const sessionsTable = (name: string) =>
  table(name, {
    id: text().primaryKey(),
    session: text().indexed(),
    /** Where an item stands in its history; null for an operation that was applied. */
    position: int().nullable(),
    item: json<JsonValue>(),
    /** The ways to bytes inside an item. */
    binary: json<JsonValue>().nullable(),
    at: timestamp().default(() => new Date()),
  });

type SessionDefinition = ReturnType<typeof sessionsTable>;

/** The items of any number of sessions. */
export type SessionTable = Table<SessionDefinition>;

/** The same, as it is or as it was. */
export type SessionView = TableView<SessionDefinition>;

/** A row to write. */
export type SessionRow = SessionDefinition["$insert"];

/** Opens the table, or makes it. */
export async function openSessions(db: Database, name: string): Promise<SessionTable> {
  return await db.table(sessionsTable(name));
}

/** The key of an item. */
export function itemId(session: string, position: number): string {
  return JSON.stringify(["item", session, position]);
}

/** The key of an operation. */
export function operationId(session: string, operation: string): string {
  return JSON.stringify(["operation", session, operation]);
}
