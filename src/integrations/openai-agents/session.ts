import type {
  AgentInputItem,
  SessionHistoryRewriteArgs,
  SessionHistoryRewriteAwareSession,
  SessionHistoryTransactionArgs,
  SessionHistoryTransactionAwareSession,
} from "@openai/agents-core";
import type { AsOf, Database } from "varve";
import { type Names, ownOptions } from "../../own-options";
import { DATABASE, type DatabaseOptions } from "../support/database-source";
import { readOnly } from "../support/document-errors";
import { ifUnchanged } from "../support/if-unchanged";
import { TableSource } from "../support/table-source";
import { digestOf, type PackedItem, packed, unpacked } from "./packed-item";
import { badArgument, otherSuffix, otherTransaction, tooBusy } from "./session-errors";
import {
  itemId,
  openSessions,
  operationId,
  type SessionRow,
  type SessionTable,
  type SessionView,
} from "./session-table";

/** What a session takes. */
export interface VarveSessionConfig extends DatabaseOptions {
  /**
   * Its id: sessions of other ids in the same table are other histories.
   * @default a new one
   */
  readonly sessionId?: string | undefined;
  /**
   * The name of the table.
   * @default "openai_sessions"
   */
  readonly table?: string | undefined;
}

const CONFIG: Names<VarveSessionConfig> = { ...DATABASE, sessionId: true, table: true };

/** An item with where it stands. */
interface PlacedItem extends PackedItem {
  readonly position: number | null;
}

/**
 * The history of a conversation, for the OpenAI Agents SDK. Each change of it is a version, so that it can be read as it was.
 *
 * Nothing is opened before it is used. Any number of processes may use one session.
 *
 * @example
 * ```ts
 * const session = new VarveSession({ db, sessionId: "user-17" });
 * await run(agent, "What did I order?", { session });
 * const then = await session.asOf("2026-11-23").getItems();
 * ```
 */
export class VarveSession
  implements SessionHistoryTransactionAwareSession, SessionHistoryRewriteAwareSession
{
  readonly #config: VarveSessionConfig;
  readonly #id: string;
  readonly #name: string;
  readonly #source: TableSource<SessionTable>;
  readonly #at: AsOf | undefined;

  /** A session in a database. */
  constructor(config: VarveSessionConfig);
  /** @internal */
  constructor(config: VarveSessionConfig, source: TableSource<SessionTable>, at: AsOf);
  constructor(given: VarveSessionConfig, source?: TableSource<SessionTable>, at?: AsOf) {
    const config = ownOptions("VarveSession", given, CONFIG);
    const { sessionId = crypto.randomUUID(), table = "openai_sessions" } = config;
    if (typeof sessionId !== "string" || sessionId === "")
      throw badArgument("VarveSession", "sessionId", "a text that is not empty", sessionId);
    this.#config = { ...config, sessionId };
    this.#id = sessionId;
    this.#name = table;
    this.#source = source ?? new TableSource(config, (db) => openSessions(db, table));
    this.#at = at;
  }

  /** The database, with all that it can do. */
  database(): Promise<Database> {
    return this.#source.database();
  }

  /** The id of the session. */
  getSessionId(): Promise<string> {
    return Promise.resolve(this.#id);
  }

  /** The items, the oldest first; with a limit, the last ones. */
  async getItems(limit?: number): Promise<AgentInputItem[]> {
    if (limit !== undefined && !Number.isSafeInteger(limit))
      throw badArgument("getItems", "limit", "a whole number", limit);
    if (limit !== undefined && limit <= 0) return [];
    const t = await this.#source.table();
    const rows = await this.#last(this.#at === undefined ? t : t.asOf(this.#at), limit);
    return rows.map((row) => unpacked(row) as AgentInputItem);
  }

  /** Adds items at the end, as one commit. */
  async addItems(items: AgentInputItem[]): Promise<void> {
    this.#checkPresent("addItems");
    const added = this.#items("addItems", "items", items);
    if (added.length === 0) return;
    await this.#append(added, undefined);
  }

  /** Takes the last item away, and returns it. Older versions still show it. */
  async popItem(): Promise<AgentInputItem | undefined> {
    this.#checkPresent("popItem");
    const t = await this.#source.table();
    return await this.#changed(async (view) => {
      const [last] = await this.#last(view, 1);
      return async (ifVersion) => {
        if (last === undefined) return undefined;
        // Places are given anew: another item may stand at this one by now.
        await t.delete({ where: { id: itemId(this.#id, last.position ?? 0) }, ifVersion });
        return unpacked(last) as AgentInputItem;
      };
    });
  }

  /** Takes all items away. Older versions still show them; see `purge`. */
  async clearSession(): Promise<void> {
    this.#checkPresent("clearSession");
    const t = await this.#source.table();
    await t.delete({ where: { session: this.#id } });
  }

  /**
   * Removes the session from every version of the table, as if it had never been: it cannot be undone. Returns how many rows are gone.
   *
   * @example
   * ```ts
   * await session.purge();
   * ```
   */
  async purge(): Promise<number> {
    this.#checkPresent("purge");
    const t = await this.#source.table();
    return (await t.purge({ where: { session: this.#id } })).rows;
  }

  /** Adds items, or replaces the last ones, as one commit, and only once for an `operationId`. */
  async applyHistoryTransaction({
    operationId: operation,
    transaction,
  }: SessionHistoryTransactionArgs): Promise<void> {
    const call = "applyHistoryTransaction";
    this.#checkPresent(call);
    if (typeof operation !== "string" || operation.trim() === "")
      throw badArgument(call, "operationId", "a text that is not empty", operation);
    switch (transaction?.type) {
      case "append_items": {
        const items = this.#items(call, "items", transaction.items);
        return await this.#append(items, { operation, digest: digestOf(transaction.type, items) });
      }
      case "replace_suffix": {
        const expected = this.#items(call, "expectedSuffix", transaction.expectedSuffix);
        const items = this.#items(call, "replacement", transaction.replacement);
        const digest = digestOf(transaction.type, expected, items);
        return await this.#replace(expected, items, { operation, digest });
      }
      default:
        throw badArgument(call, "transaction", "append_items or replace_suffix", transaction);
    }
  }

  /** Replaces calls of functions, as one commit: the runner does so where a call was approved or changed. */
  async applyHistoryMutations({ mutations }: SessionHistoryRewriteArgs): Promise<void> {
    const call = "applyHistoryMutations";
    this.#checkPresent(call);
    if (!Array.isArray(mutations)) throw badArgument(call, "mutations", "a list", mutations);
    const all = mutations.map(({ type, callId, replacement }, index) => {
      if (type !== "replace_function_call") throw badArgument(call, "type", "replace_function_call", type);
      return { callId, replacement: packed(replacement, this.#name, index) };
    });
    const t = await this.#source.table();
    await this.#changed(async (view) => {
      const items = await this.#last(view, undefined);
      const { changed, gone } = mutated(items, all);
      const rows = changed.flatMap((one) => this.#rows([one], one.position ?? 0, undefined));
      const ids = gone.map(({ position }) => itemId(this.#id, position ?? 0));
      const ends = ids.length === 0 ? {} : { delete: { id: { $in: ids } } };
      return async (ifVersion) => {
        if (rows.length > 0) await t.upsert(rows, { ...ends, merge: true, ifVersion });
      };
    });
  }

  /**
   * The session as it was, read only, at a date, a version or a tag.
   *
   * @example
   * ```ts
   * const items = await session.asOf("2026-11-23").getItems();
   * ```
   */
  asOf(at: AsOf): VarveSession {
    return new VarveSession(this.#config, this.#source, at);
  }

  /** Closes the database, where the session opened it itself. */
  async close(): Promise<void> {
    await this.#source.close();
  }

  /** Adds items behind the last one. Where somebody else was first, they come behind theirs. */
  async #append(items: readonly PackedItem[], applied: Applied | undefined): Promise<void> {
    const t = await this.#source.table();
    await this.#changed(async (view) => {
      const isDone = applied !== undefined && (await this.#isApplied(view, applied));
      const [last] = await this.#last(view, 1);
      const rows = isDone ? [] : this.#rows(items, (last?.position ?? -1) + 1, applied);
      // Who writes to other sessions is in nobody's way: keys tell whether somebody wrote to this one.
      return async () => {
        if (rows.length > 0) await t.insert(rows);
      };
    });
  }

  /** Replaces the last items, if they are those that are expected. */
  async #replace(
    expected: readonly PackedItem[],
    items: readonly PackedItem[],
    applied: Applied,
  ): Promise<void> {
    const t = await this.#source.table();
    await this.#changed(async (view) => {
      if (await this.#isApplied(view, applied)) return async () => {};
      const suffix = expected.length === 0 ? [] : await this.#last(view, expected.length);
      const isExpected = digestOf("suffix", suffix) === digestOf("suffix", expected);
      if (!isExpected) throw otherSuffix(this.#id);
      const [last] = await this.#last(view, 1);
      const start = suffix[0]?.position ?? (last?.position ?? -1) + 1;
      const gone = suffix.map(({ position }) => itemId(this.#id, position ?? 0));
      const ends = gone.length === 0 ? {} : { delete: { id: { $in: gone } } };
      const rows = this.#rows(items, start, applied);
      return async (ifVersion) => {
        await t.upsert(rows, { ...ends, ifVersion });
      };
    });
  }

  async #changed<T>(change: (view: SessionView) => Promise<(ifVersion: number) => Promise<T>>): Promise<T> {
    return await ifUnchanged(await this.#source.table(), change, () => tooBusy(this.#id));
  }

  #rows(items: readonly PackedItem[], start: number, applied: Applied | undefined): SessionRow[] {
    const session = this.#id;
    const rows = items.map((one, index): SessionRow => {
      const position = start + index;
      return { id: itemId(session, position), session, position, item: one.item, binary: one.binary };
    });
    if (applied === undefined) return rows;
    const { operation, digest } = applied;
    return [
      ...rows,
      { id: operationId(session, operation), session, position: null, item: digest, binary: null },
    ];
  }

  async #isApplied(view: SessionView, { operation, digest }: Applied): Promise<boolean> {
    const row = await view.get(operationId(this.#id, operation), { select: ["item"] });
    if (row !== undefined && row.item !== digest) throw otherTransaction(operation);
    return row !== undefined;
  }

  async #last(view: SessionView, limit: number | undefined): Promise<PlacedItem[]> {
    const rows = await view.find({
      where: { session: this.#id, position: { $exists: true } },
      orderBy: { column: "position", descending: true },
      limit,
      select: ["position", "item", "binary"],
    });
    return rows.reverse();
  }

  /** Items as rows hold them, read at the call. */
  #items(call: string, name: string, items: unknown): PackedItem[] {
    if (!Array.isArray(items)) throw badArgument(call, name, "a list of items", items);
    return Array.from(items, (item: unknown, index) => {
      if (typeof item !== "object" || item === null)
        throw badArgument(call, `${name}[${index}]`, "an item", item);
      return packed(item, this.#name, index);
    });
  }

  #checkPresent(method: string): void {
    if (this.#at !== undefined) throw readOnly(method);
  }
}

/** An operation that must be applied once. */
interface Applied {
  readonly operation: string;
  readonly digest: string;
}

interface CallMutation {
  readonly callId: string;
  readonly replacement: PackedItem;
}

/** Of each call the first item becomes its replacement, and others of the same call go. */
function mutated(
  items: readonly PlacedItem[],
  mutations: readonly CallMutation[],
): { changed: PlacedItem[]; gone: PlacedItem[] } {
  const changed = new Map<string, PlacedItem>();
  const gone: PlacedItem[] = [];
  const last = new Map(mutations.map(({ callId, replacement }) => [callId, replacement]));
  for (const one of items) {
    const { type, callId } = one.item as { readonly type?: unknown; readonly callId?: unknown };
    const replacement = type === "function_call" ? last.get(String(callId)) : undefined;
    if (replacement === undefined) continue;
    if (changed.has(String(callId))) gone.push(one);
    else changed.set(String(callId), { ...replacement, position: one.position });
  }
  return { changed: [...changed.values()], gone };
}
