import { isDeepStrictEqual } from "node:util";
import type { MastraDBMessage, StorageThreadType } from "@mastra/core/memory";
import {
  MemoryStorage,
  type StorageCloneThreadInput,
  type StorageCopyThreadOutput,
  type StorageListMessagesByResourceIdInput,
  type StorageListMessagesInput,
  type StorageListMessagesOutput,
  type StorageListThreadsInput,
  type StorageListThreadsOutput,
  type StorageResourceType,
} from "@mastra/core/storage";
import type { AsOf, Database } from "varve";
import { type Names, ownOptions } from "../../own-options";
import { DATABASE, type DatabaseOptions } from "../support/database-source";
import { readOnly } from "../support/document-errors";
import { idList, oneId } from "../support/ids";
import { ifUnchanged } from "../support/if-unchanged";
import { toStored } from "../support/metadata";
import { TableSource } from "../support/table-source";
import { badParam, noThread, tooBusy } from "./mastra-errors";
import {
  blank,
  idOf,
  type MemoryRow,
  type MemoryTable,
  type MemoryView,
  openMemory,
  toMessage,
  toResource,
  toThread,
} from "./memory-table";
import { listMessages, messagesById, pageOf } from "./message-reader";

/** What a memory takes. */
export interface VarveMemoryConfig extends DatabaseOptions {
  /**
   * The name of the table.
   * @default "mastra_memory"
   */
  readonly table?: string | undefined;
}

const CONFIG: Names<VarveMemoryConfig> = { ...DATABASE, table: true };
const THREADS = 100;

/** What is written of a version: rows, and the keys of rows that go. */
interface Change<T> {
  readonly rows?: readonly MemoryRow[];
  readonly gone?: readonly string[];
  readonly result: T;
}

type MessageUpdate = Parameters<MemoryStorage["updateMessages"]>[0]["messages"][number];

/**
 * The threads, messages and working memory of Mastra, as the `memory` of a composite store: each change is a version.
 *
 * Nothing is opened before it is used. Any number of processes may use one memory: what depends on what is there is written only if
 * nothing was written meanwhile, and otherwise made anew.
 *
 * @example
 * ```ts
 * const memory = new VarveMemory({ location: "./data" });
 * const storage = new MastraCompositeStore({ id: "app", default: libsql, domains: { memory } });
 * const { messages } = await memory.asOf("2026-11-23").listMessages({ threadId: "1" });
 * ```
 */
export class VarveMemory extends MemoryStorage {
  override readonly supportsPartialThreadUpdate = true;
  readonly #config: VarveMemoryConfig;
  readonly #source: TableSource<MemoryTable>;
  readonly #at: AsOf | undefined;
  #lastPosition = 0;

  /** A memory in a database. */
  constructor(config: VarveMemoryConfig);
  /** @internal */
  constructor(config: VarveMemoryConfig, source: TableSource<MemoryTable>, at: AsOf);
  constructor(given: VarveMemoryConfig, source?: TableSource<MemoryTable>, at?: AsOf) {
    super();
    const config = ownOptions("VarveMemory", given, CONFIG);
    const { table = "mastra_memory" } = config;
    this.#config = config;
    this.#source = source ?? new TableSource(config, (db) => openMemory(db, table));
    this.#at = at;
  }

  /** The database, with all that it can do. */
  database(): Promise<Database> {
    return this.#source.database();
  }

  /** Makes the table, if there is none; every other method does so too. */
  override async init(): Promise<void> {
    await this.#source.table();
  }

  /** Deletes everything. Older versions still show it. */
  override async dangerouslyClearAll(): Promise<void> {
    this.#checkPresent("dangerouslyClearAll");
    await (await this.#source.table()).delete({ all: true });
  }

  /** A thread; null where there is none, or where it belongs to another resource. */
  override async getThreadById({ threadId, resourceId }: { threadId: string; resourceId?: string }) {
    const row = await (await this.#view()).get(idOf("thread", oneId("getThreadById", "threadId", threadId)));
    if (row === undefined || (resourceId !== undefined && row.resource !== resourceId)) return null;
    return toThread(row);
  }

  /** Keeps a thread as it is given. */
  override async saveThread({ thread }: { thread: StorageThreadType }): Promise<StorageThreadType> {
    const row = this.#threadRow("saveThread", thread);
    this.#checkPresent("saveThread");
    await (await this.#source.table()).upsert(row);
    return thread;
  }

  /** Sets the title of a thread, and keys of its metadata; the others stay. */
  override async updateThread(given: { id: string; title?: string; metadata?: Record<string, unknown> }) {
    const { id, title } = given;
    const metadata = json("updateThread", "metadata", given.metadata ?? {});
    return await this.#change("updateThread", async (view) => {
      const row = await view.get(idOf("thread", id));
      if (row === undefined) throw noThread("updateThread", id);
      const changed = {
        ...row,
        title: title ?? row.title,
        metadata: { ...row.metadata, ...metadata },
        updatedAt: new Date(),
      };
      return { rows: [changed], result: toThread(changed) };
    });
  }

  /** Sets metadata of a thread to what a function makes of the thread, also when several processes do so. */
  override async updateThreadMetadata({
    id,
    resourceId,
    update,
  }: Parameters<MemoryStorage["updateThreadMetadata"]>[0]): Promise<StorageThreadType | null> {
    return await this.#change<StorageThreadType | null>("updateThreadMetadata", async (view) => {
      const row = await view.get(idOf("thread", id));
      if (row === undefined || (resourceId !== undefined && row.resource !== resourceId))
        return { result: null };
      const metadata = update(toThread(row));
      if (metadata === undefined) return { result: toThread(row) };
      const added = json("updateThreadMetadata", "metadata", metadata);
      const changed = { ...row, metadata: { ...row.metadata, ...added }, updatedAt: new Date() };
      return { rows: [changed], result: toThread(changed) };
    });
  }

  /** Removes a thread with its messages, as one commit. Older versions still show them; see `purge`. */
  override async deleteThread({ threadId }: { threadId: string }): Promise<void> {
    this.#checkPresent("deleteThread");
    const thread = oneId("deleteThread", "threadId", threadId);
    const t = await this.#source.table();
    await t.delete({ where: { $or: [{ id: idOf("thread", thread) }, { thread }] } });
  }

  /** Gives a thread and its messages to another resource, as one commit. */
  override async updateThreadResourceId(given: { threadId: string; resourceId: string }) {
    const { threadId, resourceId: resource } = given;
    return await this.#change("updateThreadResourceId", async (view) => {
      const row = await view.get(idOf("thread", threadId));
      if (row === undefined) throw noThread("updateThreadResourceId", threadId);
      if (row.resource === resource) return { result: toThread(row) };
      const messages = await view.find({ where: { kind: "message", thread: threadId } });
      const changed = { ...row, resource, updatedAt: new Date() };
      return { rows: [changed, ...messages.map((one) => ({ ...one, resource }))], result: toThread(changed) };
    });
  }

  /** Threads of a resource, or of all. */
  override async listThreads(args: StorageListThreadsInput): Promise<StorageListThreadsOutput> {
    const { filter, orderBy } = args;
    const page = pageOf("listThreads", args.page, args.perPage, THREADS);
    const { field, direction } = this.parseOrderBy(orderBy);
    this.validateMetadataKeys(filter?.metadata);
    const wanted = Object.entries(filter?.metadata ?? {});
    const descending = direction === "DESC";
    const found = await (await this.#view()).find({
      where: { kind: "thread", ...(filter?.resourceId === undefined ? {} : { resource: filter.resourceId }) },
      orderBy: [
        { column: field, descending },
        { column: "position", descending: false },
      ],
    });
    const kept = found.filter(({ metadata }) =>
      wanted.every(([key, value]) => isDeepStrictEqual(metadata?.[key], value)),
    );
    const end = page.limit === undefined ? kept.length : page.offset + page.limit;
    const threads = kept.slice(page.offset, end).map(toThread);
    return {
      threads,
      total: kept.length,
      page: page.page,
      perPage: page.perPage,
      hasMore: end < kept.length,
    };
  }

  /** Messages of threads, a page of them, with those that are included. */
  override async listMessages(args: StorageListMessagesInput): Promise<StorageListMessagesOutput> {
    const threads = Array.isArray(args.threadId) ? args.threadId : [args.threadId];
    if (threads.length === 0 || threads.some((id) => typeof id !== "string" || id.trim() === ""))
      throw badParam(
        "listMessages",
        "threadId",
        "a text that is not empty, or a list of such",
        args.threadId,
      );
    const scope = { threads, resource: args.resourceId || undefined };
    return await listMessages("listMessages", await this.#fixed(), scope, args);
  }

  /** Messages of a resource in all threads. */
  override async listMessagesByResourceId(
    args: StorageListMessagesByResourceIdInput,
  ): Promise<StorageListMessagesOutput> {
    const scope = {
      threads: undefined,
      resource: oneId("listMessagesByResourceId", "resourceId", args.resourceId),
    };
    return await listMessages("listMessagesByResourceId", await this.#fixed(), scope, args);
  }

  /** Messages by their ids, the oldest first. */
  override async listMessagesById({
    messageIds,
  }: {
    messageIds: string[];
  }): Promise<{ messages: MastraDBMessage[] }> {
    const ids = idList("listMessagesById", "messageIds", messageIds);
    return { messages: await messagesById(await this.#view(), ids) };
  }

  /** Keeps messages, as one commit, which also dates their threads. */
  override async saveMessages(args: {
    messages: MastraDBMessage[];
  }): Promise<{ messages: MastraDBMessage[] }> {
    const given = args.messages.map((message, index) => this.#messageRow(message, index));
    const fresh = [...new Map(given.map((row) => [row.id, row])).values()];
    if (fresh.length === 0) return { messages: [] };
    await this.#change("saveMessages", async (view) => {
      const before = await view.get(fresh.map(({ id }) => id));
      const threads = await touched(view, fresh);
      const owners = new Map(threads.map(({ name, resource }) => [name, resource]));
      const rows = fresh.map((row, index) => ({
        ...row,
        position: before[index]?.position ?? row.position,
        // A message that names nobody is of whom its thread is: a purge of theirs has to find it.
        resource: row.resource ?? owners.get(row.thread ?? "") ?? null,
      }));
      return { rows: [...rows, ...threads], result: undefined };
    });
    return { messages: fresh.map(toMessage) };
  }

  /** Changes messages that are there, as one commit; content is merged, and so is its metadata. */
  override async updateMessages({ messages }: { messages: MessageUpdate[] }): Promise<MastraDBMessage[]> {
    const updates = messages.map((update) => ({
      ...update,
      content: update.content === undefined ? undefined : json("updateMessages", "content", update.content),
    }));
    return await this.#change("updateMessages", async (view) => {
      const found = await view.get(updates.map(({ id }) => idOf("message", id)));
      const befores = found.filter((row) => row !== undefined);
      const states = new Map(befores.map((row) => [row.name, row]));
      const changed: MemoryRow[] = [];
      for (const update of updates) {
        const before = states.get(update.id);
        if (before === undefined) continue;
        const after = updated(before, update);
        states.set(update.id, after);
        changed.push(after);
      }
      const rows = [...changed, ...(await touched(view, [...befores, ...changed]))];
      return { rows, result: changed.map(toMessage) };
    });
  }

  /** Removes messages, as one commit. Older versions still show them. */
  override async deleteMessages(messageIds: string[]): Promise<void> {
    const keys = idList("deleteMessages", "messageIds", messageIds).map((id) => idOf("message", id));
    if (keys.length === 0) return;
    await this.#change("deleteMessages", async (view) => {
      const found = (await view.get(keys)).filter((row) => row !== undefined);
      return { rows: await touched(view, found), gone: found.map(({ id }) => id), result: undefined };
    });
  }

  /** Copies a thread with its messages, as one commit. */
  override async copyThread(args: StorageCloneThreadInput): Promise<StorageCopyThreadOutput> {
    const { sourceThreadId, newThreadId = crypto.randomUUID(), resourceId, title, metadata, options } = args;
    const own = json("copyThread", "metadata", metadata ?? {});
    return await this.#change("copyThread", async (view) => {
      const source = await view.get(idOf("thread", sourceThreadId));
      if (source === undefined) throw noThread("copyThread", sourceThreadId);
      const id = idOf("thread", newThreadId);
      if ((await view.get(id)) !== undefined)
        throw badParam("copyThread", "newThreadId", "the id of a thread that is not there", newThreadId);
      const { startDate: start, endDate: end, messageIds } = options?.messageFilter ?? {};
      const scope = { threads: [sourceThreadId], resource: undefined };
      const filter = { dateRange: { ...(start && { start }), ...(end && { end }) } };
      const all = await listMessages("copyThread", view, scope, { perPage: false, filter });
      const chosen = all.messages.filter((one) => !messageIds?.length || messageIds.includes(one.id));
      const messages = options?.messageLimit ? chosen.slice(-options.messageLimit) : chosen;
      const now = new Date();
      const last = messages.at(-1);
      const clone = { sourceThreadId, clonedAt: now.toISOString(), ...(last && { lastMessageId: last.id }) };
      const thread: MemoryRow = {
        ...blank("thread", newThreadId, now, this.#position()),
        resource: resourceId ?? source.resource,
        title: title ?? (source.title === null ? null : `Clone of ${source.title}`),
        metadata: { ...own, clone },
        updatedAt: now,
      };
      const copies = messages.map((one, index) => {
        const moved = { ...one, id: crypto.randomUUID(), threadId: newThreadId };
        return this.#messageRow(resourceId === undefined ? moved : { ...moved, resourceId }, index);
      });
      const messageIdMap = Object.fromEntries(
        messages.map(({ id }, index) => [id, copies[index]?.name ?? id]),
      );
      return { rows: [thread, ...copies], result: { thread: toThread(thread), messageIdMap } };
    });
  }

  /** A resource with its working memory; null where there is none. */
  override async getResourceById({
    resourceId,
  }: {
    resourceId: string;
  }): Promise<StorageResourceType | null> {
    const id = idOf("resource", oneId("getResourceById", "resourceId", resourceId));
    const row = await (await this.#view()).get(id);
    return row === undefined ? null : toResource(row);
  }

  /** Keeps a resource as it is given. */
  override async saveResource({ resource }: { resource: StorageResourceType }): Promise<StorageResourceType> {
    const row = this.#resourceRow("saveResource", resource);
    this.#checkPresent("saveResource");
    await (await this.#source.table()).upsert(row);
    return resource;
  }

  /** Sets the working memory of a resource, and keys of its metadata; makes it where there is none. */
  override async updateResource(given: {
    resourceId: string;
    workingMemory?: string;
    metadata?: Record<string, unknown>;
  }): Promise<StorageResourceType> {
    const { resourceId, workingMemory } = given;
    const metadata = json("updateResource", "metadata", given.metadata ?? {});
    return await this.#change("updateResource", async (view) => {
      const now = new Date();
      const before = await view.get(idOf("resource", resourceId));
      const row =
        before ?? this.#resourceRow("updateResource", { id: resourceId, createdAt: now, updatedAt: now });
      const merged = { ...row.metadata, ...metadata };
      const changed = { ...row, memory: workingMemory ?? row.memory, metadata: merged, updatedAt: now };
      return { rows: [changed], result: toResource(changed) };
    });
  }

  /**
   * Removes a thread, or all threads, messages and working memory of a resource, from every version, as if they had never been: it
   * cannot be undone. Returns how many rows are gone.
   *
   * @example
   * ```ts
   * await memory.purge({ resourceId: "user-17" });
   * ```
   */
  async purge(which: { readonly threadId: string } | { readonly resourceId: string }): Promise<number> {
    this.#checkPresent("purge");
    const where =
      "threadId" in which
        ? {
            $or: [
              { id: idOf("thread", oneId("purge", "threadId", which.threadId)) },
              { thread: which.threadId },
            ],
          }
        : { resource: oneId("purge", "resourceId", which.resourceId) };
    return (await (await this.#source.table()).purge({ where })).rows;
  }

  /**
   * The memory as it was, read only, at a date, a version or a tag.
   *
   * @example
   * ```ts
   * const monday = memory.asOf("2026-11-23");
   * ```
   */
  asOf(at: AsOf): VarveMemory {
    return new VarveMemory(this.#config, this.#source, at);
  }

  /** Closes the database, where the memory opened it itself. */
  async close(): Promise<void> {
    await this.#source.close();
  }

  /** Writes what a function makes of the newest version; where somebody else was first, it is asked again. */
  async #change<T>(call: string, make: (view: MemoryView) => Promise<Change<T>>): Promise<T> {
    this.#checkPresent(call);
    const t = await this.#source.table();
    const change = async (view: MemoryView) => {
      const { rows = [], gone = [], result } = await make(view);
      const where = { id: { $in: gone } };
      const ends = gone.length === 0 ? {} : { delete: where };
      return async (ifVersion: number): Promise<T> => {
        if (rows.length > 0) await t.upsert(rows, { ifVersion, onDuplicate: "last", ...ends });
        else if (gone.length > 0) await t.delete({ where, ifVersion });
        return result;
      };
    };
    return await ifUnchanged(t, change, () => tooBusy(call));
  }

  #threadRow(
    call: string,
    { id, resourceId, title, metadata, createdAt, updatedAt }: StorageThreadType,
  ): MemoryRow {
    return {
      ...blank("thread", oneId(call, "thread.id", id), new Date(createdAt), this.#position()),
      resource: oneId(call, "thread.resourceId", resourceId),
      title: title ?? null,
      metadata: metadata === undefined || metadata === null ? null : json(call, "metadata", metadata),
      updatedAt: new Date(updatedAt),
    };
  }

  #messageRow(message: MastraDBMessage, index: number): MemoryRow {
    const name = oneId("saveMessages", `messages[${index}].id`, message.id);
    return {
      ...blank("message", name, new Date(message.createdAt), this.#position()),
      thread: oneId("saveMessages", `messages[${index}].threadId`, message.threadId),
      resource: message.resourceId ?? null,
      role: message.role,
      type: message.type ?? null,
      content: json("saveMessages", `messages[${index}].content`, message.content),
    };
  }

  #resourceRow(
    call: string,
    { id, workingMemory, metadata, createdAt, updatedAt }: StorageResourceType,
  ): MemoryRow {
    return {
      ...blank("resource", oneId(call, "resource.id", id), new Date(createdAt), this.#position()),
      resource: id,
      memory: workingMemory ?? null,
      metadata: json(call, "metadata", metadata ?? {}),
      updatedAt: new Date(updatedAt),
    };
  }

  #position(): number {
    this.#lastPosition = Math.max(Date.now(), this.#lastPosition + 1 / 1024);
    return this.#lastPosition;
  }

  async #view(): Promise<MemoryView> {
    const t = await this.#source.table();
    return this.#at === undefined ? t : t.asOf(this.#at);
  }

  /** One version, for what is read in several calls. */
  async #fixed(): Promise<MemoryView> {
    const t = await this.#source.table();
    return t.asOf(this.#at ?? (await t.version()));
  }

  #checkPresent(method: string): void {
    if (this.#at !== undefined) throw readOnly(method);
  }
}

/** An object as JSON holds it; throws for what it cannot hold. */
function json(call: string, column: string, value: unknown): Record<string, unknown> {
  return { ...toStored(value, { table: call, column, row: 0 }).json };
}

function updated(
  row: MemoryRow,
  update: Omit<MessageUpdate, "content"> & { readonly content: unknown },
): MemoryRow {
  const { role, type, resourceId, threadId, content } = update;
  const given = content as Record<string, unknown> | undefined;
  const metadata = { ...asObject(row.content?.["metadata"]), ...asObject(given?.["metadata"]) };
  const own = given?.["metadata"] === undefined ? {} : { metadata };
  const merged = given === undefined ? row.content : { ...row.content, ...given, ...own };
  return {
    ...row,
    role: role ?? row.role,
    type: type ?? row.type,
    resource: resourceId ?? row.resource,
    thread: threadId || row.thread,
    content: merged,
  };
}

function asObject(value: unknown): object {
  return typeof value === "object" && value !== null ? value : {};
}

/** The threads of messages, dated now, but later than they were. */
async function touched(view: MemoryView, messages: readonly MemoryRow[]): Promise<MemoryRow[]> {
  const names = [...new Set(messages.map(({ thread }) => thread ?? ""))];
  const threads = await view.get(names.map((name) => idOf("thread", name)));
  const now = Date.now();
  return threads.flatMap((row) => {
    if (row === undefined) return [];
    const before = (row.updatedAt ?? row.createdAt).getTime();
    return [{ ...row, updatedAt: new Date(Math.max(now, before + 1)) }];
  });
}
