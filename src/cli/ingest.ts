import { and, type Instant, type Progress } from "varve";
import { interrupted } from "./cli-error";
import { type DocumentRow, type DocumentTable, documentRows } from "./documents";
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
  #files = 0;
  #pieces = 0;

  constructor(t: DocumentTable, options: IngestOptions) {
    this.#table = t;
    this.#options = options;
  }

  async run(): Promise<IngestReport> {
    const { folder, message, effectiveAt, signal, onProgress } = this.#options;
    const paths = await listDocuments(folder);
    const { version, inserted, updated, unchanged, deleted } = await this.#table.upsert(this.#rows(paths), {
      // What is gone is known when every file has been read, which is when the filter is asked for.
      delete: (c) => and(c.source.eq(this.#options.source), c.path.notIn([...this.#unread.keys()])),
      message,
      effectiveAt,
      signal,
      onProgress,
    });
    return {
      version,
      files: this.#files,
      pieces: this.#pieces,
      added: inserted,
      changed: updated,
      removed: deleted,
      unchanged,
      unread: [...this.#unread].map(([path, problem]) => ({ path, problem })),
    };
  }

  async *#rows(paths: readonly string[]): AsyncGenerator<DocumentRow, void, void> {
    const { folder, source, signal, onProgress } = this.#options;
    for (const [index, path] of paths.entries()) {
      if (signal.aborted) throw interrupted();
      const file = await readDocument(folder, path);
      if ("problem" in file) {
        this.#unread.set(path, file.problem);
        continue;
      }
      this.#files += 1;
      const rows = documentRows(source, path, file.text);
      this.#pieces += rows.length;
      yield* rows;
      onProgress({ files: index + 1, of: paths.length });
    }
  }
}
