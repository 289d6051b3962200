import { type ListKeyOptions, RecordManager, type UpdateOptions } from "@langchain/core/indexing";
import { type Condition, float, type Table, table, text } from "varve";
import { type Names, ownOptions } from "../../own-options";
import { DATABASE, type DatabaseOptions } from "../support/database-source";
import { checkCounts } from "../support/document-table";
import { groupList, idList } from "../support/ids";
import { TableSource } from "../support/table-source";
import { clockBehind } from "./record-errors";

/** What a record manager takes beside its namespace. */
export interface VarveRecordManagerConfig extends DatabaseOptions {
  /**
   * The table of the records, which several namespaces share.
   * @default "langchain_records"
   */
  readonly table?: string | undefined;
}

const CONFIG: Names<VarveRecordManagerConfig> = { ...DATABASE, table: true };

const recordsTable = (name: string) =>
  table(name, {
    id: text().primaryKey(),
    namespace: text(),
    key: text(),
    group: text().nullable(),
    updatedAt: float(),
  });

type RecordsTable = Table<ReturnType<typeof recordsTable>>;

/**
 * Keeps for `index()` of LangChain which documents a store has, in a table of the same database: like every table it remembers its
 * versions.
 *
 * @example
 * ```ts
 * const recordManager = new VarveRecordManager("docs", { db });
 * await index({ docsSource, recordManager, vectorStore, options: { cleanup: "full" } });
 * ```
 */
export class VarveRecordManager extends RecordManager {
  override lc_namespace = ["langchain", "recordmanagers", "varve"];
  readonly #namespace: string;
  readonly #source: TableSource<RecordsTable>;
  #lastTime = 0;

  /** The records of a namespace, such as the name of a store. Nothing is opened yet. */
  constructor(namespace: string, config: VarveRecordManagerConfig) {
    super();
    this.#namespace = namespace;
    const { table: name = "langchain_records", ...database } = ownOptions(
      "VarveRecordManager",
      config,
      CONFIG,
    );
    this.#source = new TableSource(database, (db) => db.table(recordsTable(name)));
  }

  /** Makes the table if it is not there; every other method does so too. */
  async createSchema(): Promise<void> {
    await this.#source.table();
  }

  /** The time in milliseconds; every call gets a later one. */
  getTime(): Promise<number> {
    this.#lastTime = Math.max(Date.now(), this.#lastTime + 1 / 1024);
    return Promise.resolve(this.#lastTime);
  }

  /** Notes that keys were seen now; without `groupIds` they keep their groups. */
  async update(given: string[], { groupIds: givenGroups, timeAtLeast }: UpdateOptions = {}): Promise<void> {
    const keys = idList("update", "keys", given);
    const groupIds = givenGroups === undefined ? undefined : groupList("update", givenGroups);
    if (keys.length === 0) return;
    checkCounts("groupIds", groupIds, keys.length);
    const updatedAt = await this.getTime();
    if (timeAtLeast !== undefined && updatedAt < timeAtLeast) throw clockBehind(updatedAt, timeAtLeast);
    const t = await this.#source.table();
    const groups = new Map(keys.map((key, index) => [key, groupIds?.[index] ?? null]));
    const namespace = this.#namespace;
    const rows = [...groups].map(([key, group]) => {
      const row = { id: this.#id(key), namespace, key, updatedAt };
      return groupIds === undefined ? row : { ...row, group };
    });
    // Somebody else may give a key a group meanwhile: what is not said stays.
    await t.upsert(rows, { merge: true });
  }

  /** Whether each of the keys is there. */
  async exists(given: string[]): Promise<boolean[]> {
    const keys = idList("exists", "keys", given);
    const t = await this.#source.table();
    const rows = await t.find({ where: (c) => c.id.in(this.#ids(keys)), select: ["key"] });
    const found = new Set(rows.map(({ key }) => key));
    return keys.map((key) => found.has(key));
  }

  /** The keys that were seen before, or after, a time, of some groups; the longest unseen first. */
  async listKeys({ before, after, groupIds: given, limit }: ListKeyOptions = {}): Promise<string[]> {
    const groupIds = given === undefined ? undefined : groupList("listKeys", given);
    const t = await this.#source.table();
    const rows = await t.find({
      where: (c) => {
        const conditions: Condition[] = [];
        if (before !== undefined) conditions.push(c.updatedAt.lt(before));
        if (after !== undefined) conditions.push(c.updatedAt.gt(after));
        if (groupIds !== undefined) {
          const some = c.group.in(groupIds.filter((group) => group !== null));
          conditions.push(groupIds.includes(null) ? some.or(c.group.isNull()) : some);
        }
        return c.namespace.eq(this.#namespace).and(...conditions);
      },
      orderBy: { column: "updatedAt" },
      select: ["key"],
      limit,
    });
    return rows.map(({ key }) => key);
  }

  /** Forgets keys. */
  async deleteKeys(given: string[]): Promise<void> {
    const keys = idList("deleteKeys", "keys", given);
    if (keys.length === 0) return;
    const t = await this.#source.table();
    await t.delete({ where: (c) => c.id.in(this.#ids(keys)) });
  }

  /** Closes the database, where the record manager opened it itself. */
  async close(): Promise<void> {
    await this.#source.close();
  }

  /** A key of two parts that no other pair has. */
  #id(key: string): string {
    return JSON.stringify([this.#namespace, key]);
  }

  #ids(keys: readonly string[]): string[] {
    return keys.map((key) => this.#id(key));
  }
}
