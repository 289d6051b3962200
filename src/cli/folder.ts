import { readdir, readFile, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { isError, messageOf } from "../realm";
import { CliError } from "./cli-error";

/** The kinds of files that are read. */
export const EXTENSIONS: readonly string[] = [".md", ".mdx", ".markdown", ".txt"];

const BYTES_MAX = 16 << 20;

/** What a file holds, or why that cannot be said. */
export type FileText = { readonly text: string } | { readonly problem: string };

/**
 * The documents below a folder, as sorted paths with forward slashes. Hidden files and folders, node_modules and links are left out.
 */
export async function listDocuments(folder: string): Promise<string[]> {
  const info = await stat(folder).catch((cause: unknown) => {
    throw unreadable(folder, cause);
  });
  if (!info.isDirectory())
    throw new CliError(`${folder} is not a folder.`, "Name the folder that the file is in.");
  const paths: string[] = [];
  const folders = [""];
  for (let below = folders.pop(); below !== undefined; below = folders.pop()) {
    const place = join(folder, below);
    const entries = await readdir(place, { withFileTypes: true }).catch((cause: unknown) => {
      throw unreadable(place, cause);
    });
    for (const entry of entries) {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      if (entry.name.startsWith(".") || entry.name === "node_modules") continue;
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isFile() && EXTENSIONS.includes(extname(entry.name).toLowerCase())) paths.push(path);
    }
  }
  return paths.sort();
}

/** Reads a document. What is not text in UTF-8 is a problem and not an error. */
export async function readDocument(folder: string, path: string): Promise<FileText> {
  const file = join(folder, path);
  try {
    const { size } = await stat(file);
    if (size > BYTES_MAX) return { problem: `it is larger than ${BYTES_MAX >> 20} MiB` };
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await readFile(file));
    return text.includes("\0") ? { problem: "it is not text" } : { text };
  } catch (cause) {
    return { problem: isError(cause) && cause.name === "TypeError" ? "it is not UTF-8" : reasonOf(cause) };
  }
}

function unreadable(place: string, cause: unknown): CliError {
  return new CliError(`${place} cannot be read: ${reasonOf(cause)}.`);
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist",
  EACCES: "this is not permitted",
  EPERM: "this is not permitted",
};

function reasonOf(cause: unknown): string {
  const code: unknown = isError(cause) && "code" in cause ? cause.code : undefined;
  return reasons[String(code)] ?? messageOf(cause);
}
