// What `connect` is told of a bucket. The engine is given it as JSON; nothing here shows a value of `credentials`.

import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { isPlainObject } from "../realm";
import { badArgument, onlyForBuckets } from "./call/errors";
import { CHANGE, choice, count, FLAG, type OptionRule, type OptionRules } from "./call/options";

/**
 * Who asks a bucket: keys of S3 in the shape of the AWS SDK, the key of a storage account or a shared access signature of Azure, the JSON of a
 * service account's key of Google Cloud, or nobody, where a bucket is open to all.
 */
export type BucketCredentials =
  | {
      readonly accessKeyId: string;
      readonly secretAccessKey: string;
      readonly sessionToken?: string | undefined;
    }
  | { readonly accountKey: string }
  | { readonly sasToken: string }
  | { readonly serviceAccountKey: string }
  | { readonly anonymous: true };

/** Keys of S3 that hold until a date, as the AWS SDK has them. */
export interface LastingCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  /** When they end: a Date, or an ISO 8601 text with its zone. They are asked for anew five minutes before; never where there is none. */
  readonly expiration?: Date | string | null | undefined;
}

/** Options of `connect` for a database in a bucket. */
export interface BucketOptions {
  /**
   * The region of an S3 bucket.
   * @default `AWS_REGION`, or "us-east-1"
   */
  readonly region?: string | undefined;
  /**
   * Where the service is, such as "https://minio.example:9000".
   * @default the provider's own
   */
  readonly endpoint?: string | undefined;
  /**
   * Who asks, or a function that says it and is asked again before that ends, such as `fromSSO()` of `@aws-sdk/credential-providers`. It is kept in memory and shown nowhere.
   * @default variables of the environment, then the identity of the machine, task or pod
   */
  readonly credentials?: BucketCredentials | (() => Promise<LastingCredentials>) | undefined;
  /**
   * Whether requests may go unencrypted.
   * @default false
   */
  readonly allowHttp?: boolean | undefined;
  /**
   * Whether the bucket stands in the path of a request, and not in the name of its host.
   * @default true
   */
  readonly forcePathStyle?: boolean | undefined;
  /**
   * Whether you pay for the requests to a bucket of somebody else.
   * @default false
   */
  readonly requestPayer?: boolean | undefined;
  /**
   * The storage account of Azure.
   * @default `AZURE_STORAGE_ACCOUNT_NAME`
   */
  readonly account?: string | undefined;
  /**
   * Where fetched files are kept: in a folder, or in memory.
   * @default "disk"
   */
  readonly cache?: "disk" | "memory" | undefined;
  /**
   * That folder. Several processes may share it, and it may be removed at any time.
   * @default the folder of the system for such files
   */
  readonly cacheDir?: string | undefined;
  /**
   * The most bytes in that folder. What was used longest ago goes first.
   * @default 8 GiB
   */
  readonly cacheBytes?: number | undefined;
}

const words: OptionRule = {
  kind: "data",
  check: (name, value) => {
    if (typeof value !== "string" || value === "")
      throw badArgument(name, "a text that is not empty", kindOf(value));
  },
};

/** How these options are read. */
export const BUCKET: OptionRules<BucketOptions> = {
  region: words,
  endpoint: words,
  credentials: { ...CHANGE, check: checkCredentials },
  allowHttp: FLAG,
  forcePathStyle: FLAG,
  requestPayer: FLAG,
  account: words,
  cache: choice("disk", "memory"),
  cacheDir: words,
  cacheBytes: count(0),
};

const KINDS: readonly (readonly string[])[] = [
  ["accessKeyId", "secretAccessKey"],
  ["accountKey"],
  ["sasToken"],
  ["serviceAccountKey"],
  ["anonymous"],
];

/** Values are not shown, whatever is wrong with them. */
export function checkCredentials(name: string, value: unknown): void {
  if (typeof value !== "function") checkKeys(name, value, KINDS);
}

/** What a function answers: keys of S3 only. */
export function checkLastingCredentials(name: string, value: unknown): void {
  checkKeys(name, value, KINDS.slice(0, 1));
}

function checkKeys(name: string, value: unknown, kinds: typeof KINDS): void {
  const given = isPlainObject(value) ? value : {};
  const names = Object.keys(given).filter((key) => given[key] !== undefined && key !== "sessionToken");
  const kind = kinds.find((kind) => kind.every((key) => names.includes(key)) && names.length === kind.length);
  const fits = (key: string) => (key === "anonymous" ? given[key] === true : isText(given[key]));
  const token = given["sessionToken"];
  const hasToken = token !== undefined;
  if (kind?.every(fits) && (!hasToken || (kind.length === 2 && isText(token)))) return;
  const expected = kinds.map((kind) => `{ ${kind.join(", ")} }`).join(" or ");
  throw badArgument(name, expected, names.length === 0 ? kindOf(value) : `{ ${names.join(", ")} }`);
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

/** What a value is, without showing it. */
export function kindOf(value: unknown): string {
  if (value === "") return "an empty text";
  return value === null ? "null" : `a value of the type ${typeof value}`;
}

/** Refuses options that are for buckets where the place is none. */
export function checkPlace(isBucket: boolean, given: BucketOptions): void {
  const stray = Object.keys(BUCKET).find((name) => given[name as keyof BucketOptions] !== undefined);
  if (!isBucket && stray !== undefined) throw onlyForBuckets(stray);
}

/** What the engine is told of a bucket; nothing where the place is none. */
export function nativeBucket(isBucket: boolean, given: BucketOptions): string | undefined {
  if (!isBucket) return undefined;
  const { region, endpoint, credentials, allowHttp, forcePathStyle, requestPayer, account, cacheBytes } =
    given;
  const folder = cacheFolder(given);
  const cacheDir = folder === undefined ? undefined : join(folder, "files");
  return JSON.stringify({
    region,
    endpoint,
    credentials,
    allowHttp,
    forcePathStyle,
    requestPayer,
    account,
    cacheDir,
    cacheBytes,
  });
}

/** The folder for what may be lost; none where all is kept in memory. */
export function cacheFolder({ cache, cacheDir }: BucketOptions): string | undefined {
  if (cache === "memory") return undefined;
  if (cacheDir !== undefined) return resolve(cacheDir);
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (process.platform === "win32")
    return join(LOCALAPPDATA ?? join(homedir(), "AppData", "Local"), "varve", "cache");
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches", "varve");
  return join(XDG_CACHE_HOME || join(homedir(), ".cache"), "varve");
}
