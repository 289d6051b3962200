// Messages, page by page, with those around others.

import type { MastraDBMessage } from "@mastra/core/memory";
import type { StorageListMessagesInput, StorageListMessagesOutput } from "@mastra/core/storage";
import type { MongoOperators } from "varve";
import { badParam } from "./mastra-errors";
import { idOf, type MemoryFilter, type MemoryRow, type MemoryView, toMessage } from "./memory-table";

type ListOptions = Omit<StorageListMessagesInput, "threadId" | "resourceId">;

/** Whose messages. */
export interface MessageScope {
  readonly threads: readonly string[] | undefined;
  readonly resource: string | undefined;
}

/** A page as it is asked for. */
export interface Page {
  readonly page: number;
  /** As the answer says it. */
  readonly perPage: number | false;
  readonly offset: number;
  readonly limit: number | undefined;
}

const MESSAGES = 40;
const KEY = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
const BANNED: readonly string[] = ["__proto__", "prototype", "constructor"];

/** The page that is asked for; throws for what is none. */
export function pageOf(call: string, page: unknown, perPage: unknown, otherwise: number): Page {
  const size = perPage ?? otherwise;
  const number = page ?? 0;
  if (size !== false && !isCount(size))
    throw badParam(call, "perPage", "false or a whole number from 0 on", perPage);
  if (!isCount(number)) throw badParam(call, "page", "a whole number from 0 on", page);
  if (size === false) return { page: number, perPage: false, offset: 0, limit: undefined };
  const offset = number * size;
  if (!Number.isSafeInteger(offset)) throw badParam(call, "page", "a smaller number", page);
  return { page: number, perPage: size, offset, limit: size };
}

/** The messages that are asked for. */
export async function listMessages(
  call: string,
  view: MemoryView,
  scope: MessageScope,
  options: ListOptions,
): Promise<StorageListMessagesOutput> {
  const { include, filter, orderBy } = options;
  const page = pageOf(call, options.page, options.perPage, MESSAGES);
  const where = [
    ...scopeFilter(scope),
    ...dateFilter(filter?.dateRange),
    ...metadataFilter(call, filter?.metadata),
  ];
  const descending = orderBy?.direction === "DESC";
  const isNothing = page.limit === 0;
  const total = isNothing ? 0 : await view.count({ where });
  const { offset, limit } = page;
  const order = [
    { column: "createdAt", descending },
    { column: "position", descending },
  ] as const;
  const rows = isNothing ? [] : await view.find({ where, orderBy: order, offset, limit });
  const found = new Map(rows.map((row) => [row.id, row]));
  for (const row of await included(view, include, scope.resource))
    if (!found.has(row.id)) found.set(row.id, row);
  const sorted = [...found.values()].sort((one, other) => (descending ? -1 : 1) * compare(one, other));
  const own = sorted.filter(({ thread }) => scope.threads?.includes(thread ?? "") ?? true).length;
  const isWhole = include !== undefined && include.length > 0 && filter?.metadata === undefined;
  const seen = isWhole ? own : offset + rows.length;
  const hasMore = !isNothing && seen < total;
  return { messages: sorted.map(toMessage), total, page: page.page, perPage: page.perPage, hasMore };
}

/** Messages by their ids, the oldest first. */
export async function messagesById(view: MemoryView, ids: readonly string[]): Promise<MastraDBMessage[]> {
  const keys = [...new Set(ids)].map((id) => idOf("message", id));
  const rows = (await view.get(keys)).filter((row) => row !== undefined);
  return rows.sort(compare).map(toMessage);
}

function compare(one: MemoryRow, other: MemoryRow): number {
  return one.createdAt.getTime() - other.createdAt.getTime() || one.position - other.position;
}

function scopeFilter({ threads, resource }: MessageScope): MemoryFilter[] {
  return [
    { kind: "message" },
    ...(threads === undefined ? [] : [{ thread: { $in: threads } }]),
    ...(resource === undefined ? [] : [{ resource }]),
  ];
}

type DateRange = NonNullable<NonNullable<ListOptions["filter"]>["dateRange"]>;

function dateFilter(range: DateRange | undefined): MemoryFilter[] {
  const { start, end, startExclusive = false, endExclusive = false } = range ?? {};
  return [
    ...(start === undefined ? [] : [{ createdAt: after(new Date(start), startExclusive) }]),
    ...(end === undefined ? [] : [{ createdAt: before(new Date(end), endExclusive) }]),
  ];
}

function after(date: Date, exclusive: boolean): MongoOperators<Date> {
  return exclusive ? { $gt: date } : { $gte: date };
}

function before(date: Date, exclusive: boolean): MongoOperators<Date> {
  return exclusive ? { $lt: date } : { $lte: date };
}

function metadataFilter(
  call: string,
  metadata: Readonly<Record<string, unknown>> | undefined,
): MemoryFilter[] {
  return Object.entries(metadata ?? {}).map(([key, value]) => {
    if (!KEY.test(key) || BANNED.includes(key))
      throw badParam(call, "filter.metadata", "keys of letters, digits and _", key);
    const isScalar = value === null || ["string", "number", "boolean"].includes(typeof value);
    if (!isScalar)
      throw badParam(call, `filter.metadata.${key}`, "a text, a number, a boolean or null", value);
    return { content: { $match: { [`metadata.${key}`]: { $eq: value } } } };
  });
}

/** The messages that are asked for beside the page, with those before and after each. */
async function included(
  view: MemoryView,
  include: ListOptions["include"],
  resource: string | undefined,
): Promise<MemoryRow[]> {
  const groups = await Promise.all(
    (include ?? []).map(async ({ id, withPreviousMessages = 0, withNextMessages = 0 }) => {
      const target = await view.get(idOf("message", id));
      if (target === undefined || (resource !== undefined && target.resource !== resource)) return [];
      const earlier = await beside(view, target, true, withPreviousMessages, resource);
      return [...earlier, target, ...(await beside(view, target, false, withNextMessages, resource))];
    }),
  );
  return groups.flat();
}

async function beside(
  view: MemoryView,
  { thread, createdAt, position }: MemoryRow,
  isEarlier: boolean,
  limit: number,
  resource: string | undefined,
): Promise<MemoryRow[]> {
  if (limit <= 0) return [];
  const descending = isEarlier;
  const sooner = isEarlier ? before(createdAt, true) : after(createdAt, true);
  const beside = isEarlier ? { $lt: position } : { $gt: position };
  return await view.find({
    where: [
      ...scopeFilter({ threads: [thread ?? ""], resource }),
      { $or: [{ createdAt: sooner }, { createdAt, position: beside }] },
    ],
    orderBy: [
      { column: "createdAt", descending },
      { column: "position", descending },
    ],
    limit,
  });
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
