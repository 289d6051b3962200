// The table of a checkpointer: a row is a checkpoint, the value of a channel that is new with one, or a write that belongs to one.

import { bytes, type Database, int, json, type Table, type TableView, table, text } from "varve";

const checkpointsTable = (name: string) =>
  table(name, {
    id: text().primaryKey(),
    thread: text().indexed(),
    namespace: text(),
    checkpoint: text().indexed(),
    kind: text({ enum: ["checkpoint", "value", "write"] }),
    /** The checkpoint without its values, a value, or what was written. */
    type: text(),
    data: bytes(),
    /** Of a checkpoint. */
    parent: text().nullable(),
    metadataType: text().nullable(),
    metadata: bytes().nullable(),
    /** For each channel the checkpoint with which its value was new. */
    values: json<Record<string, string>>().nullable(),
    /** Of a write; of a value only the channel. */
    task: text().nullable(),
    path: text().nullable(),
    index: int().nullable(),
    channel: text().nullable(),
  });

type CheckpointDefinition = ReturnType<typeof checkpointsTable>;

/** The checkpoints of any number of threads. */
export type CheckpointTable = Table<CheckpointDefinition>;

/** Such a table at one version. */
export type CheckpointView = TableView<CheckpointDefinition>;

/** A row to write. */
export type NewCheckpointRow = CheckpointDefinition["$insert"];

/** Opens the table, or makes it. */
export async function openCheckpoints(db: Database, name: string): Promise<CheckpointTable> {
  return await db.table(checkpointsTable(name));
}

/** Which checkpoint. */
export interface CheckpointPlace {
  readonly thread: string;
  readonly namespace: string;
  readonly checkpoint: string;
}

/** The key of a checkpoint. */
export function checkpointId({ thread, namespace, checkpoint }: CheckpointPlace): string {
  return JSON.stringify(["checkpoint", thread, namespace, checkpoint]);
}

/** The key of a value that was new with a checkpoint. */
export function valueId({ thread, namespace, checkpoint }: CheckpointPlace, channel: string): string {
  return JSON.stringify(["value", thread, namespace, checkpoint, channel]);
}

/** The key of a write. */
export function writeId(
  { thread, namespace, checkpoint }: CheckpointPlace,
  task: string,
  index: number,
): string {
  return JSON.stringify(["write", thread, namespace, checkpoint, task, index]);
}
