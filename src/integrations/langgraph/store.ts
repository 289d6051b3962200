import {
  BaseStore,
  type Item,
  type Operation,
  type OperationResults,
  type SearchItem,
} from "@langchain/langgraph-checkpoint";
import type { AsOf, Database, EmbeddingFunction, RowVersion } from "varve";
import { type Names, ownOptions } from "../../own-options";
import { DATABASE, type DatabaseOptions } from "../support/database-source";
import { readOnly } from "../support/document-errors";
import { oneId } from "../support/ids";
import { type SearchMode, searchMode } from "../support/search-mode";
import { TableSource } from "../support/table-source";
import { WHOLE } from "./indexed-text";
import {
  type ItemFilter,
  type ItemRow,
  type ItemTable,
  type ItemView,
  idOf,
  openItems,
  SHOWN,
  toItem,
} from "./item-table";
import { badArgument, notAFunction } from "./langgraph-errors";
import { endOf, fromText, itemNamespace, toText } from "./namespace";
import { type Asked, asked, type List, type Put, type Search } from "./operations";

/** What a store takes beside its database. */
export interface VarveStoreOptions {
  /**
   * The name of the table.
   * @default "langgraph_store"
   */
  readonly table?: string | undefined;
  /**
   * Embeds what of an item is searched, and queries. Without it, `search` with a query finds items by their words.
   * @default none
   */
  readonly embedding?: EmbeddingFunction<string> | undefined;
  /**
   * What of a value is searched, in the paths of LangGraph: `["text", "facts[*].text"]`. An item may say otherwise when it is put.
   * @default ["$"], the whole value
   */
  readonly fields?: readonly string[] | undefined;
  /**
   * How `search` finds what a query asks for: by vectors, by words, or by both.
   * @default "vector" with an embedding, otherwise "text"
   */
  readonly searchMode?: SearchMode | undefined;
}

/** What a store takes. */
export interface VarveStoreConfig extends VarveStoreOptions, DatabaseOptions {}

/** What `delete` takes beside the item. */
export interface VarveDeleteItemOptions {
  /**
   * Removes the item from every version, too, and every byte of it from the files: it cannot be undone.
   * @default false, which keeps what was for `asOf` and `history`
   */
  readonly purge?: boolean | undefined;
}

const OPTIONS: Names<VarveStoreOptions> = { table: true, embedding: true, fields: true, searchMode: true };
const CONFIG: Names<VarveStoreConfig> = { ...DATABASE, ...OPTIONS };
const DELETE: Names<VarveDeleteItemOptions> = { purge: true };

/**
 * Long-term memory of LangGraph in a table: each change of it is a version, so that it can be asked what it knew.
 *
 * Nothing is opened before it is used. Any number of agents and processes may use one table at the same time: a batch reads one version,
 * and then writes one commit.
 *
 * @example
 * ```ts
 * const store = new VarveStore({ location: "./data", embedding: builtin() });
 * await store.put(["user-17", "facts"], "allergies", { text: "Ada is allergic to nuts" });
 * const [now] = await store.search(["user-17"], { query: "what may she not eat?" });
 * const [then] = await store.asOf("2026-11-23").search(["user-17"], { query: "what may she not eat?" });
 * ```
 */
export class VarveStore extends BaseStore {
  readonly #config: VarveStoreConfig;
  readonly #name: string;
  readonly #fields: readonly string[];
  readonly #mode: SearchMode;
  readonly #source: TableSource<ItemTable>;
  readonly #at: AsOf | undefined;

  /** A store in a database. */
  constructor(config: VarveStoreConfig);
  /** @internal */
  constructor(config: VarveStoreConfig, source: TableSource<ItemTable>, at: AsOf);
  constructor(given: VarveStoreConfig, source?: TableSource<ItemTable>, at?: AsOf) {
    super();
    const config = ownOptions("VarveStore", given, CONFIG);
    const { table = "langgraph_store", embedding, fields = [WHOLE], searchMode: mode } = config;
    if (embedding !== undefined && typeof embedding.embed !== "function") throw notAFunction(embedding);
    if (!Array.isArray(fields) || !fields.every((path) => typeof path === "string"))
      throw badArgument("VarveStore", "fields", "a list of paths", fields);
    this.#config = config;
    this.#name = table;
    this.#fields = fields.slice();
    this.#mode = searchMode("VarveStore", mode ?? (embedding === undefined ? "text" : "vector"));
    this.#source = source ?? new TableSource(config, (db) => openItems(db, table, embedding));
    this.#at = at;
  }

  /** A store in a folder, in `"memory:"` or in an open database, after its table was opened or made. */
  static async open(source: string | URL | Database, options?: VarveStoreOptions): Promise<VarveStore> {
    const own = ownOptions("VarveStore.open", options, OPTIONS);
    const isPlace = typeof source === "string" || "href" in source;
    const store = new VarveStore({ ...own, ...(isPlace ? { location: source } : { db: source }) });
    await store.#source.table();
    return store;
  }

  /** The database, with all that it can do. */
  database(): Promise<Database> {
    return this.#source.database();
  }

  /** What LangGraph asks: all reads see one version, and all writes are one commit after them, in which the last put of a key counts. */
  override async batch<Op extends Operation[]>(operations: Op): Promise<OperationResults<Op>> {
    if (!Array.isArray(operations)) throw badArgument("batch", "operations", "a list", operations);
    const keeping = { table: this.#name, fields: this.#fields };
    const all = Array.from(operations, (operation, index) => asked(operation, index, keeping));
    const reads = all.filter((one) => one.kind !== "put").length;
    const puts = all.filter((one) => one.kind === "put");
    if (puts.length > 0) this.#checkPresent("put");
    const t = await this.#source.table();
    const view = reads === 0 ? t : await this.#view(t, reads > 1);
    const results = await Promise.all(all.map((one) => this.#answer(view, one)));
    await write(t, puts);
    return results as OperationResults<Op>;
  }

  /**
   * Removes an item; older versions still show it. With `purge`, they do not.
   *
   * @example
   * ```ts
   * await store.delete(["user-17", "facts"], "allergies", { purge: true });
   * ```
   */
  override async delete(namespace: string[], key: string, options?: VarveDeleteItemOptions): Promise<void> {
    const { purge = false } = ownOptions("delete", options, DELETE);
    if (typeof purge !== "boolean") throw badArgument("delete", "purge", "true or false", purge);
    if (!purge) return await super.delete(namespace, key);
    this.#checkPresent("delete");
    const id = idOf(itemNamespace("delete", namespace), oneId("delete", "key", key));
    const t = await this.#source.table();
    await t.purge({ keys: [id] });
  }

  /**
   * Removes everything in a namespace and below it from every version, as if it had never been written: for when somebody asks to be
   * forgotten. Returns how many rows are gone, those of the past included.
   *
   * @example
   * ```ts
   * await store.purge(["user-17"]);
   * ```
   */
  async purge(namespace: string[]): Promise<number> {
    this.#checkPresent("purge");
    const prefix = toText(itemNamespace("purge", namespace));
    const t = await this.#source.table();
    const { rows } = await t.purge({
      where: (c) => c.namespace.gte(prefix).and(c.namespace.lt(endOf(prefix))),
    });
    return rows;
  }

  /**
   * Each state of an item, the oldest first: its value, from when it was known, and until when.
   *
   * @example
   * ```ts
   * for (const { from, to, row } of await store.history(["user-17", "facts"], "allergies"))
   *   console.log(row.value, "from", from.date, "until", to?.date ?? "now");
   * ```
   */
  async history(namespace: string[], key: string): Promise<RowVersion<Item>[]> {
    const id = idOf(itemNamespace("history", namespace), oneId("history", "key", key));
    const view = await this.#view(await this.#source.table(), false);
    const versions = await view.historyOf(id, { select: SHOWN });
    return versions.map(({ from, to, row }) => ({ from, to, row: toItem(row) }));
  }

  /**
   * The store as it was, read only, at a date, a version or a tag.
   *
   * @example
   * ```ts
   * const monday = store.asOf("2026-11-23");
   * await monday.search(["user-17"], { query: "what may she not eat?" });
   * ```
   */
  asOf(at: AsOf): VarveStore {
    return new VarveStore(this.#config, this.#source, at);
  }

  /** Closes the database, where the store opened it itself. */
  async close(): Promise<void> {
    await this.#source.close();
  }

  async #answer(view: ItemView, one: Asked): Promise<unknown> {
    switch (one.kind) {
      case "get": {
        const row = await view.get(one.id, { select: SHOWN });
        return row === undefined ? null : toItem(row);
      }
      case "search":
        return await this.#search(view, one);
      case "list":
        return await listed(view, one);
      default:
        return undefined;
    }
  }

  async #search(view: ItemView, { prefix, filter, query, limit, offset }: Search): Promise<SearchItem[]> {
    const page = { where: within(prefix, filter), limit, offset };
    if (query === undefined) {
      const orderBy = { column: "updatedAt", descending: true } as const;
      const rows = await view.find({ ...page, orderBy, select: SHOWN });
      return rows.map(toItem);
    }
    const mode = this.#mode;
    const hits =
      mode === "text"
        ? await view.search(query, { ...page, mode, select: SHOWN })
        : await view.search(query, { ...page, mode, select: SHOWN });
    return hits.map((hit) => ({ ...toItem(hit as ItemRow), score: scoreOf(mode, hit._score) }));
  }

  async #view(t: ItemTable, isFixed: boolean): Promise<ItemView> {
    if (this.#at !== undefined) return t.asOf(this.#at);
    return isFixed ? t.asOf(await t.version()) : t;
  }

  #checkPresent(method: string): void {
    if (this.#at !== undefined) throw readOnly(method);
  }
}

/** The rows below a namespace that a filter lets through; undefined for all. */
function within(prefix: string, filter: Search["filter"]): ItemFilter | undefined {
  const below = prefix === "" ? [] : [{ namespace: { $gte: prefix, $lt: endOf(prefix) } }];
  const all = [...below, ...(filter === undefined ? [] : [filter])];
  return all.length === 0 ? undefined : all;
}

/** Scores of vectors as LangGraph has them: the cosine, from -1 to 1. */
function scoreOf(mode: SearchMode, score: number): number {
  return mode === "vector" ? 2 * score - 1 : score;
}

async function listed(view: ItemView, { matches, maxDepth, limit, offset }: List): Promise<string[][]> {
  const names = await view.distinct("namespace");
  const kept = names.map((name) => fromText(name as string)).filter(matches);
  const cut = new Set(kept.map((labels) => toText(labels.slice(0, maxDepth))));
  const sorted = [...cut].sort((one, other) => one.localeCompare(other));
  return sorted.slice(offset, offset + limit).map(fromText);
}

/** Writes what a batch puts and removes, as one commit. */
async function write(t: ItemTable, puts: readonly Put[]): Promise<void> {
  const last = new Map(puts.map((put) => [put.id, put]));
  const updatedAt = new Date();
  const rows = [...last.values()].flatMap(({ row }) => (row === undefined ? [] : [{ ...row, updatedAt }]));
  const gone = [...last.values()].filter(({ row }) => row === undefined).map(({ id }) => id);
  if (rows.length > 0) {
    const ends = gone.length === 0 ? {} : { delete: { id: { $in: gone } } };
    await t.upsert(rows, { ...ends, merge: true });
  } else if (gone.length > 0) await t.delete({ where: { id: { $in: gone } } });
}
