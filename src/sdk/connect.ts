import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { registry as defaultRegistry, type Registry } from "../embeddings/registry";
import { Database } from "./database";
import { EmbeddingCache, type EmbeddingCacheOptions } from "./embed/embedding-cache";
import { NamedFunctions } from "./embed/functions";
import { type Pace, systemPace } from "./embed/pace";
import { badArgument, homeFolder, namedMemory } from "./errors";
import { answer } from "./native/call";
import { openDatabase } from "./native/open";
import { checkOptions } from "./options";
import { checkCount } from "./reader";
import { describeValue } from "./schema/wire-value";

/** What `connect` takes. */
export interface ConnectOptions {
  /** Makes the embedding functions of tables that are opened by name; the one of `varve/embeddings` unless told. */
  readonly registry?: Registry | undefined;
  /** How much of what was embedded is kept; 64 MB in memory and on disk unless told, nothing for `false`. */
  readonly embeddingCache?: EmbeddingCacheOptions | false | undefined;
}

/** What tests can say besides: how time passes. */
interface TestOptions extends ConnectOptions {
  readonly pace?: Pace | undefined;
}

const CACHE_BYTES = 64 << 20;
const CACHE_FOLDER = "_embeddings";

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
export function connect(location: string | URL, options?: ConnectOptions): Promise<Database> {
  return answer(() => {
    const uri = uriOf(location);
    const given: TestOptions = checkOptions("connect", options);
    const { registry = defaultRegistry, pace = systemPace } = given;
    const cache = cacheOf(uri, given.embeddingCache);
    return new Database(openDatabase(uri), { functions: new NamedFunctions(registry), cache, pace });
  });
}

function cacheOf(uri: string, options: ConnectOptions["embeddingCache"]): EmbeddingCache {
  if (options === false) return new EmbeddingCache(0, undefined);
  const { maxBytes = CACHE_BYTES } = options ?? {};
  checkCount("embeddingCache.maxBytes", maxBytes, 1);
  const path = uri.startsWith("file://") ? uri.slice("file://".length) : uri;
  return new EmbeddingCache(maxBytes, uri === "memory:" ? undefined : join(path, CACHE_FOLDER));
}

function uriOf(location: unknown): string {
  if (typeof location === "string" && location !== "") {
    if (location.startsWith("memory:") && location !== "memory:") throw namedMemory(location);
    if (/^~($|[/\\])/.test(location)) throw homeFolder(location);
    return location;
  }
  if (location instanceof URL) return location.protocol === "file:" ? fileURLToPath(location) : location.href;
  throw badArgument("connect", 'a path, or "memory:"', describeValue(location));
}
