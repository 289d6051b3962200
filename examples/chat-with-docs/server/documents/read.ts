// The bytes of a file as a document, by the ending of its name; or why not, and what whoever has the file can do.

import { extname } from "node:path";
import type { DocumentText } from "./document.ts";
import { readHtml } from "./html.ts";
import { readMarkdown } from "./markdown.ts";
import { readPdf } from "./pdf.ts";
import { readText } from "./text.ts";

/** Why a file is no document. */
export interface Unread {
  readonly problem: string;
  /** What to do about it. */
  readonly next: string;
}

type Reader = (bytes: Uint8Array, path: string) => DocumentText | Promise<DocumentText>;

const markdown: Reader = (bytes, path) => readMarkdown(utf8(bytes), path);
const html: Reader = (bytes, path) => readHtml(utf8(bytes), path);
const READERS: Readonly<Record<string, Reader>> = {
  ".md": markdown,
  ".mdx": markdown,
  ".markdown": markdown,
  ".html": html,
  ".htm": html,
  ".xhtml": html,
  ".txt": (bytes, path) => readText(utf8(bytes), path),
  ".pdf": readPdf,
};

/** The endings of what is read. */
export const ENDINGS: readonly string[] = Object.keys(READERS);

/** The most bytes of a file. */
export const FILE_SIZE = 20 << 20;
/** The most characters of a document. */
const TEXT_SIZE = 4 << 20;

/** What is said of a document that gives no passage. */
export const EMPTY: Unread = {
  problem: "There is no text in it that people see, below a heading or without one.",
  next: "Write something into it, or remove it.",
};

/** Reads a document. What cannot be read is a problem of that file, and never throws. */
export async function readDocument(bytes: Uint8Array, path: string): Promise<DocumentText | Unread> {
  const read = readerOf(path);
  if (read === undefined) return otherKind(path);
  if (bytes.length > FILE_SIZE) return tooLarge(bytes.length);
  try {
    const document = await read(bytes, path);
    if (document.text.length > TEXT_SIZE) {
      const problem = `It has ${document.text.length} characters of text; at most ${TEXT_SIZE} are read.`;
      return { problem, next: "Split it into several files." };
    }
    return document;
  } catch (error) {
    return unreadOf(error, path);
  }
}

/** Whether a file of this name is read at all. */
export function isReadable(path: string): boolean {
  return readerOf(path) !== undefined;
}

/** What is said of a file that has too many bytes. */
export function tooLarge(bytes: number): Unread {
  const problem = `It has ${megabytes(bytes)} MB; at most ${megabytes(FILE_SIZE)} MB are read.`;
  return { problem, next: "Split it into several files." };
}

/** What is said of a file of another kind. */
export function otherKind(path: string): Unread {
  const ending = extname(path).toLowerCase();
  const problem = ending === "" ? "Its name has no ending." : `Files that end in ${ending} are not read.`;
  return { problem, next: `Save it as one of ${ENDINGS.join(", ")}.` };
}

function readerOf(path: string): Reader | undefined {
  const ending = extname(path).toLowerCase();
  return Object.hasOwn(READERS, ending) ? READERS[ending] : undefined;
}

function unreadOf(error: unknown, path: string): Unread {
  const { name = "", message = String(error) } = error instanceof Error ? error : {};
  if (error instanceof TypeError && message.includes("utf-8"))
    return { problem: "It is not UTF-8 text.", next: "Save it again in the encoding UTF-8." };
  if (name === "PasswordException")
    return { problem: "It is locked with a password.", next: "Save a copy without a password." };
  if (name === "InvalidPDFException")
    return {
      problem: "It is no whole PDF.",
      next: "Open it in a PDF reader; if that works, print it as a new PDF.",
    };
  if (message.startsWith("holds no text"))
    return { problem: "Its pages are pictures without text.", next: "Run a text recognition over it first." };
  const what = message.replace(/\.$/, "");
  return {
    problem: `It cannot be read: ${what}.`,
    next: `Check that ${path.split("/").at(-1)} opens elsewhere.`,
  };
}

function utf8(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
}

function megabytes(bytes: number): string {
  return (Math.ceil((bytes / (1 << 20)) * 10) / 10).toString();
}
