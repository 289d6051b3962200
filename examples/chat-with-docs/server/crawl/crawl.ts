import { digest } from "varve/documents";
import { cut } from "../documents/cut.ts";
import type { DocumentText } from "../documents/document.ts";
import type { PassageRow, PassageTable } from "../passages.ts";
import { listDocuments, readDocument } from "./folder.ts";

/** What a crawl takes. */
export interface CrawlOptions {
  readonly folder: string;
  /** Since when the folder has been as it is. Crawls are made in the order of their dates. */
  readonly date: Date;
  readonly message: string;
  /** Which paths are read; all where it is left out. */
  readonly paths?: RegExp | undefined;
}

/** What a crawl did. */
export interface CrawlReport {
  /** The version that shows the folder as it is; the one from before where nothing was different. */
  readonly version: number;
  readonly isNew: boolean;
  readonly documents: number;
  readonly passages: number;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  /** Files that could not be read. Their passages stay what they were. */
  readonly unread: readonly { readonly path: string; readonly problem: string }[];
}

/**
 * Makes the table show a folder, as one commit: passages that are new or different are written, those that are gone are removed. All
 * others stay as they are, and are not embedded again. A crawl that finds nothing different makes no version.
 */
export async function crawl(
  t: PassageTable,
  { folder, date, message, paths }: CrawlOptions,
): Promise<CrawlReport> {
  const before = await t.version();
  const known = await knownRows(t);
  const unread: { path: string; problem: string }[] = [];
  let documents = 0;
  let passages = 0;

  async function* different(): AsyncGenerator<PassageRow, void, void> {
    for (const path of await listDocuments(folder)) {
      if (paths?.test(path) === false) continue;
      const read = await readDocument(folder, path);
      if ("problem" in read) {
        unread.push({ path, problem: read.problem });
        continue;
      }
      documents += 1;
      for (const row of rowsOf(read, path)) {
        const hash = known.get(row.id)?.hash;
        known.delete(row.id);
        passages += 1;
        if (hash !== row.hash) yield row;
      }
    }
  }

  const result = await t.upsert(different(), {
    // Asked for when every file has been read: what the folder did not show is gone.
    delete: (c) => {
      const kept = new Set(unread.map(({ path }) => path));
      return c.id.in([...known].filter(([, { path }]) => !kept.has(path)).map(([id]) => id));
    },
    message,
    effectiveAt: date,
  });
  const { version, inserted, updated, deleted } = result;
  const isNew = version !== before;
  return { version, isNew, documents, passages, added: inserted, changed: updated, removed: deleted, unread };
}

/** What the table holds. */
async function knownRows(t: PassageTable): Promise<Map<string, { hash: string; path: string }>> {
  const known = new Map<string, { hash: string; path: string }>();
  for await (const rows of t.scan({ select: ["id", "hash", "path"] })) {
    for (const { id, hash, path } of rows) known.set(id, { hash, path });
  }
  return known;
}

/** The rows that a document becomes. */
export function rowsOf(document: DocumentText, path: string): PassageRow[] {
  const { kind, title } = document;
  return cut(document).map(({ anchor, ...passage }) => {
    const row = { id: `${path}#${anchor}`, path, kind, title, ...passage };
    return { ...row, hash: digest(JSON.stringify(row)) };
  });
}
