import { digest } from "varve/documents";
import { cut } from "../documents/cut.ts";
import type { DocumentText } from "../documents/document.ts";
import { EMPTY, type Unread } from "../documents/read.ts";
import type { DocumentRow, DocumentTable, Tables } from "../documents-table.ts";
import type { PassageRow, PassageTable } from "../passages.ts";
import { listDocuments, readFileOf } from "./folder.ts";

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
  readonly unread: readonly ({ readonly path: string } & Unread)[];
}

/**
 * Makes the tables show a folder, the passages as one commit: those that are new or different are written, those that are gone are removed.
 * All others stay as they are, and are not embedded again. A crawl that finds nothing different makes no version. Uploaded documents stay.
 */
export async function crawl(
  { passages, documents }: Tables,
  { folder, date, message, paths }: CrawlOptions,
): Promise<CrawlReport> {
  const before = await passages.version();
  await refuseBackwards(passages, date);
  const known = await knownRows(passages);
  const facts = await knownDocuments(documents);
  const files: DocumentRow[] = [];
  const unread: ({ path: string } & Unread)[] = [];
  let count = 0;

  async function* different(): AsyncGenerator<PassageRow, void, void> {
    for (const path of await listDocuments(folder)) {
      if (paths?.test(path) === false) continue;
      const { bytes, read } = await readFileOf(folder, path);
      const changedAt = facts.get(path)?.changedAt ?? null;
      const file = { path, bytes, changedAt, problem: null, next: null, origin: "crawl" as const };
      if ("problem" in read) {
        unread.push({ path, ...read });
        files.push({ ...file, ...read });
        continue;
      }
      const rows = rowsOf(read, path);
      const old = known.get(path) ?? new Map<string, string>();
      const isSame = old.size === rows.length && rows.every(({ id, hash }) => old.get(id) === hash);
      const said = rows.length === 0 ? { ...file, ...EMPTY } : file;
      files.push(isSame ? said : { ...said, changedAt: date.toISOString() });
      for (const row of rows) {
        const hash = old.get(row.id);
        old.delete(row.id);
        count += 1;
        if (hash !== row.hash) yield row;
      }
    }
  }

  const stays = (path: string): boolean => facts.get(path)?.origin === "upload";
  const result = await passages.upsert(different(), {
    // Asked for when every file has been read: what the folder did not show is gone.
    delete: (c) => {
      const kept = new Set(unread.map(({ path }) => path));
      const read = new Set(files.map(({ path }) => path));
      const isGone = (path: string): boolean => !kept.has(path) && (read.has(path) || !stays(path));
      return c.id.in([...known].filter(([path]) => isGone(path)).flatMap(([, rows]) => [...rows.keys()]));
    },
    message,
    effectiveAt: date,
  });
  const found = new Set(files.map(({ path }) => path));
  const gone = [...facts.keys()].filter((path) => !found.has(path) && !stays(path));
  await documents.upsert(files, { delete: (c) => c.path.in(gone), message, effectiveAt: date });
  const { version, inserted: added, updated: changed, deleted: removed } = result;
  const isNew = version !== before;
  return {
    version,
    isNew,
    documents: files.length - unread.length,
    passages: count,
    added,
    changed,
    removed,
    unread,
  };
}

/** Said before anything is read, and in days. */
async function refuseBackwards(passages: PassageTable, date: Date): Promise<void> {
  const newest = (await passages.history({ limit: 1 }))[0]?.effectiveAt;
  if (newest == null || date >= newest) return;
  const [day, last] = [date, newest].map((one) => one.toISOString().slice(0, 10));
  throw new Error(
    `${day} is before ${last}, the day of the newest version. Crawls are made in the order of their days: give --date ${last} or a later day, or none for now. To begin anew, set CHAT_DATA to an empty folder.`,
  );
}

/** The hashes of what the table holds, by document and id. */
async function knownRows(t: PassageTable): Promise<Map<string, Map<string, string>>> {
  const known = new Map<string, Map<string, string>>();
  for await (const rows of t.scan({ select: ["id", "hash", "path"] })) {
    for (const { id, hash, path } of rows) {
      const ids = known.get(path) ?? new Map<string, string>();
      known.set(path, ids.set(id, hash));
    }
  }
  return known;
}

/** What is known of the documents. */
export async function knownDocuments(t: DocumentTable): Promise<Map<string, DocumentRow>> {
  const known = new Map<string, DocumentRow>();
  for await (const rows of t.scan()) for (const row of rows) known.set(row.path, row);
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
