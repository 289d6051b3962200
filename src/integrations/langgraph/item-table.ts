// The table of a store: a row is an item.

import type { Item } from "@langchain/langgraph-checkpoint";
import {
  type Database,
  type EmbeddingFunction,
  embed,
  json,
  type Table,
  type TableView,
  table,
  text,
  timestamp,
  type Where,
} from "varve";
import { embeddingMissing } from "./langgraph-errors";
import { fromText } from "./namespace";

const columns = {
  id: text().primaryKey(),
  namespace: text().indexed(),
  key: text(),
  value: json<Record<string, unknown>>(),
  /** What of the value is searched. */
  body: text({ search: true }).nullable(),
  createdAt: timestamp().default(() => new Date()),
  updatedAt: timestamp().indexed(),
};

const plainTable = (name: string) => table(name, columns);
const embeddedTable = (name: string, fn: EmbeddingFunction<string>) =>
  table(name, columns, (c) => ({ vector: embed(fn, c.body) }));

/** The declaration of such a table. */
export type ItemDefinition = ReturnType<typeof embeddedTable>;

/** The items of a store. Where nothing is embedded, nobody searches the vectors. */
export type ItemTable = Table<ItemDefinition>;

/** A filter on items. */
export type ItemFilter = Where<ItemDefinition>;

/** Such a table, as it was or as it is. */
export type ItemView = TableView<ItemDefinition>;

/** The columns of an item that are shown. */
export const SHOWN = ["namespace", "key", "value", "createdAt", "updatedAt"] as const;

/** An item as a read with these columns shows it. */
export interface ItemRow {
  readonly namespace: string;
  readonly key: string;
  readonly value: Record<string, unknown>;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Opens the table, or makes it. */
export async function openItems(
  db: Database,
  name: string,
  embedding: EmbeddingFunction<string> | undefined,
): Promise<ItemTable> {
  if (embedding !== undefined) return await db.table(embeddedTable(name, embedding));
  const plain = await db.table(plainTable(name));
  const { columns: found } = await plain.describe();
  const vector = found.find((column) => column.name === "vector");
  if (vector?.function !== undefined) throw embeddingMissing(name, vector.function);
  return plain as unknown as ItemTable;
}

/** The key of an item, which no other namespace and key have together. */
export function idOf(namespace: readonly string[], key: string): string {
  return JSON.stringify([...namespace, key]);
}

/** A row as LangGraph has it. */
export function toItem({ namespace, key, value, createdAt, updatedAt }: ItemRow): Item {
  return { namespace: fromText(namespace), key, value, createdAt, updatedAt };
}
