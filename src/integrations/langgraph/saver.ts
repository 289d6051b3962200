import type { RunnableConfig } from "@langchain/core/runnables";
import {
  BaseCheckpointSaver,
  type ChannelVersions,
  type Checkpoint,
  type CheckpointListOptions,
  type CheckpointMetadata,
  type CheckpointTuple,
  copyCheckpoint,
  type PendingWrite,
  type SerializerProtocol,
  WRITES_IDX_MAP,
} from "@langchain/langgraph-checkpoint";
import { type Database, VarveError } from "varve";
import { type Names, ownOptions } from "../../own-options";
import { DATABASE, type DatabaseOptions } from "../support/database-source";
import { oneId } from "../support/ids";
import { ifUnchanged } from "../support/if-unchanged";
import { TableSource } from "../support/table-source";
import { CheckpointReader } from "./checkpoint-reader";
import {
  type CheckpointPlace,
  type CheckpointTable,
  type CheckpointView,
  checkpointId,
  type NewCheckpointRow,
  openCheckpoints,
  valueId,
  writeId,
} from "./checkpoint-table";
import { badArgument, tooBusy } from "./langgraph-errors";
import { askedPlace, givenPlace, toConfig } from "./thread-config";

/** What a checkpointer takes. */
export interface VarveSaverConfig extends DatabaseOptions {
  /**
   * The name of the table.
   * @default "langgraph_checkpoints"
   */
  readonly table?: string | undefined;
  /**
   * Turns states into bytes and back.
   * @default that of LangGraph
   */
  readonly serde?: SerializerProtocol | undefined;
}

/** What `deleteThread` takes beside the thread. */
export interface VarveDeleteThreadOptions {
  /**
   * Removes the thread from every version of the table, too, and every byte of it from the files: it cannot be undone.
   * @default false
   */
  readonly purge?: boolean | undefined;
}

const CONFIG: Names<VarveSaverConfig> = { ...DATABASE, table: true, serde: true };
const DELETE: Names<VarveDeleteThreadOptions> = { purge: true };

/**
 * Keeps the states of LangGraph's threads, so that they can be interrupted, resumed, and taken up again at any earlier step.
 *
 * Nothing is opened before it is used. Any number of processes may use one table at the same time.
 *
 * @example
 * ```ts
 * const graph = builder.compile({ checkpointer: new VarveSaver({ location: "./data" }) });
 * await graph.invoke(input, { configurable: { thread_id: "1" } });
 * ```
 */
export class VarveSaver extends BaseCheckpointSaver {
  readonly #source: TableSource<CheckpointTable>;

  /** A checkpointer in a database. */
  constructor(given: VarveSaverConfig) {
    const { table = "langgraph_checkpoints", serde, ...database } = ownOptions("VarveSaver", given, CONFIG);
    super(serde);
    this.#source = new TableSource(database, (db) => openCheckpoints(db, table));
  }

  /** The database, with all that it can do. */
  database(): Promise<Database> {
    return this.#source.database();
  }

  /** The checkpoint that a config names, or the newest one of its thread and namespace. */
  override async getTuple(config: RunnableConfig): Promise<CheckpointTuple | undefined> {
    const place = askedPlace("getTuple", config);
    const { thread, namespace = "" } = place;
    if (thread === undefined) return undefined;
    const reader = await this.#reader();
    return await reader.one({ ...place, thread, namespace });
  }

  /** The checkpoints of a thread, or of all, the newest first within a namespace, read at one version. */
  override async *list(
    config: RunnableConfig,
    options: CheckpointListOptions = {},
  ): AsyncGenerator<CheckpointTuple> {
    const { limit, before, filter } = options;
    if (limit !== undefined && !Number.isSafeInteger(limit))
      throw badArgument("list", "limit", "a whole number", limit);
    const place = askedPlace("list", config);
    const until = before === undefined ? undefined : askedPlace("list", before).checkpoint;
    const reader = await this.#reader();
    yield* reader.list(place, { limit, before: until, filter });
  }

  /**
   * Keeps a checkpoint, as one commit; as two, if its thread is deleted at the same time. Of its values only those are written that are
   * new with it; the others stay where they were written, and are found through its parent.
   */
  override async put(
    config: RunnableConfig,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    newVersions: ChannelVersions,
  ): Promise<RunnableConfig> {
    const { thread, namespace, checkpoint: parent } = givenPlace("put", config);
    const place = { thread, namespace, checkpoint: oneId("put", "checkpoint.id", checkpoint.id) };
    const { channel_values: all, ...rest } = copyCheckpoint(checkpoint);
    const [[type, data], [metadataType, about]] = await Promise.all([
      this.serde.dumpsTyped({ ...rest, channel_values: {} }),
      this.serde.dumpsTyped(metadata),
    ]);
    const t = await this.#source.table();
    // A copy of a checkpoint has the parent of the one that it copies, and says of none of its values that they are new.
    const isCopy = metadata.source === "fork" && Object.keys(newVersions).length === 0;
    const before = parent === undefined ? {} : await valuesOf(t, { ...place, checkpoint: parent });
    const id = checkpointId(place);
    const own = {
      ...place,
      id,
      kind: "checkpoint",
      type,
      data,
      parent,
      metadataType,
      metadata: about,
    } as const;
    const write = async (known: Places | undefined): Promise<number> => {
      const names = Object.keys(all);
      const fresh = names.filter((name) => known === undefined || Object.hasOwn(newVersions, name));
      const kept = Object.entries(known ?? {}).filter(([name]) => Object.hasOwn(all, name));
      const values = Object.fromEntries([...kept, ...fresh.map((name) => [name, place.checkpoint])]);
      const dumped = await Promise.all(fresh.map((name) => this.#valueRow(place, name, all[name])));
      return (await t.upsert([{ ...own, values }, ...dumped])).version;
    };
    const version = await write(isCopy ? undefined : before);
    // Where the thread was deleted meanwhile, the values that its earlier checkpoints had are gone.
    const isPart = parent !== undefined && before !== undefined && !isCopy;
    if (isPart && (await isAlone(t.asOf(version), place, parent))) await write(undefined);
    return toConfig(place);
  }

  /** Keeps what a task wrote, as one commit. What is there already stays, but for interrupts, errors and the like, which are replaced. */
  override async putWrites(
    config: RunnableConfig,
    writes: PendingWrite[],
    taskId: string,
    taskPath = "",
  ): Promise<void> {
    const { thread, namespace, checkpoint } = givenPlace("putWrites", config);
    const place = { thread, namespace, checkpoint: oneId("putWrites", "checkpoint_id", checkpoint) };
    const task = oneId("putWrites", "taskId", taskId);
    const path = oneId("putWrites", "taskPath", taskPath);
    if (!Array.isArray(writes)) throw badArgument("putWrites", "writes", "a list", writes);
    const rows = await Promise.all(
      writes.map(async ([channel, value], position): Promise<NewCheckpointRow & { index: number }> => {
        const [type, data] = await this.serde.dumpsTyped(value);
        const index = WRITES_IDX_MAP[channel] ?? position;
        const id = writeId(place, task, index);
        return { ...place, id, kind: "write", type, data, task, path, index, channel };
      }),
    );
    const t = await this.#source.table();
    const special = rows.filter(({ index }) => index < 0);
    if (special.length === 0) return await insertNew(t, rows);
    const others = rows.filter(({ index }) => index >= 0);
    const change = async (view: CheckpointView) => {
      const all = [...(await newOf(view, others)), ...special];
      return async (version: number) => {
        // What is replaced in any case depends on nothing.
        const ifVersion = others.length === 0 ? undefined : version;
        await t.upsert(all, { onDuplicate: "last", ifVersion });
      };
    };
    await ifUnchanged(t, change, () => tooBusy(place.thread));
  }

  /**
   * Removes a thread with all its checkpoints; older versions of the table still hold it. With `purge`, they do not.
   *
   * @example
   * ```ts
   * await saver.deleteThread("user-17", { purge: true });
   * ```
   */
  override async deleteThread(threadId: string, options?: VarveDeleteThreadOptions): Promise<void> {
    const { purge = false } = ownOptions("deleteThread", options, DELETE);
    if (typeof purge !== "boolean") throw badArgument("deleteThread", "purge", "true or false", purge);
    const where = { thread: oneId("deleteThread", "threadId", threadId) };
    const t = await this.#source.table();
    await (purge ? t.purge({ where }) : t.delete({ where }));
  }

  /** Closes the database, where the checkpointer opened it itself. */
  async close(): Promise<void> {
    await this.#source.close();
  }

  async #valueRow(place: CheckpointPlace, channel: string, value: unknown): Promise<NewCheckpointRow> {
    const [type, data] = await this.serde.dumpsTyped(value);
    return { ...place, id: valueId(place, channel), kind: "value", type, data, channel };
  }

  async #reader(): Promise<CheckpointReader> {
    const t = await this.#source.table();
    const next = (): number => this.getNextVersion(undefined);
    return new CheckpointReader(t.asOf(await t.version()), this.serde, next);
  }
}

/** For each channel the checkpoint with which its value was new. */
type Places = Readonly<Record<string, string>>;

/** Where the values of a checkpoint are; undefined where there is no such checkpoint. */
async function valuesOf(t: CheckpointTable, place: CheckpointPlace): Promise<Places | undefined> {
  const row = await t.get(checkpointId(place), { select: ["values"] });
  return row === undefined ? undefined : (row.values ?? {});
}

/** Whether a checkpoint is there, and its parent is not. */
async function isAlone(view: CheckpointView, place: CheckpointPlace, parent: string): Promise<boolean> {
  const ids = [place.checkpoint, parent].map((checkpoint) => checkpointId({ ...place, checkpoint }));
  const [own, before] = await view.get(ids, { select: ["id"] });
  return own !== undefined && before === undefined;
}

/** The rows that are not there. */
async function newOf(
  view: Pick<CheckpointView, "get">,
  rows: readonly NewCheckpointRow[],
): Promise<NewCheckpointRow[]> {
  const ids = rows.map(({ id }) => id);
  const there = await view.get(ids, { select: ["id"] });
  return rows.filter((_, index) => there[index] === undefined);
}

/** Adds the rows that are not there. Somebody else may add some meanwhile, but only ever more of the same. */
async function insertNew(t: CheckpointTable, rows: readonly NewCheckpointRow[]): Promise<void> {
  for (let attempts = rows.length; attempts >= 0; attempts--) {
    const fresh = await newOf(t, rows);
    if (fresh.length === 0) return;
    try {
      await t.insert(fresh, { onDuplicate: "first" });
      return;
    } catch (error) {
      if (attempts === 0 || !VarveError.is(error) || error.code !== "DUPLICATE_KEY") throw error;
    }
  }
}
