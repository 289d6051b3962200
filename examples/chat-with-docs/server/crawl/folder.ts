import { lstat, readFile, realpath } from "node:fs/promises";
import { extname, join } from "node:path";
import { walkFolder } from "varve/documents";
import type { DocumentText } from "../documents/document.ts";
import { readHtml } from "../documents/html.ts";
import { readMarkdown } from "../documents/markdown.ts";
import { readPdf } from "../documents/pdf.ts";

/** A file that can be read, or why it cannot. */
export type ReadFile = DocumentText | { readonly problem: string };

type Reader = (bytes: Uint8Array, path: string) => DocumentText | Promise<DocumentText>;

const READERS: Readonly<Record<string, Reader>> = {
  ".md": (bytes, path) => readMarkdown(utf8(bytes), path),
  ".markdown": (bytes, path) => readMarkdown(utf8(bytes), path),
  ".html": (bytes, path) => readHtml(utf8(bytes), path),
  ".htm": (bytes, path) => readHtml(utf8(bytes), path),
  ".pdf": readPdf,
};

/** The most bytes of a file. */
const FILE_SIZE = 20 << 20;
/** The most characters of a document. */
const TEXT_SIZE = 4 << 20;
/** The most files of a crawl. */
const FILES = 20_000;

/** The documents below a folder: sorted paths with forward slashes. Hidden folders, node_modules and links are left out. */
export async function listDocuments(folder: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { path } of walkFolder(folder, { extensions: Object.keys(READERS) })) {
    if (paths.length === FILES) throw new Error(`${folder} holds more than ${FILES} documents.`);
    paths.push(path);
  }
  return paths;
}

/** Reads one of the documents of a folder. What cannot be read is a problem of that file, not of the crawl. */
export async function readDocument(folder: string, path: string): Promise<ReadFile> {
  try {
    const file = join(await realpath(folder), path);
    const { size } = await lstat(file);
    if (size > FILE_SIZE) return { problem: `${size} bytes, at most ${FILE_SIZE} are read` };
    const read = READERS[extname(path).toLowerCase()];
    if (read === undefined) return { problem: "not a kind of document that is read" };
    const document = await read(new Uint8Array(await readFile(file)), path);
    if (document.text.length > TEXT_SIZE) {
      return { problem: `${document.text.length} characters of text, at most ${TEXT_SIZE} are read` };
    }
    return document;
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

function utf8(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}
