// What the native module offers. `native/node` implements these classes and the contract says what the strings hold;
// `src/sdk/native` and `src/embeddings/builtin` are the only users.

/** Rows as columns: numbers, all text in one string, all bytes in one array. */
export interface NativePage {
  readonly numbers: Float64Array;
  readonly text: string;
  readonly blob: Uint8Array;
}

/** A running scan. */
export interface NativeScan {
  next(): Promise<NativePage | null>;
  nextArrow(): Promise<Uint8Array | null>;
  arrowSchema(): Uint8Array | Promise<Uint8Array>;
  close(): void;
}

/** A write of several batches that becomes one commit. */
export interface NativeWriter {
  add(batch: Uint8Array): Promise<unknown>;
  addArrow(bytes: Uint8Array): Promise<unknown>;
  missing(field: number, limit: number): Promise<NativePage | null>;
  fill(field: number, batch: Uint8Array): Promise<unknown>;
  commit(ending: string | null): Promise<string>;
  abort(): Promise<unknown>;
}

/** New vectors for a column that become one commit. */
export interface NativeReembed {
  readonly field: number;
  waiting(): Promise<string>;
  next(limit: number): Promise<NativePage | null>;
  add(batch: Uint8Array): Promise<unknown>;
  commit(gaps: boolean): Promise<string>;
  fill(): Promise<unknown>;
  end(): Promise<unknown>;
}

/** A table. What is passed in is copied before a call returns. */
export interface NativeTable {
  info(): Promise<string>;
  resolve(at: string): Promise<string>;
  /** The same at once; null where `resolve` has to be asked. */
  resolveFast(at: string): string | null;
  readFast(request: string, vector: Float32Array | null, scratch: Float64Array): string | null;
  readPage(request: string, vector: Float32Array | null): Promise<NativePage>;
  readArrow(request: string, vector: Float32Array | null): Promise<Uint8Array>;
  scan(request: string): Promise<NativeScan>;
  write(request: string, batch: Uint8Array | null): Promise<string>;
  /** To be called after `write`, before the event loop goes on. */
  attend(isTime: boolean): void;
  stage(request: string, constants: Uint8Array | null): Promise<NativeWriter>;
  reembed(request: string): Promise<NativeReembed>;
  history(request: string): Promise<string>;
  diff(request: string): Promise<NativePage>;
  tag(request: string): Promise<string>;
  tags(): Promise<string>;
  deleteTag(name: string): Promise<unknown>;
  pin(request: string): Promise<string>;
  renewPin(request: string): Promise<string>;
  unpin(id: string): Promise<unknown>;
  restore(request: string): Promise<string>;
  alter(request: string): Promise<string>;
  stats(): Promise<string>;
  aggregate(request: string): Promise<string>;
  explain(request: string, vector: Float32Array | null): Promise<string>;
  verify(): Promise<string>;
  optimize(): Promise<string>;
  wouldOptimize(): Promise<string>;
  purge(request: string): Promise<string>;
  setRetention(request: string): Promise<string>;
  close(): Promise<unknown>;
}

/** A copy of tables to another database. */
export interface NativeBackup {
  run(): Promise<string>;
  progress(): string | null;
  stop(): void;
}

/** A database. */
export interface NativeDatabase {
  renewCredentials(credentialsJson: string): Promise<unknown>;
  tableNames(): Promise<string[]>;
  createTable(name: string, schemaJson: string): Promise<NativeTable>;
  openTable(name: string): Promise<NativeTable>;
  createBranch(request: string): Promise<NativeTable>;
  branches(table: string): Promise<string>;
  deleteBranch(request: string): Promise<unknown>;
  merge(request: string): Promise<string>;
  renameTable(from: string, to: string): Promise<unknown>;
  dropTable(name: string): Promise<unknown>;
  verifyTable(name: string): Promise<string>;
  backup(target: NativeDatabase, request: string): NativeBackup;
  close(): Promise<unknown>;
}

/** The vectors of several texts, one after another, and which of the texts had a known token. */
export interface NativeEmbeddings {
  readonly vectors: Float32Array;
  readonly known: Uint8Array;
}

/** The built-in embedding model. */
export interface NativeEmbedder {
  readonly dimensions: number;
  embed(texts: string[]): Promise<NativeEmbeddings>;
  embedOne(text: string): Float32Array | null;
}

/** What `varve.node` exports. */
export interface NativeModule {
  readonly NativeDatabase: { connect(uri: string, options?: string): Promise<NativeDatabase> };
  readonly NativeEmbedder: new (folder: string) => NativeEmbedder;
  /** The version of the package that the module was built for. Modules of before 0.1.0 do not say it. */
  readonly version?: () => string;
}
