// Everything that is read from the table: what fits a question, a passage at its version, what changed, what was crawled.

import type { Condition, Confidence, FilterColumns } from "varve";
import { sharedWords } from "./answer/words.ts";
import type { PassageRow, PassageTable, passages } from "./passages.ts";
import { openView, type Point, type PointInput, type View } from "./point.ts";
import { Vocabulary } from "./question/vocabulary.ts";

/** A passage that fits a question. */
export interface Source {
  readonly id: string;
  readonly path: string;
  readonly kind: string;
  readonly title: string;
  readonly heading: string;
  readonly body: string;
  readonly start: number;
  readonly page: number | null;
  /** From 0 to 1. */
  readonly score: number;
}

/** How a document's passages read at a version, with the one that was asked for. */
export interface PassageView {
  readonly point: Point;
  readonly passage: PassageRow;
  /** The whole document at that version, in its order. */
  readonly document: readonly PassageRow[];
  /** What the newest version says in its place. */
  readonly now: {
    readonly version: number;
    readonly state: "same" | "changed" | "gone";
    readonly body?: string;
  };
}

/** One passage that is different between two versions. */
export interface Change {
  readonly kind: "added" | "removed" | "changed";
  readonly id: string;
  readonly path: string;
  readonly title: string;
  readonly heading: string;
  readonly before?: string;
  readonly after?: string;
}

/** What changed between two versions. */
export interface Changes {
  readonly from: Point;
  readonly to: Point;
  readonly changes: readonly Change[];
  /** How many passages say the same in another place of their document. */
  readonly moved: number;
  /** How many changes are not listed, because there are too many. */
  readonly more: number;
}

/** A time in which a passage said one thing. */
export interface PassagePeriod {
  readonly body: string;
  readonly from: Point;
  /** Null where it still says so. */
  readonly to: Point | null;
}

/** One crawl that found something different. */
export interface Crawl extends Point {
  readonly committedAt: string;
  readonly message: string | null;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
}

/** Passages that were found, and how sure the search is that they are about the question. */
export interface Found {
  readonly sources: readonly Source[];
  readonly confidence: Confidence;
}

/** How a search is bounded. */
export interface SearchOptions {
  readonly limit?: number | undefined;
  /** Only documents below this folder. */
  readonly folder?: string | undefined;
}

/** A commit at which a passage began to say something else. */
export interface Turning {
  readonly title: string;
  readonly heading: string;
  /** The last version that says what was said before. */
  readonly before: Point;
  readonly after: Point;
}

/** The passages that an answer is made from. */
export const SOURCES = 6;
/** The passages that are put in order. */
const CANDIDATES = 24;
/** How much words count beside meaning. */
const WORDS = 0.25;
/** The times of a passage that are shown. */
const PERIODS = 4;
/** The passages among which the one is looked for whose change a question means. */
const TURNING = 3;
const CRAWLS = 200;
const CHANGES = 300;

/** What the documents say, now and at any version. */
export class Library {
  readonly #table: PassageTable;
  #vocabulary: { readonly version: number; readonly words: Promise<Vocabulary> } | undefined;

  constructor(table: PassageTable) {
    this.#table = table;
  }

  /** The table at a point in time. */
  open(point: PointInput): Promise<View> {
    return openView(this.#table, point);
  }

  /**
   * The passages of a view that fit a question, the best first, and how sure the search is of them: those that a search finds by words and
   * meaning, put in order by meaning and by the words that they share with the question.
   */
  async search(
    { view }: View,
    question: string,
    { limit = SOURCES, folder }: SearchOptions = {},
  ): Promise<Found> {
    const where = folder === undefined ? {} : { where: below(folder) };
    const hits = await view.search(question, { limit: CANDIDATES, confidence: true, ...where });
    const shared = sharedWords(
      question,
      hits.map(({ title, heading, body }) => `${title} ${heading} ${body}`),
    );
    const sources = hits.map(({ id, path, kind, title, heading, body, start, page, _distance }, index) => {
      const near = 1 - (_distance ?? 1) / 2; // the cosine, moved to 0 to 1
      const score = (1 - WORDS) * near + WORDS * (shared[index] ?? 0);
      return { id, path, kind, title, heading, body, start, page, score };
    });
    const best = sources.sort((a, b) => b.score - a.score).slice(0, limit);
    return { sources: best, confidence: hits.confidence ?? "weak" };
  }

  /** A passage as it was at a version, in its document; undefined where there is none. */
  async passage(id: string, version: number): Promise<PassageView | undefined> {
    const { view, ...point } = await this.open(version);
    const passage = await view.get(id);
    if (passage === undefined) return undefined;
    const document = await view.find({ where: { path: passage.path }, orderBy: "start" });
    const newest = await this.open(undefined);
    const now = await newest.view.get(id);
    const same = now?.body === passage.body ? "same" : "changed";
    const state = now === undefined ? "gone" : same;
    return {
      point,
      passage,
      document,
      now: { version: newest.version, state, ...(now ? { body: now.body } : {}) },
    };
  }

  /** What a passage said through all versions, oldest first. That it moved within its document is no change. */
  async timeline(question: string, id: string, signal: AbortSignal): Promise<PassagePeriod[]> {
    const where = (c: FilterColumns<typeof passages>) => c.id.eq(id);
    const periods = await this.#table.timeline(question, { where, select: ["body"], limit: PERIODS, signal });
    return await Promise.all(
      periods.map(async ({ hit, from, to }) => ({
        body: hit.body,
        from: await this.#point(from.version),
        to: to === null ? null : await this.#point(to.version),
      })),
    );
  }

  /** The last change of what a question is about; undefined where none of the nearest passages ever changed. */
  async lastChange(
    question: string,
    { folder, signal }: { readonly folder: string | undefined; readonly signal: AbortSignal },
  ): Promise<Turning | undefined> {
    const { sources } = await this.search(await this.open(undefined), question, { limit: TURNING, folder });
    for (const { id, title, heading } of sources) {
      const last = (await this.timeline(question, id, signal)).slice(-2);
      const after = last[1]?.from;
      if (after === undefined) continue;
      return { title, heading, before: await this.#point(after.version - 1), after };
    }
    return undefined;
  }

  /** The words of the newest version, read once for each version. */
  async vocabulary(): Promise<Vocabulary> {
    const version = await this.#table.version();
    if (this.#vocabulary?.version !== version) {
      const words = Vocabulary.read(this.#table);
      words.catch(() => {
        this.#vocabulary = undefined;
      });
      this.#vocabulary = { version, words };
    }
    return await this.#vocabulary.words;
  }

  async #point(version: number): Promise<Point> {
    const { effectiveAt } = await this.open(version);
    return { version, effectiveAt };
  }

  /** What changed from one version to another. */
  async changes(from: PointInput, to: PointInput): Promise<Changes> {
    const [{ view: before, ...start }, { view: after, ...end }] = [
      await this.open(from),
      await this.open(to),
    ];
    const diff = await this.#table.diff(await before.version(), await after.version());
    const reworded = diff.changed.filter(({ before, after }) => before.body !== after.body);
    const all: Change[] = [
      ...diff.removed.map((row) => ({ ...placeOf(row), kind: "removed" as const, before: row.body })),
      ...diff.added.map((row) => ({ ...placeOf(row), kind: "added" as const, after: row.body })),
      ...reworded.map(({ before, after }) => ({
        ...placeOf(after),
        kind: "changed" as const,
        before: before.body,
        after: after.body,
      })),
    ];
    all.sort((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)));
    return {
      from: start,
      to: end,
      changes: all.slice(0, CHANGES),
      moved: diff.changed.length - reworded.length,
      more: Math.max(0, all.length - CHANGES),
    };
  }

  /** The crawls, newest first. */
  async crawls(): Promise<Crawl[]> {
    const history = await this.#table.history({ limit: CRAWLS });
    return history.map(({ version, committedAt, effectiveAt, message, inserted, updated, deleted }) => ({
      version,
      committedAt: committedAt.toISOString(),
      effectiveAt: effectiveAt?.toISOString() ?? null,
      message,
      added: inserted,
      changed: updated,
      removed: deleted,
    }));
  }

  /** The days of the oldest and the newest version; undefined where there is none. */
  async span(): Promise<{ readonly from: Date; readonly to: Date } | undefined> {
    const days = (await this.#table.history({ limit: CRAWLS })).map(
      (one) => one.effectiveAt ?? one.committedAt,
    );
    const [to, from] = [days[0], days.at(-1)];
    return to === undefined || from === undefined ? undefined : { from, to };
  }

  /** The ids of some passages with a heading, from as many documents as there are. */
  async spread(count: number): Promise<string[]> {
    const byPath = new Map<string, string[]>();
    for await (const rows of this.#table.scan({ select: ["id", "path", "heading"] })) {
      for (const { id, path, heading } of rows) {
        const ids = byPath.get(path) ?? [];
        if (ids.length < count && heading !== "") byPath.set(path, [...ids, id]);
      }
    }
    const rounds = Array.from({ length: count }, (_, round) =>
      [...byPath.values()].flatMap((ids) => ids[round] ?? []),
    );
    return rounds.flat().slice(0, count);
  }

  /** How many passages and documents the newest version shows, and in which folders of the first level. */
  async size(): Promise<{ passages: number; documents: number; folders: string[] }> {
    const paths = new Set<string>();
    let passages = 0;
    for await (const rows of this.#table.scan({ select: ["path"] })) {
      passages += rows.length;
      for (const { path } of rows) paths.add(path);
    }
    const folders = [...paths]
      .filter((path) => path.includes("/"))
      .map((path) => path.slice(0, path.indexOf("/")));
    return { passages, documents: paths.size, folders: [...new Set(folders)].sort() };
  }
}

/** The filter of a folder. Its name is literal: `%` and `_` mean nothing. */
function below(folder: string): (c: FilterColumns<typeof passages>) => Condition {
  const name = folder.replace(/[\\%_]/g, "\\$&");
  return (c) => c.path.like(`${name}/%`);
}

function placeOf({ id, path, title, heading }: PassageRow): Omit<Change, "kind"> {
  return { id, path, title, heading };
}
