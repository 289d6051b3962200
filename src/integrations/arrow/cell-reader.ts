import { isFloat32Array } from "../../realm";
import { foreignType, notJson } from "./arrow-errors";
import type { DataLike, FieldLike, TypeLike, VectorLike } from "./shapes";

/** The value of a row. */
export type CellReader = (row: number) => unknown;

/** The numbers that Arrow gives to its types. */
const ARROW = {
  null: 1,
  int: 2,
  float: 3,
  binary: 4,
  utf8: 5,
  bool: 6,
  date: 8,
  timestamp: 10,
  list: 12,
  struct: 13,
  fixedSizeBinary: 15,
  fixedSizeList: 16,
  largeBinary: 19,
  largeUtf8: 20,
  dictionary: -1,
} as const;

/** The precision of 64-bit floats. */
const DOUBLE = 2;

/** What a value becomes when it leaves Arrow. */
type Convert = (value: unknown) => unknown;

const same: Convert = (value) => value;

/** Reads the values of a column as a write of Varve takes them. */
export function cellReader(field: FieldLike, column: VectorLike): CellReader {
  const floats = adjacentFloats(field.type, column);
  if (floats !== undefined) return floats;
  const convert = converter(field, field.name);
  return (row) => {
    const value = column.get(row);
    return value === null || value === undefined ? null : convert(value);
  };
}

/** Vectors of 32-bit floats that lie one behind the other: each row is a view of them. */
function adjacentFloats(type: TypeLike, column: VectorLike): CellReader | undefined {
  const [data] = column.data;
  const [items]: readonly (DataLike | undefined)[] = data?.children ?? [];
  if (
    type.typeId !== ARROW.fixedSizeList ||
    column.data.length !== 1 ||
    data === undefined ||
    items === undefined
  )
    return undefined;
  const { listSize } = type as TypeLike & { readonly listSize: number };
  const { values } = items;
  if (!isFloat32Array(values) || values.length < (data.offset + data.length) * listSize) return undefined;
  // A slice of a list keeps its offset to itself in some versions and hands it to its items in others: then `get` is asked.
  if (data.offset !== 0 || items.offset !== 0 || items.nullCount !== 0) return undefined;
  return (row) => {
    if (column.isValid?.(row) === false || (column.isValid === undefined && column.get(row) === null))
      return null;
    return values.subarray(row * listSize, (row + 1) * listSize);
  };
}

function converter(field: FieldLike, column: string): Convert {
  const { type } = field;
  switch (type.typeId) {
    case ARROW.null:
      return () => null;
    case ARROW.int:
      return (value) => (typeof value === "bigint" && isSafe(value) ? Number(value) : value);
    case ARROW.float:
    case ARROW.bool:
    case ARROW.binary:
    case ARROW.largeBinary:
    case ARROW.fixedSizeBinary:
      return same;
    case ARROW.utf8:
    case ARROW.largeUtf8:
      return isJson(field) ? (value) => parseJson(value, column) : same;
    case ARROW.date:
      return (value) => new Date(Number(value)).toISOString().slice(0, 10);
    case ARROW.timestamp:
      return (value) => new Date(Math.floor(Number(value)));
    case ARROW.list:
      return listConverter(type, column);
    case ARROW.fixedSizeList:
      return isSmallFloat(type.children?.[0]?.type)
        ? (value) => Float32Array.from(value as Iterable<number | null>, (x) => x ?? Number.NaN)
        : listConverter(type, column);
    case ARROW.struct:
      return structConverter(type, column);
    case ARROW.dictionary:
      return type.dictionary === undefined
        ? same
        : converter({ ...field, name: column, type: type.dictionary }, column);
    default:
      throw foreignType(column, type);
  }
}

/** Whether a 32-bit float holds every value of a type. */
function isSmallFloat(type: TypeLike | undefined): boolean {
  const { typeId, precision } = (type ?? {}) as { readonly typeId?: number; readonly precision?: number };
  return typeId === ARROW.float && (precision ?? DOUBLE) < DOUBLE;
}

function listConverter(type: TypeLike, column: string): Convert {
  const [item] = type.children ?? [];
  if (item === undefined) return same;
  const convert = converter(item, column);
  return (value) => Array.from(value as Iterable<unknown>, (one) => (one === null ? null : convert(one)));
}

function structConverter(type: TypeLike, column: string): Convert {
  const fields = (type.children ?? []).map((field) => [field.name, converter(field, column)] as const);
  return (value) => {
    const parts = value as Record<string, unknown>;
    const entries = fields.map(([name, convert]) => {
      const part = parts[name];
      return [name, part === null || part === undefined ? null : convert(part)] as const;
    });
    return Object.fromEntries(entries);
  };
}

/** Whether a text holds JSON: reads of Varve say so. */
function isJson(field: FieldLike): boolean {
  const type = field.metadata?.get("varve.type");
  return type?.startsWith('{"kind":"json"') === true;
}

function parseJson(value: unknown, column: string): unknown {
  try {
    return JSON.parse(String(value));
  } catch (cause) {
    throw notJson(column, cause);
  }
}

function isSafe(value: bigint): boolean {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER);
}
