// Where a database is: whatever a caller writes becomes "memory:", an absolute path or the address of a bucket or a server, once, when `connect` is called. So a process
// that changes its working directory later goes on reading and writing where it began.

import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describeValue } from "../describe-value";
import {
  badArgument,
  badBucket,
  badFileUrl,
  badServer,
  homeFolder,
  namedMemory,
  noPlace,
  notYet,
  noWorkingDirectory,
} from "./call/errors";

/** A database that is gone with the process. */
export const MEMORY = "memory:";

const IN_MEMORY: ReadonlySet<string> = new Set([MEMORY, "memory://", ":memory:", "file::memory:"]);
const BUCKETS: ReadonlySet<string> = new Set(["s3", "gs", "az"]);
const SERVERS: ReadonlySet<string> = new Set(["http", "https"]);
const REMOTE: ReadonlySet<string> = new Set(["s3a", "gcs", "azure", "abfs", "abfss"]);
/** Two characters at least: one alone is a drive of Windows. */
const SCHEME = /^([a-z][a-z0-9+.-]+):/i;

/** The place that `connect` was given: "memory:", an absolute path, or the address of a bucket or a server. */
export function placeOf(location: unknown): string {
  const text = textOf(location);
  if (IN_MEMORY.has(text)) return MEMORY;
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return pathOf(text);
  if (scheme === "memory") throw namedMemory(text);
  if (scheme === "file") return fileOf(text);
  if (BUCKETS.has(scheme)) return bucketOf(text, scheme);
  if (SERVERS.has(scheme)) return serverOf(text);
  if (REMOTE.has(scheme)) {
    throw notYet(
      `A database at ${scheme}:`,
      "Use s3://, gs:// or az:// for a bucket, or a folder of this machine.",
    );
  }
  throw noPlace(text, scheme);
}

/** Whether a place is a bucket. */
export function isBucket(place: string): boolean {
  const scheme = SCHEME.exec(place)?.[1];
  return scheme !== undefined && BUCKETS.has(scheme);
}

/** Whether a place is a server. */
export function isServer(place: string): boolean {
  const scheme = SCHEME.exec(place)?.[1];
  return scheme !== undefined && SERVERS.has(scheme);
}

/** Nothing of an address that is refused is shown: it may hold a key by mistake. */
function serverOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "")
    throw badServer();
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
}

/** The engine checks the rest, and shows nothing of it: an address may hold a key by mistake. */
function bucketOf(text: string, scheme: string): string {
  const rest = text.slice(scheme.length + 1);
  if (!rest.startsWith("//")) throw badBucket(scheme);
  return `${scheme}:${rest}`;
}

function textOf(location: unknown): string {
  if (typeof location === "string" && location !== "") return location;
  const address = addressOf(location);
  if (address !== undefined) return address;
  throw badArgument("connect", 'a path, the address of a bucket, or "memory:"', describeValue(location));
}

/** The text of a URL of any realm. */
function addressOf(location: unknown): string | undefined {
  if (typeof location !== "object" || location === null) return undefined;
  const href: unknown = Reflect.get(location, "href");
  return typeof href === "string" && typeof Reflect.get(location, "protocol") === "string" ? href : undefined;
}

/** The path of `file:///x`, `file:/x`, `file:x` and `file:./x`; the last two start at the working directory. */
function fileOf(text: string): string {
  const rest = text.slice("file:".length);
  if (/[?#]/.test(rest)) throw badFileUrl(text, "it has a part after the path");
  try {
    return rest.startsWith("/") ? fileURLToPath(text) : pathOf(decodeURIComponent(rest), text);
  } catch (cause) {
    throw badFileUrl(text, "it does not lead to a folder of this machine", cause);
  }
}

function pathOf(path: string, given: string = path): string {
  if (/^~($|[/\\])/.test(path)) throw homeFolder(given);
  if (path === "" || path.includes("\0")) throw noPlace(given);
  try {
    return resolve(path);
  } catch (cause) {
    throw noWorkingDirectory(path, cause);
  }
}
