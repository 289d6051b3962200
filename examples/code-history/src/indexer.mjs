// Follows the first-parent line of a repository into a table: one commit there is one version here.
import { createHash } from "node:crypto";
import { commitRow, commitsOf, fileRow, pieceId, pieceRow } from "./code-table.mjs";
import { Cutters } from "./cutters.mjs";
import { RepositoryError, textOf } from "./repository.mjs";

/** Files that a tool writes and nobody reads. */
const MADE =
  /(^|\/)(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|Cargo\.lock|go\.sum|poetry\.lock|uv\.lock)$|\.(min\.(js|css)|map|svg|snap)$/;
const LONGEST_LINE = 5000;
/** How many commits may be cut before they are written. */
const AHEAD = 32;

const digestOf = (text) => createHash("sha256").update(text).digest("base64");

/** What an indexer has done so far. */
class Counts {
  commits = 0;
  files = 0;
  /** Pieces that were cut from changed files, and what became of them. */
  cut = 0;
  kept = 0;
  cached = 0;
  embedded = 0;
  ended = 0;
  /** Commits whose date was before that of the one before them. */
  clamped = 0;
  /** Files that are not text, too large, or made by a tool. */
  passedOver = 0;
}

/** Brings a table up to date with a repository. */
export class Indexer {
  #t;
  #repository;
  #onProgress;
  /** For every path: the digest of each of its pieces, by symbol. */
  #files = new Map();
  #effective = Number.NEGATIVE_INFINITY;
  #version = 0;
  #blobs;
  #cutters;
  counts = new Counts();

  constructor(t, repository, { onProgress } = {}) {
    this.#t = t;
    this.#repository = repository;
    this.#onProgress = onProgress ?? (() => undefined);
  }

  /** Writes the commits that the table does not have yet, from `since` on where it has none. Returns what it did. */
  async run({ since } = {}) {
    const last = await this.#resume();
    const from = last === undefined ? { since } : { after: last };
    const total =
      (await this.#repository.count(last ?? since)) + (last === undefined && since !== undefined ? 1 : 0);
    await this.#follow(this.#repository.commits(from), last, (counts) => this.#onProgress(counts, total));
    const tags = await this.#tag();
    return { ...this.counts, tags, resumedAfter: last };
  }

  /** Writes commits, one after another, while the next ones are read and cut. */
  async #follow(commits, last, onWritten) {
    this.#blobs = this.#repository.blobs();
    this.#cutters = new Cutters();
    const waiting = [];
    const writeNext = async () => {
      const { commit, cutting } = waiting.shift();
      await this.#write(commit, this.#compare(await cutting));
      onWritten(this.counts);
    };
    try {
      let expected = last;
      for await (const commit of commits) {
        if (expected !== undefined) checkFollows(commit, expected);
        expected = undefined;
        const cutting = Promise.all(commit.changes.map((change) => this.#cut(change)));
        cutting.catch(() => undefined);
        waiting.push({ commit, cutting });
        if (waiting.length > AHEAD) await writeNext();
      }
      while (waiting.length > 0) await writeNext();
    } finally {
      this.#blobs.close();
      await this.#cutters.close();
    }
  }

  /** Reads where the table stands. Returns the last commit that it has. */
  async #resume() {
    const [newest] = await this.#t.history({ limit: 1 });
    if (newest === undefined) return undefined;
    const sha = newest.properties?.sha;
    if (typeof sha !== "string") throw new RepositoryError("This table was not written by code-history.");
    await this.#repository.commitOf(sha).catch(() => {
      throw new RepositoryError(
        `The table ends with the commit ${sha.slice(0, 10)}, which this repository does not have. Give --db another folder for another repository.`,
      );
    });
    this.#version = newest.version;
    this.#effective = newest.effectiveAt?.getTime() ?? this.#effective;
    const columns = { select: ["path", "symbol", "body"], where: (c) => c.path.isNotNull() };
    for await (const rows of this.#t.scan(columns)) {
      for (const { path, symbol, body } of rows) {
        const pieces = this.#files.get(path) ?? new Map();
        if (symbol !== null) pieces.set(symbol, digestOf(body));
        this.#files.set(path, pieces);
      }
    }
    if ((await this.#repository.count(sha)) === 0 && (await this.#repository.commitOf("HEAD")) !== sha) {
      throw offTheLine(sha);
    }
    return sha;
  }

  /** Reads and cuts a changed file; without pieces where it is gone, or not worth cutting. */
  async #cut({ path, blob }) {
    if (blob === null && path !== undefined) return { path };
    const bytes = path === undefined || MADE.test(path) ? undefined : await this.#blobs.read(blob);
    const text = bytes === undefined || bytes.includes(0) ? undefined : textOf(bytes);
    if (text === undefined || isLong(text)) return { path, passedOver: true };
    return { path, pieces: await this.#cutters.cut(path, text.replaceAll("\r\n", "\n")) };
  }

  /** Compares what a commit changed with what was there: the rows to write and the keys of those that end. */
  #compare(files) {
    const rows = [];
    const gone = [];
    for (const { path, pieces, passedOver } of files) {
      if (passedOver) this.counts.passedOver += 1;
      if (path === undefined) continue;
      const before = this.#files.get(path);
      this.#comparePieces(path, before ?? new Map(), pieces ?? [], rows, gone);
      if (pieces !== undefined) {
        this.counts.files += 1;
        rows.push(
          fileRow(
            path,
            pieces.map(({ symbol, start, end }) => [symbol, start, end]),
          ),
        );
      } else if (before !== undefined) {
        this.#files.delete(path);
        gone.push(path);
      }
    }
    return { rows, gone };
  }

  #comparePieces(path, before, pieces, rows, gone) {
    const now = new Map();
    for (const { symbol, body } of pieces) {
      const digest = digestOf(body);
      now.set(symbol, digest);
      if (before.get(symbol) === digest) this.counts.kept += 1;
      else rows.push(pieceRow(path, symbol, body));
    }
    this.counts.cut += pieces.length;
    for (const symbol of before.keys()) if (!now.has(symbol)) gone.push(pieceId(path, symbol));
    this.#files.set(path, now);
  }

  async #write({ sha, date, subject }, { rows, gone }) {
    // Varve lets no fact become true before the one before it; clocks of committers do.
    const clamped = date.getTime() < this.#effective;
    this.#effective = Math.max(this.#effective, date.getTime());
    if (clamped) this.counts.clamped += 1;
    const properties = { sha, ...(clamped ? { committed: date.toISOString() } : {}) };
    this.#version += 1;
    let hits = 0;
    let embedded = 0;
    const { version } = await this.#t.upsert([commitRow(sha, this.#version, subject), ...rows], {
      ...(gone.length > 0 ? { delete: { id: { $in: gone } } } : {}),
      message: subject,
      effectiveAt: new Date(this.#effective),
      properties,
      onProgress: ({ stage, done, cacheHits = 0 }) => {
        if (stage === "embed") [hits, embedded] = [cacheHits, done - cacheHits];
      },
    });
    if (version !== this.#version)
      throw new RepositoryError("Somebody else writes to this table at the same time.");
    this.counts.commits += 1;
    this.counts.ended += gone.length;
    this.counts.embedded += embedded;
    // The message is embedded with the pieces. Equal texts of one commit are embedded once.
    this.counts.cached += Math.max(hits, rows.filter(({ body }) => body !== null).length + 1 - embedded);
  }

  /** Gives versions the names that the repository gave their commits. A tag beside the line names the commit that brought it in. */
  async #tag() {
    const wanted = await this.#repository.tags();
    if (wanted.length === 0) return 0;
    const taken = new Set((await this.#t.tags()).map(({ name }) => name));
    const fresh = wanted.filter(({ name }) => !taken.has(name));
    if (fresh.length === 0) return 0;
    const versions = new Map();
    for await (const { version, properties } of commitsOf(this.#t)) versions.set(properties?.sha, version);
    const by = await this.#repository.broughtInBy();
    let made = 0;
    for (const { name, sha } of fresh) {
      const version = versions.get(by.get(sha));
      if (version === undefined) continue;
      await this.#t.tag(name, version);
      made += 1;
    }
    return made;
  }
}

function isLong(text) {
  return text.split("\n", 50).some((line) => line.length > LONGEST_LINE);
}

function offTheLine(sha) {
  return new RepositoryError(
    `The table ends with the commit ${sha.slice(0, 10)}, which is not on the first-parent line of HEAD any more. Give --db another folder to start anew.`,
  );
}

function checkFollows({ parents }, expected) {
  if (parents[0] !== expected) throw offTheLine(expected);
}
