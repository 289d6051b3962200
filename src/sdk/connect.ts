import { fileURLToPath } from "node:url";
import { registry as defaultRegistry, type Registry } from "../embeddings/registry";
import { Database } from "./database";
import { badArgument } from "./errors";
import { answer } from "./native/call";
import { openDatabase } from "./native/open";
import { describeValue } from "./schema/wire-value";

/** What `connect` takes. */
export interface ConnectOptions {
  /** Makes the embedding functions of tables that are opened by name; the one of `varve/embeddings` unless told. */
  readonly registry?: Registry | undefined;
}

/**
 * Opens a database: a directory, which is made if it is not there, or `memory:` for one that is gone with the process.
 *
 * Any number of processes may read and write one database at the same time.
 *
 * @example
 * ```ts
 * const db = await connect("./data");
 * ```
 */
export function connect(location: string | URL, options: ConnectOptions = {}): Promise<Database> {
  return answer(() => {
    const uri = uriOf(location);
    return new Database(openDatabase(uri), options.registry ?? defaultRegistry);
  });
}

function uriOf(location: unknown): string {
  if (typeof location === "string" && location !== "") return location;
  if (location instanceof URL) return location.protocol === "file:" ? fileURLToPath(location) : location.href;
  throw badArgument("connect", 'a path, or "memory:"', describeValue(location));
}
