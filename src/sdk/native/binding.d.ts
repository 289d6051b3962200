// Generated from native/node by `npm run build`: do not edit.

/** A copy of tables to another database: it may be ended, and asked how far it has come. */
export declare class NativeBackup {
  /** Copies, and says as JSON what was copied. */
  run(): Promise<string>
  /** How far it has come, as JSON; null before it has begun. */
  progress(): string | null
  /** Ends it as soon as it can be ended. What was copied stays. */
  stop(): void
}

/** A database. */
export declare class NativeDatabase {
  /** A database at a path, in memory, or in a bucket, which `options` are for: JSON. */
  static connect(uri: string, options?: string | undefined | null): Promise<NativeDatabase>
  /** Signs later requests to a bucket with these keys: JSON. */
  renewCredentials(credentials: string): Promise<string>
  /** The names of the tables. */
  tableNames(): Promise<Array<string>>
  /** Creates a table. */
  createTable(name: string, schema: string): Promise<NativeTable>
  /** Opens a table. */
  openTable(name: string): Promise<NativeTable>
  /** Begins a branch of a table, or of a branch of it, and opens it. */
  createBranch(request: string): Promise<NativeTable>
  /** The branches of a table, as JSON. */
  branches(table: string): Promise<string>
  /** Removes a branch. */
  deleteBranch(request: string): Promise<string>
  /** Takes over what another line of a table changed. */
  merge(request: string): Promise<string>
  /** Gives a table another name. */
  renameTable(from: string, to: string): Promise<string>
  /** Removes a table with its history. */
  dropTable(name: string): Promise<string>
  /** Checks every byte of a table, as JSON; it need not open. */
  verifyTable(name: string): Promise<string>
  /** Prepares a copy of tables to another database. */
  backup(target: NativeDatabase, request: string): NativeBackup
  /** Ends the handle and those of all tables that were opened through it, and waits for the calls that are under way. */
  close(): Promise<string>
}

/** The built-in embedding model. */
export declare class NativeEmbedder {
  /** Opens the model in a folder. */
  constructor(folder: string)
  /** The length of a vector. */
  get dimensions(): number
  /** Embeds texts on another thread. */
  embed(texts: Array<string>): Promise<NativeEmbeddings>
  /** Embeds one text inside the call; null where it has no known token. */
  embedOne(text: string): Float32Array | null
}

/** New vectors for a column that become one commit. */
export declare class NativeReembed {
  /** The id of the new column. */
  get field(): number
  /** How many rows wait to be handed out, as JSON. */
  waiting(): Promise<string>
  /** The next rows, with the sources of the column; null where all were handed out. */
  next(limit: number): Promise<NativePage | null>
  /** The vectors of these rows. */
  add(batch: Uint8Array): Promise<string>
  /**
   * Makes all vectors visible, in every version. Says `null` where rows came that were not handed out, unless these may
   * stay without a vector until `fill`.
   */
  commit(gaps: boolean): Promise<string>
  /** Gives the rows that `commit` left without a vector theirs. */
  fill(): Promise<string>
  /** Ends it. What was not committed is gone. */
  end(): Promise<string>
}

/** A running scan. */
export declare class NativeScan {
  /** The next rows; null at the end. */
  next(): Promise<NativePage | null>
  /** The next part of the scan as an Arrow IPC stream: a batch; null at the end. */
  nextArrow(): Promise<Uint8Array | null>
  /** What an Arrow IPC stream of the scan starts with. */
  arrowSchema(): Uint8Array
  /** Ends the scan. */
  close(): void
}

/** A table. */
export declare class NativeTable {
  /** Name, incarnation, version, date and schema of now, as JSON. */
  info(): Promise<string>
  /** [`NativeTable::resolve`] inside the call. Null: ask that. */
  resolveFast(at: string): string | null
  /** The version that a moment means, with its dates and its schema. */
  resolve(at: string): Promise<string>
  /** Answers inside the call: numbers into `scratch`, the text returned. Null: ask `readPage`. */
  readFast(request: string, vector: Float32Array | undefined | null, scratch: Float64Array): string | null
  /** The rows of any read. */
  readPage(request: string, vector?: Float32Array | undefined | null): Promise<NativePage>
  /** The rows of a find or a search as an Arrow IPC stream. */
  readArrow(request: string, vector?: Float32Array | undefined | null): Promise<Uint8Array>
  /** Starts a scan. */
  scan(request: string): Promise<NativeScan>
  /**
   * One commit. Small writes get their place in the order of the calls, and are committed together where they wait together: `attend`
   * has to be called before the event loop goes on.
   */
  write(request: string, batch?: Uint8Array | undefined | null): Promise<string>
  /**
   * Sees that small writes are committed: inside this call where one is alone, the disk was quick lately, and there `is_time`; on a
   * thread otherwise.
   */
  attend(isTime: boolean): void
  /**
   * Starts a write that is told more before it is committed: of rows in several batches, or an update of the rows that match a
   * filter, with a batch of one row for what is set to constants.
   */
  stage(request: string, constants?: Uint8Array | undefined | null): Promise<NativeWriter>
  /** Starts to put new vectors in the place of a column's, or into a new column. */
  reembed(request: string): Promise<NativeReembed>
  /** Commits, the newest first, as JSON. */
  history(request: string): Promise<string>
  /** What differs between two versions. */
  diff(request: string): Promise<NativePage>
  /** Gives a version a name. */
  tag(request: string): Promise<string>
  /** All tags, as JSON. */
  tags(): Promise<string>
  /** Removes a tag. */
  deleteTag(name: string): Promise<string>
  /** Keeps a version readable for a while. */
  pin(request: string): Promise<string>
  /** Keeps a pinned version for longer. */
  renewPin(request: string): Promise<string>
  /** Ends a pin. */
  unpin(id: string): Promise<string>
  /** Makes the table what it was. */
  restore(request: string): Promise<string>
  /** Changes the columns. */
  alter(request: string): Promise<string>
  /** Rows, files and bytes, as JSON. */
  stats(): Promise<string>
  /** Numbers about rows, group by group, as JSON. */
  aggregate(request: string): Promise<string>
  /** What a search would read, as JSON. */
  explain(request: string, vector?: Float32Array | undefined | null): Promise<string>
  /** Checks every byte. */
  verify(): Promise<string>
  /** Brings the layout into its best shape. */
  optimize(): Promise<string>
  /** What that would remove. */
  wouldOptimize(): Promise<string>
  /** Removes rows from every version. */
  purge(request: string): Promise<string>
  /** How long dead rows are kept. */
  setRetention(request: string): Promise<string>
  /** Ends the handle. */
  close(): Promise<string>
}

/** A write of several steps that becomes one commit. */
export declare class NativeWriter {
  /** Adds rows. */
  add(batch: Uint8Array): Promise<string>
  /** Adds the rows of a stream or a file in Arrow's IPC format. Columns are found by their names. */
  addArrow(bytes: Uint8Array): Promise<string>
  /** What a derived column, by its id, is to be computed from for some rows that have no vector; null where nothing is missing. */
  missing(field: number, limit: number): Promise<NativePage | null>
  /** The vectors for what `missing` gave last. */
  fill(field: number, batch: Uint8Array): Promise<string>
  /**
   * Makes all rows visible; other rows that match the filter `ending` end in the same commit. Says `null` where vectors are missing:
   * then nothing was committed yet.
   */
  commit(ending?: string | undefined | null): Promise<string>
  /** Gives up; nothing was written. */
  abort(): Promise<string>
}

/** The vectors of several texts, one after the other. */
export interface NativeEmbeddings {
  /** All vectors. */
  vectors: Float32Array
  /** For each text 1, or 0 where it has no known token and its vector is all zeros. */
  known: Uint8Array
}

/** A page as JavaScript receives it. */
export interface NativePage {
  /** Counts, null marks, values and offsets. */
  numbers: Float64Array
  /** All text. */
  text: string
  /** All bytes and vectors. */
  blob: Uint8Array
}

/** The version of the package that this module was built for: the package refuses one of another version. */
export declare function version(): string
