// Tables are copied to another place. The work is the engine's; here it is watched, and ended where the caller wants that.

import { describeValue } from "../describe-value";
import { onAbort } from "../on-abort";
import { VarveError } from "../varve-error";
import { aborted, badArgument } from "./call/errors";
import { CALLBACK, DATA, type OptionRules, SIGNAL } from "./call/options";
import { checkSignal } from "./call/progress";
import { callAsync, toVarveError } from "./native/call";
import type { NativeBackup, NativeDatabase } from "./native/open";

/** How far a backup has come with a table. */
export interface BackupProgress {
  /** The table that is being copied. */
  readonly table: string;
  /** How many of its files are at the target by now. */
  readonly files: number;
  /** How many there are. It may change while the table does. */
  readonly totalFiles: number;
  /** How many bytes of it are at the target by now. */
  readonly bytes: number;
  /** How many there are. */
  readonly totalBytes: number;
}

/** Options of `backup`. */
export interface BackupOptions {
  /**
   * The tables to copy.
   * @default all tables
   */
  readonly tables?: readonly string[] | undefined;
  /** Ends the backup early: it throws `ABORTED`. What was copied stays, and the next backup goes on from there. */
  readonly signal?: AbortSignal | undefined;
  /** Is told several times a second how far the backup has come. */
  readonly onProgress?: ((progress: BackupProgress) => void) | undefined;
}

/** A table that was copied. */
export interface CopiedTable {
  /** Its name. */
  readonly name: string;
  /** The version that the copy has now, with all versions before it. */
  readonly version: number;
  /** How many files the copy has. */
  readonly files: number;
  /** How many bytes they have. */
  readonly bytes: number;
  /** How many files were copied now; the others were there. */
  readonly copiedFiles: number;
  /** How many bytes they have. */
  readonly copiedBytes: number;
}

/** What a backup did. */
export interface Backup {
  /** The tables that were copied. */
  readonly tables: readonly CopiedTable[];
}

export const BACKUP: OptionRules<BackupOptions> = {
  tables: { ...DATA, check: checkTables },
  signal: SIGNAL,
  onProgress: CALLBACK,
};

/** So often it is looked how far it has come. */
const LOOK_MS = 100;

/** Copies tables from one database to another. Throws where one of them was not copied, once the others were. */
export async function backup(
  from: NativeDatabase,
  to: NativeDatabase,
  { tables, signal, onProgress }: BackupOptions,
): Promise<Backup> {
  checkSignal(signal);
  const copy = from.backup(to, JSON.stringify({ tables }));
  const forget = onAbort(signal, () => copy.stop());
  const watched = watch(copy, onProgress);
  try {
    const done = JSON.parse(await callAsync(() => copy.run())) as Backup & Failures;
    watched.end();
    if (done.failed.length > 0) throw incomplete(done);
    return { tables: done.tables };
  } catch (error) {
    watched.stop();
    if (signal?.aborted) throw aborted(signal.reason);
    throw error;
  } finally {
    forget();
  }
}

interface Failures {
  readonly failed: readonly { readonly message: string; readonly where: { readonly table: string } }[];
}

/** The failure of the first table that was not copied, with what became of the others. */
function incomplete({ tables, failed }: Backup & Failures): VarveError {
  const [first, ...more] = failed;
  const error = toVarveError(new Error(JSON.stringify(first)));
  const all = tables.length + failed.length;
  if (all === 1) return error;
  const others = more.length === 0 ? "" : ` Nor were ${more.map(({ where }) => where.table).join(", ")}.`;
  const message = `The table "${error.where.table}" was not copied: ${error.message}${others} ${tables.length} of ${all} tables were copied.`;
  return new VarveError(error.code, message, { hint: error.hint, where: error.where, cause: error });
}

/** Looks now and then how far a copy has come. What the callback throws ends the copy, and comes back. */
function watch(
  copy: NativeBackup,
  onProgress: BackupOptions["onProgress"],
): { readonly end: () => void; readonly stop: () => void } {
  if (onProgress === undefined) return { end: () => undefined, stop: () => undefined };
  let last: string | null = null;
  let thrown: { readonly error: unknown } | undefined;
  const look = (): void => {
    const seen = copy.progress();
    if (seen === null || seen === last || thrown !== undefined) return;
    last = seen;
    try {
      onProgress(JSON.parse(seen) as BackupProgress);
    } catch (error) {
      thrown = { error };
      copy.stop();
    }
  };
  const timer = setInterval(look, LOOK_MS);
  const stop = (): void => {
    clearInterval(timer);
    if (thrown !== undefined) throw thrown.error;
  };
  return {
    end: () => {
      look();
      stop();
    },
    stop,
  };
}

function checkTables(name: string, value: unknown): void {
  if (Array.isArray(value) && value.every((table) => typeof table === "string" && table !== "")) return;
  throw badArgument(name, "a list of names of tables", describeValue(value));
}
