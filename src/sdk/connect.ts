import { join } from "node:path";
import { registry as defaultRegistry, type Registry } from "../embeddings/registry";
import { badArgument } from "./call/errors";
import { COMPONENT, checkCount, checkOptions, DATA, type OptionRules } from "./call/options";
import { Database } from "./database";
import { EmbeddingCache, type EmbeddingCacheOptions } from "./embed/embedding-cache";
import { NamedFunctions } from "./embed/functions";
import { type Pace, systemPace } from "./embed/pace";
import { MEMORY, placeOf } from "./location";
import { callAsync } from "./native/call";
import { openDatabase } from "./native/open";
import { describeValue } from "./schema/wire-value";

/** What `connect` takes. */
export interface ConnectOptions {
  /**
   * Makes the embedding functions of tables that are opened by name.
   * @default the one of `varve/embeddings`
   */
  readonly registry?: Registry | undefined;
  /**
   * How much of what was embedded is kept. `false` keeps nothing.
   * @default 64 MB in memory and on disk
   */
  readonly embeddingCache?: EmbeddingCacheOptions | false | undefined;
}

/** What tests can say besides: how time passes. */
interface TestOptions extends ConnectOptions {
  readonly pace?: Pace | undefined;
}

const CONNECT: OptionRules<TestOptions> = {
  registry: COMPONENT,
  embeddingCache: DATA,
  pace: { ...COMPONENT, hidden: true },
};
const CACHE: OptionRules<EmbeddingCacheOptions> = {
  maxBytes: { ...DATA, check: (_name, value) => checkCount("embeddingCache.maxBytes", value, 1) },
};
const CACHE_BYTES = 64 << 20;
const CACHE_FOLDER = "_embeddings";

/**
 * Opens a database: a directory, which is made if it is not there, or `memory:` (also `:memory:`) for one that is gone with the process.
 * A relative path is that of the moment: a later `process.chdir` changes nothing. `file:./data` and `file:///srv/data` are understood.
 *
 * Any number of processes may read and write one database at the same time.
 *
 * @example
 * ```ts
 * const db = await connect("./data");
 * ```
 */
export async function connect(
  location: string | URL,
  options?: ConnectOptions,
  ...more: readonly never[]
): Promise<Database> {
  const place = placeOf(location);
  const given = checkOptions("connect", CONNECT, options, more);
  const { registry = defaultRegistry, pace = systemPace } = given;
  if (typeof registry?.resolve !== "function")
    throw badArgument("registry", "a Registry", describeValue(registry));
  const cache = cacheOf(place, given.embeddingCache);
  const native = await callAsync(() => openDatabase(place));
  return new Database(native, { functions: new NamedFunctions(registry), cache, pace });
}

function cacheOf(place: string, options: ConnectOptions["embeddingCache"]): EmbeddingCache {
  if (options === false) return new EmbeddingCache(0, undefined);
  const { maxBytes = CACHE_BYTES } = checkOptions("embeddingCache", CACHE, options);
  return new EmbeddingCache(maxBytes, place === MEMORY ? undefined : join(place, CACHE_FOLDER));
}
