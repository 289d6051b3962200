import { BaseStore } from "@langchain/core/stores";
import { type AsOf, bytes, type Database, type Table, table, text } from "varve";
import { type Names, ownOptions } from "../../own-options";
import { isBytes } from "../../realm";
import { DATABASE, type DatabaseOptions } from "../support/database-source";
import { readOnly } from "../support/document-errors";
import { idList } from "../support/ids";
import { TableSource } from "../support/table-source";
import { badNamespace, badPair, badPrefix } from "./record-errors";

/** What a byte store takes beside its namespace. */
export interface VarveByteStoreConfig extends DatabaseOptions {
  /**
   * The table of the values, which several namespaces share.
   * @default "langchain_bytes"
   */
  readonly table?: string | undefined;
}

const CONFIG: Names<VarveByteStoreConfig> = { ...DATABASE, table: true };
const PAGE = 1000;

const bytesTable = (name: string) =>
  table(name, {
    id: text().primaryKey(),
    namespace: text().indexed(),
    key: text(),
    value: bytes(),
  });

type BytesTable = Table<ReturnType<typeof bytesTable>>;

/**
 * A store of bytes by their keys, for what LangChain keeps beside vectors: the parents of `ParentDocumentRetriever`, and the answers that
 * `CacheBackedEmbeddings` keep. It outlives the process, and knows what it held.
 *
 * @example
 * ```ts
 * const byteStore = new VarveByteStore("parents", { db });
 * const retriever = new ParentDocumentRetriever({ vectorstore: store, byteStore, childSplitter });
 * ```
 */
export class VarveByteStore extends BaseStore<string, Uint8Array> {
  override lc_namespace = ["langchain", "stores", "varve"];
  readonly #namespace: string;
  readonly #config: VarveByteStoreConfig;
  readonly #source: TableSource<BytesTable>;
  readonly #at: AsOf | undefined;

  /** The values of a namespace. Nothing is opened yet. */
  constructor(namespace: string, config: VarveByteStoreConfig);
  /** @internal */
  constructor(namespace: string, config: VarveByteStoreConfig, source: TableSource<BytesTable>, at: AsOf);
  constructor(namespace: string, given: VarveByteStoreConfig, source?: TableSource<BytesTable>, at?: AsOf) {
    super();
    if (typeof namespace !== "string") throw badNamespace(namespace);
    const config = ownOptions("VarveByteStore", given, CONFIG);
    const { table: name = "langchain_bytes" } = config;
    this.#namespace = namespace;
    this.#config = config;
    this.#source = source ?? new TableSource(config, (db) => db.table(bytesTable(name)));
    this.#at = at;
  }

  /** The database, with all that it can do. */
  database(): Promise<Database> {
    return this.#source.database();
  }

  /** The values of keys, in their order; undefined for a key that is not there. */
  override async mget(given: string[]): Promise<(Uint8Array | undefined)[]> {
    const ids = idList("mget", "keys", given).map((key) => this.#id(key));
    const t = await this.#source.table();
    const rows = await this.#view(t).get(ids, { select: ["value"] });
    return rows.map((row) => row?.value);
  }

  /** Sets values, as one commit. Of two for one key the last counts. */
  override async mset(pairs: [string, Uint8Array][]): Promise<void> {
    this.#checkPresent("mset");
    if (!Array.isArray(pairs)) throw badPair(pairs);
    const namespace = this.#namespace;
    const rows = pairs.map((pair: unknown) => {
      const [key, value] = Array.isArray(pair) ? (pair as unknown[]) : [];
      if (typeof key !== "string" || !isBytes(value)) throw badPair(pair);
      // Before the first await: the caller may use its bytes again.
      return { id: this.#id(key), namespace, key, value: new Uint8Array(value) };
    });
    if (rows.length === 0) return;
    const t = await this.#source.table();
    await t.upsert(rows, { onDuplicate: "last" });
  }

  /** Deletes keys, as one commit. Older versions still have them. */
  override async mdelete(given: string[]): Promise<void> {
    this.#checkPresent("mdelete");
    const ids = idList("mdelete", "keys", given).map((key) => this.#id(key));
    if (ids.length === 0) return;
    const t = await this.#source.table();
    await t.delete({ where: (c) => c.id.in(ids) });
  }

  /** The keys that begin with a text, in their order, all of one version. */
  override async *yieldKeys(prefix = ""): AsyncGenerator<string> {
    if (typeof prefix !== "string") throw badPrefix(prefix);
    const t = await this.#source.table();
    const view = this.#at === undefined ? t.asOf(await t.version()) : t.asOf(this.#at);
    const where = { namespace: this.#namespace, key: { $gte: prefix } };
    let after: { readonly id: string; readonly key: string } | undefined;
    for (;;) {
      const rows = await view.find({ where, orderBy: "key", limit: PAGE, after, select: ["id", "key"] });
      for (const { key } of rows) {
        if (!key.startsWith(prefix)) return;
        yield key;
      }
      if (rows.length < PAGE) return;
      after = rows.at(-1);
    }
  }

  /** The store as it was, read only, at a date, a version or a tag. */
  asOf(at: AsOf): VarveByteStore {
    return new VarveByteStore(this.#namespace, this.#config, this.#source, at);
  }

  /** Closes the database, where the store opened it itself. */
  async close(): Promise<void> {
    await this.#source.close();
  }

  #view(t: BytesTable): Pick<BytesTable, "get"> {
    return this.#at === undefined ? t : t.asOf(this.#at);
  }

  #checkPresent(method: string): void {
    if (this.#at !== undefined) throw readOnly(method);
  }

  /** A key of two parts that no other pair has. */
  #id(key: string): string {
    return JSON.stringify([this.#namespace, key]);
  }
}
