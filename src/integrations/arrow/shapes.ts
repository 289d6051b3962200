// The shapes of Arrow's objects, as far as they are used. They are the same in all versions of `apache-arrow` from 14 on, and an object of one
// copy of the package is as good as one of another.

/** A type of Arrow. */
export interface TypeLike {
  readonly typeId: number;
  readonly children?: readonly FieldLike[] | null;
  readonly dictionary?: TypeLike;
}

/** A field: the name and the type of a column. */
export interface FieldLike {
  readonly name: string;
  readonly type: TypeLike;
  readonly metadata: ReadonlyMap<string, string>;
}

/** The memory of a column. */
export interface DataLike {
  readonly offset: number;
  readonly length: number;
  readonly nullCount: number;
  readonly values: unknown;
  readonly children: readonly DataLike[];
}

/** A column. */
export interface VectorLike {
  readonly length: number;
  readonly data: readonly DataLike[];
  get(index: number): unknown;
  isValid?(index: number): boolean;
}

/** Some rows. */
export interface BatchLike {
  readonly numRows: number;
  readonly schema: { readonly fields: readonly FieldLike[] };
  getChildAt(index: number): VectorLike | null;
}

/** Rows in batches. */
export interface TableLike {
  readonly batches: readonly BatchLike[];
  readonly schema: { readonly fields: readonly FieldLike[] };
}

export function isTable(value: unknown): value is TableLike {
  return hasSchema(value) && Array.isArray((value as { batches?: unknown }).batches);
}

export function isBatch(value: unknown): value is BatchLike {
  if (!hasSchema(value)) return false;
  const { numRows, getChildAt } = value as { numRows?: unknown; getChildAt?: unknown };
  return typeof numRows === "number" && typeof getChildAt === "function";
}

function hasSchema(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { schema } = value as { schema?: { fields?: unknown } | null };
  return Array.isArray(schema?.fields);
}
