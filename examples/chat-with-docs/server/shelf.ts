// The documents as a whole: which there are at a point in time, and how they come and go.

import { type Condition, type FilterColumns, type TableView, VarveError } from "varve";
import { knownDocuments, rowsOf } from "./crawl/crawl.ts";
import type { DocumentText } from "./documents/document.ts";
import { pathProblem } from "./documents/path.ts";
import { EMPTY, isReadable, otherKind, readDocument, type Unread } from "./documents/read.ts";
import type { DocumentRow, DocumentTable, documents, Tables } from "./documents-table.ts";
import type { PassageRow, passages } from "./passages.ts";
import { BadRequest, openView, type Point, type PointInput, type View } from "./point.ts";

/** A document at a point in time. */
export interface ListedDocument {
  readonly path: string;
  readonly title: string;
  readonly passages: number;
  /** The first of its passages; null where nothing of it was ever read. */
  readonly first: string | null;
  /** The size of its file; null where that is not known. */
  readonly bytes: number | null;
  /** Since when its text has been what it is; null where that is not known. */
  readonly changedAt: string | null;
  /** Why it could not be read the last time, and what to do; null where it could. */
  readonly unread: Unread | null;
  readonly isUpload: boolean;
}

/** The documents of a version. */
export interface Listing {
  readonly point: Point;
  readonly isNewest: boolean;
  readonly documents: readonly ListedDocument[];
}

/** A file that somebody brings. */
export interface Upload {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What became of one. */
export interface Uploaded {
  readonly path: string;
  readonly state: "new" | "changed" | "same" | "unread";
  readonly passages: number;
  readonly unread: Unread | null;
}

/** What an erasure takes, or would take. */
export interface Erasure {
  /** How many passages the newest version shows. */
  readonly current: number;
  /** How many it shows and earlier versions showed, each state counted. */
  readonly passages: number;
  /** How many files may still hold some of it until the upkeep comes by. */
  readonly filesLeft: number;
}

/** The documents of the library, and what is done with them. Changes are made one after the other. */
export class Shelf {
  readonly #tables: Tables;
  #last: Promise<unknown> = Promise.resolve();

  constructor(tables: Tables) {
    this.#tables = tables;
  }

  /** The documents at a point in time, by path. */
  async list(input: PointInput): Promise<Listing> {
    const { view, ...point } = await openView(this.#tables.passages, input);
    const isNewest = point.version === (await this.#tables.passages.version());
    const facts = await this.#factsAt({ view, ...point }, isNewest);
    const all = new Map<string, ListedDocument & { start: number }>();
    for (const fact of facts.values()) {
      if (fact.problem !== null) all.set(fact.path, { ...listed(fact.path, fact), start: 0 });
    }
    for await (const rows of view.scan({ select: ["id", "path", "title", "start"] })) {
      for (const { id, path, title, start } of rows) {
        const known = all.get(path);
        const passages = (known?.passages ?? 0) + 1;
        const isFirst = known === undefined || known.first === null || start < known.start;
        if (isFirst) all.set(path, { ...listed(path, facts.get(path)), title, first: id, start, passages });
        else all.set(path, { ...known, passages });
      }
    }
    const documents = [...all.values()].map(({ start: _, ...document }) => document);
    documents.sort((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)));
    return { point, isNewest, documents };
  }

  /** Reads files into the library: all that can be read are one version. What cannot be is said of each file. */
  add(uploads: readonly Upload[]): Promise<{ point: Point; files: Uploaded[] }> {
    return this.#inTurn(() => this.#add(uploads));
  }

  /** Takes a document out of the newest version. Earlier ones still have it. */
  remove(path: string): Promise<Point> {
    return this.#inTurn(async () => {
      const commit = { message: "a document was deleted", effectiveAt: await this.#now() };
      const { deleted } = await this.#tables.passages.delete({ where: at(path), ...commit });
      const file = await this.#tables.documents.delete({ where: { path }, ...commit });
      if (deleted + file.deleted === 0) throw new BadRequest("The newest version has no such document.");
      return await this.#newest();
    });
  }

  /** What erasing a document would take. */
  async erasable(path: string): Promise<Erasure> {
    const { rows, current, filesLeft } = await this.#tables.passages.purge({ where: at(path), dryRun: true });
    return { current, passages: rows, filesLeft };
  }

  /** Takes a document out of every version, and its words out of all files. It cannot be undone. */
  erase(path: string): Promise<Erasure & { point: Point }> {
    return this.#inTurn(async () => {
      const commit = { message: "a document was erased for good", effectiveAt: await this.#now() };
      const { rows, current, filesLeft } = await this.#tables.passages.purge({ where: at(path), ...commit });
      const file = await this.#tables.documents.purge({ keys: [path], ...commit });
      if (rows + file.rows === 0) throw new BadRequest("No version has such a document.");
      const point = await this.#newest();
      return { current, passages: rows, filesLeft: filesLeft + file.filesLeft, point };
    });
  }

  async #add(uploads: readonly Upload[]): Promise<{ point: Point; files: Uploaded[] }> {
    const { passages, documents } = this.#tables;
    const facts = await knownDocuments(documents);
    const now = await this.#now();
    const files: Uploaded[] = [];
    const kept: DocumentRow[] = [];
    const rows: PassageRow[] = [];
    const replaced: string[] = [];
    for (const { path, bytes } of uploads) {
      const before = await passages.find({ where: at(path), select: ["id", "hash"] });
      const other = pathProblem(path) ?? (isReadable(path) ? undefined : otherKind(path));
      const read = other ?? (await readDocument(bytes, path));
      const next = stateOf(read, path, before);
      files.push({ path, state: next.state, passages: next.rows.length, unread: next.unread });
      if (other !== undefined) continue;
      const changedAt = next.state === "new" || next.state === "changed" ? now.toISOString() : null;
      const { problem = null, next: step = null } = next.unread ?? {};
      const known = facts.get(path)?.changedAt ?? null;
      const fact = { path, bytes: bytes.length, changedAt: changedAt ?? known, origin: "upload" as const };
      kept.push({ ...fact, problem, next: step });
      rows.push(...next.rows);
      if (next.unread === null) replaced.push(path);
    }
    const message = `upload of ${uploads.length} file${uploads.length === 1 ? "" : "s"}`;
    const commit = { message, effectiveAt: now };
    if (replaced.length > 0) await passages.upsert(rows, { delete: (c) => c.path.in(replaced), ...commit });
    if (kept.length > 0) await documents.upsert(kept, commit);
    return { point: await this.#newest(), files };
  }

  /** What is known of the files at a point of the passages. Libraries of earlier versions of this example know nothing of them. */
  async #factsAt({ effectiveAt }: View, isNewest: boolean): Promise<Map<string, DocumentRow>> {
    const t = this.#tables.documents;
    if (isNewest) return await knownDocuments(t);
    const facts = new Map<string, DocumentRow>();
    if (effectiveAt === null) return facts;
    const view: TableView<typeof documents> = t.asOf({ effective: new Date(effectiveAt) });
    try {
      for await (const rows of view.scan()) for (const row of rows) facts.set(row.path, row);
    } catch (error) {
      if (!VarveError.is(error)) throw error;
    }
    return facts;
  }

  async #newest(): Promise<Point> {
    const { version, effectiveAt } = await openView(this.#tables.passages, undefined);
    return { version, effectiveAt };
  }

  /** Now, or the day of the newest version where that is later: dates do not run backwards. */
  async #now(): Promise<Date> {
    const lasts = await Promise.all(
      [this.#tables.passages, this.#tables.documents].map(
        async (t: Pick<DocumentTable, "history">) => (await t.history({ limit: 1 }))[0]?.effectiveAt,
      ),
    );
    return new Date(Math.max(Date.now(), ...lasts.map((last) => last?.getTime() ?? 0)));
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work, work);
    this.#last = turn.catch(() => undefined);
    return await turn;
  }
}

/** The filter of one document. */
function at(path: string): (c: FilterColumns<typeof passages>) => Condition {
  return (c) => c.path.eq(path);
}

function listed(path: string, fact: DocumentRow | undefined): ListedDocument {
  const { bytes = null, changedAt = null, problem = null, next = "", origin } = fact ?? {};
  const unread = problem === null ? null : { problem, next: next ?? "" };
  const isUpload = origin === "upload";
  return { path, title: path, passages: 0, first: null, bytes, changedAt, unread, isUpload };
}

/** What a file becomes beside what is known of it. */
function stateOf(
  read: DocumentText | Unread,
  path: string,
  before: readonly { readonly id: string; readonly hash: string }[],
): { rows: PassageRow[]; state: Uploaded["state"]; unread: Unread | null } {
  if ("problem" in read) return { rows: [], state: "unread", unread: read };
  const rows = rowsOf(read, path);
  if (rows.length === 0) return { rows, state: "unread", unread: EMPTY };
  const hashes = new Set(before.map(({ id, hash }) => `${id} ${hash}`));
  const isSame = before.length === rows.length && rows.every(({ id, hash }) => hashes.has(`${id} ${hash}`));
  const state = isSame ? "same" : "changed";
  return { rows, state: before.length === 0 ? "new" : state, unread: null };
}
