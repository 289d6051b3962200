// The table of a memory: a row is a thread, a message or a resource.

import type { MastraDBMessage, StorageThreadType } from "@mastra/core/memory";
import type { StorageResourceType } from "@mastra/core/storage";
import {
  type Database,
  float,
  json,
  type MongoFilter,
  type Table,
  type TableView,
  table,
  text,
  timestamp,
} from "varve";

const memoryTable = (name: string) =>
  table(name, {
    id: text().primaryKey(),
    kind: text({ enum: ["thread", "message", "resource"] }),
    /** The id that Mastra knows. */
    name: text(),
    thread: text().nullable().indexed(),
    resource: text().nullable().indexed(),
    role: text().nullable(),
    type: text().nullable(),
    title: text().nullable(),
    content: json<Record<string, unknown>>().nullable(),
    metadata: json<Record<string, unknown>>().nullable(),
    /** The working memory of a resource. */
    memory: text().nullable(),
    /** What orders messages of one moment. */
    position: float(),
    createdAt: timestamp().indexed(),
    updatedAt: timestamp().nullable(),
  });

type MemoryDefinition = ReturnType<typeof memoryTable>;

/** The memory of any number of resources. */
export type MemoryTable = Table<MemoryDefinition>;

/** The same, as it is or as it was. */
export type MemoryView = TableView<MemoryDefinition>;

/** A filter on it. */
export type MemoryFilter = MongoFilter<MemoryDefinition>;

/** A row of it. */
export type MemoryRow = MemoryDefinition["$row"];

/** What a row is. */
export type Kind = MemoryRow["kind"];

/** Opens the table, or makes it. */
export async function openMemory(db: Database, name: string): Promise<MemoryTable> {
  return await db.table(memoryTable(name));
}

/** The key of a row. */
export function idOf(kind: Kind, name: string): string {
  return JSON.stringify([kind, name]);
}

/** A row in which nothing is said but what it is. */
export function blank(kind: Kind, name: string, createdAt: Date, position: number): MemoryRow {
  const nothing = { thread: null, resource: null, role: null, type: null, title: null, content: null };
  const id = idOf(kind, name);
  return { id, kind, name, ...nothing, metadata: null, memory: null, position, createdAt, updatedAt: null };
}

/** A thread as Mastra has it. */
export function toThread({
  name,
  resource,
  title,
  metadata,
  createdAt,
  updatedAt,
}: MemoryRow): StorageThreadType {
  return {
    id: name,
    resourceId: resource ?? "",
    ...(title === null ? {} : { title }),
    ...(metadata === null ? {} : { metadata }),
    createdAt,
    updatedAt: updatedAt ?? createdAt,
  };
}

/** A message as Mastra has it. */
export function toMessage({
  name,
  thread,
  resource,
  role,
  type,
  content,
  createdAt,
}: MemoryRow): MastraDBMessage {
  return {
    id: name,
    role: (role ?? "user") as MastraDBMessage["role"],
    createdAt,
    threadId: thread ?? "",
    ...(resource === null ? {} : { resourceId: resource }),
    ...(type === null ? {} : { type }),
    content: (content ?? {}) as unknown as MastraDBMessage["content"],
  };
}

/** A resource as Mastra has it. */
export function toResource({ name, memory, metadata, createdAt, updatedAt }: MemoryRow): StorageResourceType {
  return {
    id: name,
    ...(memory === null ? {} : { workingMemory: memory }),
    metadata: metadata ?? {},
    createdAt,
    updatedAt: updatedAt ?? createdAt,
  };
}
