import { join } from "node:path";
import { env } from "node:process";
import { describeValue } from "../describe-value";
import { registry as defaultRegistry, type Registry } from "../embeddings/registry";
import { sha256 } from "../node-crypto";
import { BUCKET, type BucketOptions, cacheFolder, checkPlace, nativeBucket } from "./bucket";
import { backupToMemory, badArgument } from "./call/errors";
import { COMPONENT, checkCount, checkOptions, DATA, type OptionRules } from "./call/options";
import { Database } from "./database";
import { EmbeddingCache, type EmbeddingCacheOptions } from "./embed/embedding-cache";
import { NamedFunctions } from "./embed/functions";
import { type Pace, systemPace } from "./embed/pace";
import { isBucket, isServer, MEMORY, placeOf } from "./location";
import { callAsync } from "./native/call";
import { openDatabase } from "./native/open";
import { addDebugLog } from "./observe/debug-log";
import { Observers } from "./observe/observers";
import { RemoteDatabase } from "./remote/database";
import { checkNoServer, SERVER, type ServerOptions, serverAt } from "./remote/options";
import { knownCredentials } from "./renewal";

/** Options of `connect`. */
export interface ConnectOptions extends BucketOptions, ServerOptions {
  /**
   * Creates the embedding functions of tables that are opened by name.
   * @default the registry of `varve/embeddings`
   */
  readonly registry?: Registry | undefined;
  /**
   * The size of the cache of embedding results. `false` turns it off.
   * @default 64 MB in memory and on disk
   */
  readonly embeddingCache?: EmbeddingCacheOptions | false | undefined;
}

/** Further options for tests, which control how time passes. */
interface TestOptions extends ConnectOptions {
  readonly pace?: Pace | undefined;
}

const CONNECT: OptionRules<TestOptions> = {
  registry: COMPONENT,
  embeddingCache: DATA,
  ...BUCKET,
  ...SERVER,
  pace: { ...COMPONENT, hidden: true },
};
const CACHE: OptionRules<EmbeddingCacheOptions> = {
  maxBytes: { ...DATA, check: (_name, value) => checkCount("embeddingCache.maxBytes", value, 1) },
};
const CACHE_BYTES = 64 << 20;
const CACHE_FOLDER = "_embeddings";

/**
 * Opens a database. The location is a directory, which is created if it does not exist, or `memory:` (also `:memory:`) for a database that
 * lasts as long as the process. `file:./data` and `file:///srv/data` work too. A relative path is resolved now, so a later `process.chdir`
 * makes no difference.
 *
 * `s3://bucket/prefix` is a database in a bucket of Amazon S3, or of what speaks its protocol at an `endpoint`; `gs://` and `az://` are
 * those of Google Cloud and Azure. The bucket must exist. Without `credentials` the environment or the machine says who asks.
 *
 * `https://host/path` is a database that `varve serve` reads, with the same reads and types; writes are refused (`ACCESS_DENIED`). The `token` is
 * what the server wants to be told. Queries are embedded here, not by the server.
 *
 * Any number of processes can read and write a database at the same time.
 *
 * @example
 * ```ts
 * const db = await connect("./data");
 * const shared = await connect("s3://my-bucket/docs", { region: "eu-central-1" });
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
  const functions = new NamedFunctions(registry);
  const observers = new Observers();
  if (env["NODE_DEBUG"] !== undefined) await addDebugLog(observers);
  if (isServer(place)) {
    const { allowHttp, ...rest } = given;
    checkPlace(false, rest);
    const remote = new RemoteDatabase(serverAt(place, given), observers);
    await callAsync(() => remote.begin());
    return new Database(
      remote,
      { functions, cache: cacheOf(place, given), pace, observers },
      () => undefined,
      openTarget,
    );
  }
  checkNoServer(given);
  checkPlace(isBucket(place), given);
  const { options: known, keepUp } = await knownCredentials(given);
  const cache = cacheOf(place, given);
  const native = await callAsync(() => openDatabase(place, nativeBucket(isBucket(place), known)));
  const end = keepUp((credentials) => native.renewCredentials(credentials));
  return new Database(native, { functions, cache, pace, observers }, end, openTarget);
}

/** Opens the place of a backup. */
async function openTarget(location: string | URL): Promise<Database> {
  if (placeOf(location) === MEMORY) throw backupToMemory();
  return await connect(location, { embeddingCache: false });
}

function cacheOf(place: string, { embeddingCache: options, ...given }: ConnectOptions): EmbeddingCache {
  if (options === false) return new EmbeddingCache(0, embeddingsFolder(place, given));
  const { maxBytes = CACHE_BYTES } = checkOptions("embeddingCache", CACHE, options);
  return new EmbeddingCache(maxBytes, embeddingsFolder(place, given));
}

/** Beside the tables, or beside the cached files of a bucket. */
function embeddingsFolder(place: string, given: BucketOptions): string | undefined {
  if (place === MEMORY || isServer(place)) return undefined;
  if (!isBucket(place)) return join(place, CACHE_FOLDER);
  const folder = cacheFolder(given);
  const name = sha256().update(place).digest("hex").slice(0, 16);
  return folder === undefined ? undefined : join(folder, `${CACHE_FOLDER}-${name}`);
}
