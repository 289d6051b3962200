import { lstat, readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import { walkFolder } from "varve/documents";
import type { DocumentText } from "../documents/document.ts";
import { ENDINGS, FILE_SIZE, readDocument, tooLarge, type Unread } from "../documents/read.ts";

/** A file of a folder: how large it is, and what it says or why that is not known. */
export interface FileRead {
  readonly bytes: number;
  readonly read: DocumentText | Unread;
}

/** The most files of a crawl. */
const FILES = 20_000;

/** The documents below a folder: sorted paths with forward slashes. Hidden folders, node_modules and links are left out. */
export async function listDocuments(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { path } of walkFolder(folder, { extensions: ENDINGS })) {
    if (paths.length === FILES) throw new Error(`${folder} holds more than ${FILES} documents.`);
    paths.push(path);
  }
  return paths;
}

/** Reads one of the documents of a folder. What cannot be read is a problem of that file, not of the crawl. */
export async function readFileOf(folder: string, path: string): Promise<FileRead> {
  let bytes = 0;
  try {
    const file = join(await realpath(folder), path);
    bytes = (await lstat(file)).size;
    if (bytes > FILE_SIZE) return { bytes, read: tooLarge(bytes) };
    return { bytes, read: await readDocument(new Uint8Array(await readFile(file)), path) };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { bytes, read: { problem, next: "Check that the file is there and may be read." } };
  }
}
