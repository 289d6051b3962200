// Checkpoints, read at one version of their table.

import {
  type Checkpoint,
  type CheckpointMetadata,
  type CheckpointPendingWrite,
  type CheckpointTuple,
  compareWritesSortKeys,
  maxChannelVersion,
  type SerializerProtocol,
  TASKS,
  writesSortKey,
} from "@langchain/langgraph-checkpoint";
import { type CheckpointPlace, type CheckpointView, checkpointId, valueId } from "./checkpoint-table";
import { missingValue } from "./langgraph-errors";
import { type AskedPlace, toConfig } from "./thread-config";

const COLUMNS = [
  "thread",
  "namespace",
  "checkpoint",
  "type",
  "data",
  "parent",
  "metadataType",
  "metadata",
  "values",
] as const;

interface CheckpointRow extends CheckpointPlace {
  readonly type: string;
  readonly data: Uint8Array;
  readonly parent: string | null;
  readonly metadataType: string | null;
  readonly metadata: Uint8Array | null;
  readonly values: Readonly<Record<string, string>> | null;
}

interface StoredWrite {
  readonly task: string | null;
  readonly path: string | null;
  readonly index: number | null;
  readonly channel: string | null;
  readonly type: string;
  readonly data: Uint8Array;
}

/** What `list` takes. */
export interface Listing {
  readonly limit: number | undefined;
  /** The id of a checkpoint: only older ones are listed. */
  readonly before: string | undefined;
  /** What the metadata must be. */
  readonly filter: Readonly<Record<string, unknown>> | undefined;
}

/** The first version of checkpoints that keeps what is to be sent in the channels. */
const WITH_SENDS = 4;
const PAGE = 64;

/** Reads checkpoints of one version. */
export class CheckpointReader {
  readonly #view: CheckpointView;
  readonly #serde: SerializerProtocol;
  readonly #firstVersion: () => number;

  constructor(view: CheckpointView, serde: SerializerProtocol, firstVersion: () => number) {
    this.#view = view;
    this.#serde = serde;
    this.#firstVersion = firstVersion;
  }

  /** The checkpoint that is named, or the newest. */
  async one(place: AskedPlace): Promise<CheckpointTuple | undefined> {
    const [row] = await this.#rows(place, undefined, 1, undefined);
    return row === undefined ? undefined : await this.#tuple(row, await this.#metadata(row));
  }

  /** All that are asked for, the newest first within a namespace of a thread. */
  async *list(place: AskedPlace, { limit, before, filter }: Listing): AsyncGenerator<CheckpointTuple> {
    let left = limit ?? Number.POSITIVE_INFINITY;
    let last: CheckpointRow | undefined;
    while (left > 0) {
      const rows = await this.#rows(place, before, PAGE, last);
      for (const row of rows) {
        const metadata = await this.#metadata(row);
        if (!matches(metadata, filter)) continue;
        yield await this.#tuple(row, metadata);
        left--;
        if (left <= 0) return;
      }
      if (rows.length < PAGE) return;
      last = rows.at(-1);
    }
  }

  async #rows(
    { thread, namespace, checkpoint }: AskedPlace,
    before: string | undefined,
    limit: number,
    after: CheckpointRow | undefined,
  ): Promise<CheckpointRow[]> {
    const asked = {
      ...(thread === undefined ? {} : { thread }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(checkpoint === undefined ? {} : { checkpoint }),
    };
    const older = before === undefined ? [] : [{ checkpoint: { $lt: before } }];
    return await this.#view.find({
      where: [{ kind: "checkpoint", ...asked }, ...older],
      orderBy: ["thread", "namespace", { column: "checkpoint", descending: true }],
      limit,
      ...(after === undefined ? {} : { after: { ...after, id: checkpointId(after) } }),
      select: COLUMNS,
    });
  }

  async #tuple(row: CheckpointRow, metadata: CheckpointMetadata): Promise<CheckpointTuple> {
    const checkpoint = (await this.#serde.loadsTyped(row.type, row.data)) as Checkpoint;
    checkpoint.channel_values = await this.#values(row);
    const { parent } = row;
    if (checkpoint.v < WITH_SENDS && parent !== null) {
      const writes = await this.#writes({ ...row, checkpoint: parent });
      const sends = writes.filter(([, channel]) => channel === TASKS).map(([, , value]) => value);
      addSends(checkpoint, sends, this.#firstVersion);
    }
    const tuple = { config: toConfig(row), checkpoint, metadata, pendingWrites: await this.#writes(row) };
    return parent === null ? tuple : { ...tuple, parentConfig: toConfig({ ...row, checkpoint: parent }) };
  }

  async #values(row: CheckpointRow): Promise<Record<string, unknown>> {
    const places = Object.entries(row.values ?? {});
    const ids = places.map(([channel, checkpoint]) => valueId({ ...row, checkpoint }, channel));
    const found = await this.#view.get(ids, { select: ["type", "data"] });
    const entries = places.map(async ([channel], index): Promise<[string, unknown]> => {
      const value = found[index];
      if (value === undefined) throw missingValue(row, channel);
      return [channel, await this.#serde.loadsTyped(value.type, value.data)];
    });
    return Object.fromEntries(await Promise.all(entries));
  }

  async #metadata({ metadataType, metadata }: CheckpointRow): Promise<CheckpointMetadata> {
    return (await this.#serde.loadsTyped(metadataType ?? "json", metadata ?? "{}")) as CheckpointMetadata;
  }

  /** The writes of a checkpoint, in the order in which LangGraph applies them. */
  async #writes({ thread, namespace, checkpoint }: CheckpointPlace): Promise<CheckpointPendingWrite[]> {
    const rows: StoredWrite[] = await this.#view.find({
      where: { thread, namespace, checkpoint, kind: "write" },
      select: ["task", "path", "index", "channel", "type", "data"],
    });
    const sorted = rows
      .map((row) => ({ row, key: writesSortKey(row.path ?? "", row.task ?? "", row.index ?? 0) }))
      .sort((one, other) => compareWritesSortKeys(one.key, other.key));
    return await Promise.all(
      sorted.map(async ({ row }): Promise<CheckpointPendingWrite> => {
        const value: unknown = await this.#serde.loadsTyped(row.type, row.data);
        return [row.task ?? "", row.channel ?? "", value];
      }),
    );
  }
}

function matches(metadata: CheckpointMetadata, filter: Listing["filter"]): boolean {
  return Object.entries(filter ?? {}).every(([key, value]) => Reflect.get(metadata, key) === value);
}

/** Old checkpoints have what is to be sent in the writes of their parents; newer ones in a channel. */
function addSends(checkpoint: Checkpoint, sends: unknown[], firstVersion: () => number): void {
  checkpoint.channel_values ??= {};
  checkpoint.channel_values[TASKS] = sends;
  checkpoint.channel_versions ??= {};
  const versions = Object.values(checkpoint.channel_versions);
  checkpoint.channel_versions[TASKS] = versions.length > 0 ? maxChannelVersion(...versions) : firstVersion();
}
