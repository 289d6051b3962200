// The public list of the package. What is not here is not public.

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
export type { AddColumnOptions, AlterColumnOptions } from "./alter";
export { ArrowReader } from "./arrow-reader";
export type { AsOf, Instant } from "./as-of";
export type { BackfillOptions, BackfillResult } from "./backfill";
export type { Commit, CommitOptions, WriteResult } from "./commit";
export { type ConnectOptions, connect } from "./connect";
export { Database, type OpenTableOptions } from "./database";
export type { ColumnDescription, ColumnKindName, TableDescription, TypeDescription } from "./description";
export type { ChangedRow, Diff, DiffOptions } from "./diff";
export type { OnEmbedError } from "./embed/document-run";
export {
  EmbeddingCache,
  type EmbeddingCacheOptions,
  type EmbeddingCacheStats,
} from "./embed/embedding-cache";
export type { Explanation } from "./explanation";
export type { Optimized, Retention, TableStats, Tag, Verification } from "./maintenance";
export type { MigrateOptions, Migration, MigrationStep } from "./migrate";
export type { Direction, OrderBy } from "./paging";
export { type DateAxis, type ParsePointOptions, parsePoint } from "./point";
export type { LongOptions, Progress } from "./progress";
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
export type { ReembedOptions } from "./reembed";
export { type AnyColumn, Column, type ColumnMap } from "./schema/column";
export type { Metric, VectorElement } from "./schema/column-type";
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
  text,
  timestamp,
  type VectorInput,
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
  ColumnName,
  DefaultColumn,
  Hit,
  InsertWithVectors,
  KeyOf,
  SearchInput,
  SelectedRow,
  SpanHit,
  VectorName,
} from "./schema/infer";
export type { StandardSchema } from "./schema/standard-schema";
export { type AnyTable, TableDefinition, table, type UntypedTable } from "./schema/table-definition";
export { type ColumnsFrom, type TableFromOptions, tableFrom } from "./schema/table-from";
export { Snapshot, type SnapshotPoint } from "./snapshot";
export type { Moment, Span } from "./span";
export {
  type DeleteOptions,
  type HistoryOptions,
  type InsertOptions,
  type RestoreResult,
  type RowChoice,
  Table,
  type UpdateChange,
  type UpdateOptions,
  type UpsertOptions,
} from "./table";
export {
  type EmbedCallOptions,
  type FindOptions,
  type Hits,
  type ScanOptions,
  type SearchOptions,
  type SelectOptions,
  type SpanSearchOptions,
  TableView,
} from "./table-view";
export type { RowSource, WriteOptions } from "./write";
