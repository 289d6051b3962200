// Everything that the package exports. Anything else is private.

export type {
  EmbeddingConfig,
  EmbeddingFunction,
  EmbeddingInput,
  EmbeddingKind,
  EmbeddingRequest,
  LongText,
} from "../embeddings/embedding-function";
export { type EmbeddingFactory, type EmbeddingSpec, Registry } from "../embeddings/registry";
export { type ErrorPlace, VarveError, type VarveErrorCode } from "../varve-error";
export type { Backup, BackupOptions, BackupProgress, CopiedTable } from "./backup";
export type { Branch, BranchOptions } from "./branch/branch";
export type { MergeConflict, MergeOptions, MergeResult, ResolveConflict } from "./branch/merge";
export type { BucketCredentials, BucketOptions, LastingCredentials } from "./bucket";
export type { AsOf, Instant } from "./call/as-of";
export type { Commit, CommitOptions, Operation, WriteResult } from "./call/commit";
export { type DateAxis, type ParsePointOptions, parsePoint } from "./call/point";
export type { LongOptions, Progress } from "./call/progress";
export type { AddColumnOptions, AlterColumnOptions } from "./columns/alter";
export type { BackfillOptions, BackfillResult } from "./columns/backfill";
export type { MigrateOptions, Migration, MigrationStep } from "./columns/migrate";
export type { ReembedOptions } from "./columns/reembed";
export { type ConnectOptions, connect } from "./connect";
export { Database } from "./database";
export type { DatabaseHistoryOptions, TableCommit } from "./database-history";
export { type DatabaseMoment, DatabaseSnapshot } from "./database-snapshot";
export type { OnEmbedError } from "./embed/document-run";
export {
  EmbeddingCache,
  type EmbeddingCacheOptions,
  type EmbeddingCacheStats,
} from "./embed/embedding-cache";
export type {
  Cleanup,
  CleanupFile,
  Optimized,
  OptimizeOptions,
  Retention,
  TableStats,
  Tag,
  Verification,
} from "./maintenance";
export type { Confidence, FacetCount, Facets } from "./native/decode";
export type {
  CallEvent,
  CallKind,
  CallOutcome,
  CallStart,
  DatabaseEvents,
  FailedCallEvent,
} from "./observe/call-event";
export type { Listener } from "./observe/listener";
export type { CallObserver, Observer } from "./observe/observers";
export type { OpenTableOptions, TableOptions } from "./open-table-options";
export type {
  AnyRef,
  ColumnRef,
  EqualRef,
  FilterColumns,
  JsonPathRef,
  JsonRef,
  JsonScalar,
  ListRef,
  MongoFilter,
  MongoOperators,
  OrderedRef,
  StructRef,
  TextRef,
  Where,
  WhereFilter,
} from "./query/builder-types";
export { and, Condition, not, or } from "./query/condition";
export type { FilterNode } from "./query/node";
export { sql } from "./query/sql";
export type {
  Aggregate,
  AggregateOptions,
  DistinctOptions,
  GroupByOptions,
  GroupRow,
  GroupValue,
  NumberName,
} from "./read/aggregate-options";
export { ArrowReader } from "./read/arrow-reader";
export type {
  ColumnDescription,
  ColumnKindName,
  TableDescription,
  TypeDescription,
} from "./read/description";
export type { ChangedRow, Diff, DiffOptions } from "./read/diff";
export type {
  Explanation,
  FilterWork,
  FindExplanation,
  FusedHit,
  FusedTerm,
  Fusion,
  Judgement,
} from "./read/explanation";
export type { FindOptions, ScanOptions, SelectOptions } from "./read/find-options";
export type { Fuse, FuseOptions, FuseWeights } from "./read/fuse";
export type { HighlightOptions } from "./read/highlight";
export type { HistoryOptions } from "./read/history";
export type { PinOptions } from "./read/lease";
export type { Direction, OrderBy } from "./read/paging";
export type { Hits } from "./read/reads";
export type { Rerank, RerankContext } from "./read/rerank";
export type {
  EmbedCallOptions,
  GroupedSearchOptions,
  SearchManyOptions,
  SearchOptions,
  SpanSearchOptions,
  TextAndVector,
  TextQuery,
  WordSearchOptions,
} from "./read/search-options";
export { PinnedSnapshot, Snapshot, type SnapshotPoint } from "./read/snapshot";
export type { Moment, RowVersion, Span } from "./read/span";
export { TableView } from "./read/table-view";
export type { Period, TimelineOptions } from "./read/timeline-options";
export type { ServerOptions } from "./remote/options";
export { type AnyColumn, Column, type ColumnMap } from "./schema/column";
export type { Metric, VectorElement, VectorInput } from "./schema/column-type";
export {
  boolean,
  bytes,
  date,
  float,
  int,
  type JsonValue,
  json,
  list,
  struct,
  type TextOptions,
  text,
  timestamp,
  type VectorOptions,
  vector,
} from "./schema/columns";
export {
  type AnyDerived,
  Derived,
  type DerivedMap,
  type EmbedOptions,
  embed,
  type SourceRef,
} from "./schema/derived";
export type {
  AutoScores,
  ColumnName,
  DefaultColumn,
  FacetName,
  FusedScores,
  GroupHit,
  Highlight,
  Hit,
  HitColumn,
  InsertWithVectors,
  KeyOf,
  OrderName,
  Scores,
  SearchInput,
  SearchMode,
  SelectedRow,
  SpanHit,
  Stretch,
  TextName,
  VectorName,
  WordHit,
} from "./schema/infer";
export type { StandardSchema } from "./schema/standard-schema";
export { type AnyTable, TableDefinition, table, type UntypedTable } from "./schema/table-definition";
export { type ColumnsFrom, type TableFromOptions, tableFrom } from "./schema/table-from";
export type { TextLanguage, TextSearchOptions } from "./schema/text-search";
export { type RestoreResult, Table } from "./table";
export type { PurgeOptions, PurgeResult } from "./write/purge";
export type { RowSource } from "./write/row-source";
export type {
  DeleteOptions,
  InsertOptions,
  RowChoice,
  UpdateChange,
  UpdateOptions,
  UpsertOptions,
  WriteOptions,
} from "./write/write-options";
