import type { Instant, Progress } from "varve";
import { interrupted } from "./cli-error";
import { type DocumentRow, type DocumentTable, documentRows, rowDigest } from "./documents";
import { listDocuments, readDocument } from "./folder";

/** What an ingest takes. */
export interface IngestOptions {
  /** The folder. */
  readonly folder: string;
  /** The name under which its documents are kept apart from those of other folders. */
  readonly source: string;
  readonly message: string;
  readonly effectiveAt: Instant | undefined;
  readonly signal: AbortSignal;
  /** Is told how many files have been read, and how far the write has come. */
  readonly onProgress: (progress: { files: number; of: number } | Progress) => void;
}

/** What an ingest did. */
export interface IngestReport {
  /** The version that shows the folder as it is. */
  readonly version: number;
  readonly files: number;
  readonly pieces: number;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly unchanged: number;
  /** Files that could not be read; their pieces stay what they were. */
  readonly unread: readonly { readonly path: string; readonly problem: string }[];
}

interface KnownRow {
  readonly digest: string;
  readonly path: string;
}

/**
 * Makes a table show the documents of a folder: pieces that are new or different are written, those that are gone are removed, and
 * where nothing differs there is no new version.
 */
export async function ingest(t: DocumentTable, options: IngestOptions): Promise<IngestReport> {
  return await new Ingest(t, options).run();
}

class Ingest {
  readonly #table: DocumentTable;
  readonly #options: IngestOptions;
  readonly #unread = new Map<string, string>();
  /** Rows of the table that the folder has not shown yet. */
  #known = new Map<string, KnownRow>();
  #files = 0;
  #pieces = 0;
  #added = 0;
  #changed = 0;

  constructor(t: DocumentTable, options: IngestOptions) {
    this.#table = t;
    this.#options = options;
  }

  async run(): Promise<IngestReport> {
    const { folder, message, effectiveAt, signal, onProgress } = this.#options;
    const paths = await listDocuments(folder);
    this.#known = await this.#knownRows();
    let gone: string[] = [];
    // What is gone is known when every file has been read, which is when the filter is asked for.
    const { version } = await this.#table.upsert(this.#differentRows(paths), {
      delete: (c) => {
        gone = [...this.#known].filter(([, { path }]) => !this.#unread.has(path)).map(([id]) => id);
        return c.id.in(gone);
      },
      message,
      effectiveAt,
      signal,
      onProgress,
    });
    return {
      version,
      files: this.#files,
      pieces: this.#pieces,
      added: this.#added,
      changed: this.#changed,
      removed: gone.length,
      unchanged: this.#pieces - this.#added - this.#changed,
      unread: [...this.#unread].map(([path, problem]) => ({ path, problem })),
    };
  }

  /** What the table holds of the folder. */
  async #knownRows(): Promise<Map<string, KnownRow>> {
    const { source, signal } = this.#options;
    const known = new Map<string, KnownRow>();
    for await (const rows of this.#table.scan({ where: (c) => c.source.eq(source), signal })) {
      for (const row of rows) known.set(row.id, { digest: rowDigest(row), path: row.path });
    }
    return known;
  }

  async *#differentRows(paths: readonly string[]): AsyncGenerator<DocumentRow, void, void> {
    const { folder, source, signal, onProgress } = this.#options;
    for (const [index, path] of paths.entries()) {
      if (signal.aborted) throw interrupted();
      const file = await readDocument(folder, path);
      if ("problem" in file) {
        this.#unread.set(path, file.problem);
        continue;
      }
      this.#files += 1;
      yield* documentRows(source, path, file.text).filter((row) => this.#isDifferent(row));
      onProgress({ files: index + 1, of: paths.length });
    }
  }

  #isDifferent(row: DocumentRow): boolean {
    const known = this.#known.get(row.id);
    this.#known.delete(row.id);
    this.#pieces += 1;
    if (known === undefined) this.#added += 1;
    else if (known.digest !== rowDigest(row)) this.#changed += 1;
    return known?.digest !== rowDigest(row);
  }
}
