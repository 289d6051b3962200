import { constants } from "node:fs";
import { type FileHandle, open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { ownOptions, refuseMore } from "../own-options";
import { VarveError } from "../varve-error";
import { type DocumentKind, documentExtensions, documentKind } from "./document";
import { badArgument, notADocument, notAFolder, unreadable, walkAborted } from "./document-errors";
import { checkCount, checkText } from "./option-check";

/** A document in a folder. */
export interface FoundDocument {
  /** Its path from the folder on, with forward slashes on every system. */
  readonly path: string;
  /** Where it lies: what `readDocument` takes. */
  readonly file: string;
  /** How it is written, as the ending of its name says. */
  readonly kind: DocumentKind;
}

/** What `walkFolder` takes beside the folder. */
export interface WalkOptions {
  /**
   * The endings of the files to find, such as ".md".
   * @default `documentExtensions`
   */
  readonly extensions?: readonly string[] | undefined;
  /**
   * What to leave out: names of files and folders, or a function that is asked for each path. That of a folder ends with a slash, and
   * one that is left out is not looked into.
   * @default ["node_modules"]
   */
  readonly ignore?: readonly string[] | ((path: string) => boolean) | undefined;
  /**
   * Whether to find what is hidden: names that begin with a dot.
   * @default false
   */
  readonly hidden?: boolean | undefined;
  /** Ends the walk early. */
  readonly signal?: AbortSignal | undefined;
}

/** What `readDocument` takes beside the file. */
export interface ReadOptions {
  /**
   * The most bytes of a file; a larger one is refused.
   * @default 16 MiB
   */
  readonly maxBytes?: number | undefined;
}

const BYTES_MAX = 16 << 20;

/**
 * The documents below a folder, in the order of their paths. Links are not followed, hidden files and folders and `node_modules` are left
 * out. Only the names of the folders on the way are held in memory, however large the whole is.
 *
 * Throws IO for a folder that cannot be read, whichever it is: a program that takes what is not found for deleted must not go on.
 *
 * @example
 * ```ts
 * for await (const { path, file, kind } of walkFolder("./docs", { ignore: ["drafts"] })) {
 *   const passages = splitDocument(await readDocument(file), kind);
 * }
 * ```
 */
export function walkFolder(
  folder: string,
  options?: WalkOptions,
  ...more: readonly never[]
): AsyncGenerator<FoundDocument, void, void> {
  refuseMore("walkFolder", more);
  // Arguments are read at the call, and not when the first document is asked for.
  return walk(folder, checkWalk(folder, options));
}

async function* walk(
  folder: string,
  { isWanted, isIgnored, signal }: Walk,
): AsyncGenerator<FoundDocument, void, void> {
  const info = await stat(folder).catch((cause: unknown) => {
    throw unreadable(folder, cause);
  });
  if (!info.isDirectory()) throw notAFolder(folder);
  // Paths that wait, the first one last; those of folders end with a slash.
  const waiting = await namesIn(folder, "", isIgnored);
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (signal?.aborted === true) throw walkAborted(signal.reason);
    if (path.endsWith("/")) {
      for (const name of await namesIn(folder, path, isIgnored)) waiting.push(name);
    } else if (isWanted(path)) {
      yield { path, file: join(folder, path), kind: documentKind(path) };
    }
  }
}

interface Walk {
  readonly isWanted: (path: string) => boolean;
  readonly isIgnored: (path: string) => boolean;
  readonly signal: AbortSignal | undefined;
}

function checkWalk(folder: unknown, options: WalkOptions | undefined): Walk {
  checkText("walkFolder", folder);
  const names = { extensions: true, ignore: true, hidden: true, signal: true } as const;
  const {
    extensions = documentExtensions,
    ignore = ["node_modules"],
    hidden = false,
    signal,
  } = ownOptions("walkFolder", options, names);
  if (!isTexts(extensions) || !extensions.every((one) => /^\.[^./\\]+$/.test(one)))
    throw badArgument("walkFolder, extensions", 'a list of endings such as ".md"', extensions);
  if (typeof ignore !== "function" && !isTexts(ignore))
    throw badArgument("walkFolder, ignore", "a list of names, or a function", ignore);
  if (typeof hidden !== "boolean") throw badArgument("walkFolder, hidden", "true or false", hidden);
  if (signal !== undefined && typeof signal?.aborted !== "boolean")
    throw badArgument("walkFolder, signal", "an AbortSignal", signal);
  const endings = new Set(extensions.map((one) => one.toLowerCase()));
  const ignored = typeof ignore === "function" ? undefined : new Set(ignore);
  return {
    isWanted: (path) => endings.has(path.slice(path.lastIndexOf(".")).toLowerCase()),
    isIgnored: (path) => {
      const name = path.slice(path.lastIndexOf("/", path.length - 2) + 1).replace(/\/$/, "");
      if (!hidden && name.startsWith(".")) return true;
      return ignored === undefined ? (ignore as (path: string) => boolean)(path) : ignored.has(name);
    },
    signal,
  };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}

/** The paths of a folder's files and folders, the first one last. */
async function namesIn(
  folder: string,
  below: string,
  isIgnored: (path: string) => boolean,
): Promise<string[]> {
  const place = join(folder, below);
  const entries = await readdir(place, { withFileTypes: true }).catch((cause: unknown) => {
    throw unreadable(place, cause);
  });
  return entries
    .filter((entry) => entry.isDirectory() || entry.isFile())
    .map((entry) => `${below}${entry.name}${entry.isDirectory() ? "/" : ""}`)
    .filter((path) => !isIgnored(path))
    .sort()
    .reverse();
}

/**
 * Reads a document as text, with a byte order mark if it has one. Throws INVALID_DOCUMENT for a file that is too large, is not UTF-8 or
 * holds zeros, as programs and pictures do, and IO for one that cannot be read. Never holds more than `maxBytes` and a byte of it.
 */
export async function readDocument(
  file: string,
  options?: ReadOptions,
  ...more: readonly never[]
): Promise<string> {
  refuseMore("readDocument", more);
  checkText("readDocument", file);
  const { maxBytes = BYTES_MAX } = ownOptions("readDocument", options, { maxBytes: true });
  checkCount("readDocument, maxBytes", maxBytes, 0);
  const bytes = await readBytes(file, maxBytes);
  const text = decoded(bytes);
  if (text === undefined) throw notADocument(file, "it is not UTF-8", "Save it in UTF-8, or leave it out.");
  if (text.includes("\0")) throw notADocument(file, "it is not text");
  return text;
}

async function readBytes(file: string, most: number): Promise<Uint8Array> {
  let handle: FileHandle | undefined;
  try {
    // What is no file, such as a pipe, would let the call wait.
    handle = await open(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const info = await handle.stat();
    if (!info.isFile()) throw notADocument(file, "it is not a file");
    if (info.size > most) throw tooLarge(file, most);
    return await readAtMost(handle, info.size, () => tooLarge(file, most), most);
  } catch (cause) {
    throw VarveError.is(cause) ? cause : unreadable(file, cause);
  } finally {
    await handle?.close();
  }
}

/** The bytes of a file that may grow while it is read. */
async function readAtMost(
  handle: FileHandle,
  size: number,
  fail: () => VarveError,
  most: number,
): Promise<Uint8Array> {
  let bytes = Buffer.allocUnsafe(size + 1);
  let length = 0;
  for (;;) {
    const { bytesRead } = await handle.read(bytes, length, bytes.length - length, length);
    length += bytesRead;
    if (length > most) throw fail();
    if (bytesRead === 0) return bytes.subarray(0, length);
    if (length === bytes.length) {
      const larger = Buffer.allocUnsafe(Math.min(most + 1, bytes.length * 2));
      bytes.copy(larger, 0, 0, length);
      bytes = larger;
    }
  }
}

function tooLarge(file: string, most: number): VarveError {
  const size = most % (1 << 20) === 0 ? `${most / (1 << 20)} MiB` : `${most} bytes`;
  return notADocument(file, `it is larger than ${size}`, "Raise maxBytes, or leave it out.");
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
