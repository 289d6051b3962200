import { and, type Instant, type Progress, VarveError } from "varve";
import { type FoundDocument, readDocument } from "varve/documents";
import { interrupted } from "./cli-error";
import { type DocumentRow, type DocumentTable, documentRows } from "./documents";
import { documentsIn } from "./folder";

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
  readonly passages: number;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  readonly unchanged: number;
  /** Files that could not be read; their passages stay what they were. */
  readonly unread: readonly { readonly path: string; readonly problem: string }[];
}

/**
 * Makes a table show the documents of a folder: passages that are new or different are written, those that are gone are removed, and
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
  #passages = 0;

  constructor(t: DocumentTable, options: IngestOptions) {
    this.#table = t;
    this.#options = options;
  }

  async run(): Promise<IngestReport> {
    const { folder, message, effectiveAt, signal, onProgress } = this.#options;
    const found = await documentsIn(folder);
    const { version, inserted, updated, unchanged, deleted } = await this.#table.upsert(this.#rows(found), {
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
      passages: this.#passages,
      added: inserted,
      changed: updated,
      removed: deleted,
      unchanged,
      unread: [...this.#unread].map(([path, problem]) => ({ path, problem })),
    };
  }

  async *#rows(found: readonly FoundDocument[]): AsyncGenerator<DocumentRow, void, void> {
    const { source, signal, onProgress } = this.#options;
    for (const [index, { path, file }] of found.entries()) {
      if (signal.aborted) throw interrupted();
      const text = await this.#read(path, file);
      if (text === undefined) continue;
      this.#files += 1;
      const rows = documentRows(source, path, text);
      this.#passages += rows.length;
      yield* rows;
      onProgress({ files: index + 1, of: found.length });
    }
  }

  /** What a file says; undefined, and noted, where that cannot be read. */
  async #read(path: string, file: string): Promise<string | undefined> {
    try {
      return await readDocument(file);
    } catch (error) {
      if (!VarveError.is(error)) throw error;
      this.#unread.set(path, error.message);
      return undefined;
    }
  }
}
