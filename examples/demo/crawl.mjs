// A crawl of a folder: what is in it, as rows, and how that differs from what a table has.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { readDocument, splitDocument, walkFolder } from "varve/documents";

/** Test data, what was built and licences are no documents, and packages that others carry with them are there once more. */
const ignore = (path) => /(^|\/)(__tests__|node_modules|dist|licen[cs]e[^/]*)(\/|$)/i.test(path);

/** The Markdown below a folder. */
const documentsBelow = (folder) => walkFolder(folder, { extensions: [".md"], ignore });

/** Copies the Markdown below a folder, so that it can be changed. */
export async function copyDocuments(from, to) {
  for await (const { path, file } of documentsBelow(from)) {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    cpSync(file, join(to, path));
  }
}

/** Splits all documents of a folder into rows. */
export async function readPassages(folder) {
  const crawl = { files: 0, bytes: 0, rows: [] };
  for await (const { path, file, kind } of documentsBelow(folder)) {
    const source = await readDocument(file);
    crawl.files += 1;
    crawl.bytes += Buffer.byteLength(source);
    for (const { headings, anchor, text: body, start, end } of splitDocument(source, kind)) {
      crawl.rows.push({ id: `${path}#${anchor}`, path, heading: headings.join(" > "), body, start, end });
    }
  }
  return crawl;
}

/** Which rows of a crawl a table does not have like that, and the keys of those it has and the crawl has not. */
export async function differences(t, rows) {
  const known = new Map();
  for await (const batch of t.scan()) for (const row of batch) known.set(row.id, row);
  const fresh = rows.filter((row) => !isDeepStrictEqual(row, known.get(row.id)));
  for (const { id } of rows) known.delete(id);
  return { fresh, gone: [...known.keys()] };
}

/** Rewrites the text that one row points to, deletes the file of another, and adds a document. Says what it did. */
export function changeDocuments(folder, rewritten, deleted) {
  const file = join(folder, rewritten.path);
  const text = readFileSync(file, "utf8");
  const news =
    "There is one function, `compare(a, b)`. It compares two version numbers; `gt`, `lt`, `eq` and their like are gone.";
  writeFileSync(file, text.slice(0, rewritten.start) + news + text.slice(rewritten.end));
  rmSync(join(folder, deleted.path));
  mkdirSync(join(folder, "house-rules"));
  const rule = "# Caches\n\n## When a cache is full\n\nIt refuses new entries, and says so in the log.\n";
  writeFileSync(join(folder, "house-rules", "caches.md"), rule);
  return [
    `rewritten  ${rewritten.path}, the section that answered the first question`,
    `deleted    ${deleted.path}, which answered the second`,
    "new        house-rules/caches.md",
  ];
}
