import type { TypeDescription } from "varve";
import type { CellsOf } from "../../column-rows";
import { isFloat32Array } from "../../realm";
import { ARROW } from "../support/arrow-types";
import { beyondDates, foreignType, notJson } from "./arrow-errors";
import type { DataLike, FieldLike, TypeLike, VectorLike } from "./shapes";

/** The value of a row. */
export type CellReader = (row: number) => unknown;

/** The precision of 64-bit floats. */
const DOUBLE = 2;

/** What a value of a row becomes when it leaves Arrow. */
type Convert = (value: unknown, row: number) => unknown;

/** A column on its way into a table. */
export interface ArrowColumn {
  readonly field: FieldLike;
  readonly values: VectorLike;
  /** The column of the table, where there is one: it decides what integers become. */
  readonly into: TypeDescription | undefined;
  /** How many rows came before. */
  readonly base: number;
}

const same: Convert = (value) => value;

/** Reads the values of a column as a write of Varve takes them. */
export function cellsOf(column: ArrowColumn): CellsOf {
  const numbers = adjacentNumbers(column);
  if (numbers !== undefined) return (from, to) => Array.from(numbers.subarray(from, to));
  const read = cellReader(column);
  return (from, to) => {
    const cells = new Array<unknown>(to - from);
    for (let row = from; row < to; row++) cells[row - from] = read(row);
    return cells;
  };
}

/** Numbers of up to 32 bits, and 64-bit floats, that lie one behind the other, none of them missing, for a column of numbers. */
function adjacentNumbers({ field, values: column, into }: ArrowColumn): Numbers | undefined {
  const { typeId } = field.type;
  const [data] = column.data;
  if (data === undefined || column.data.length !== 1 || data.offset !== 0 || data.nullCount !== 0)
    return undefined;
  const isInt = typeId === ARROW.int && into?.bigint !== true;
  if (!isInt && typeId !== ARROW.float) return undefined;
  const { values } = data;
  const tag = Object.prototype.toString.call(values).slice("[object ".length, -1);
  // Floats of 16 bits lie in integers.
  const isKnown = isInt ? SMALL_INTEGERS.has(tag) : tag === "Float32Array" || tag === "Float64Array";
  return isKnown && (values as Numbers).length >= column.length ? (values as Numbers) : undefined;
}

type Numbers = Float64Array | Int32Array;
const SMALL_INTEGERS: ReadonlySet<string> = new Set([
  "Int8Array",
  "Int16Array",
  "Int32Array",
  "Uint8Array",
  "Uint16Array",
  "Uint32Array",
]);

function cellReader({ field, values, into, base }: ArrowColumn): CellReader {
  const floats = adjacentFloats(field.type, values);
  if (floats !== undefined) return floats;
  const convert = converter(field, field.name, into);
  return (row) => {
    const value = values.get(row);
    return value === null || value === undefined ? null : convert(value, base + row);
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

function converter(field: FieldLike, column: string, into: TypeDescription | undefined): Convert {
  const { type } = field;
  switch (type.typeId) {
    case ARROW.null:
      return () => null;
    case ARROW.int:
      return into?.bigint === true ? toBigint : toInteger;
    case ARROW.float:
    case ARROW.bool:
    case ARROW.binary:
    case ARROW.largeBinary:
    case ARROW.fixedSizeBinary:
      return same;
    case ARROW.utf8:
    case ARROW.largeUtf8:
      return isJson(field) ? (value, row) => parseJson(value, column, row) : same;
    case ARROW.date:
      return (value, row) => instant(value, column, row).toISOString().replace(/T.*/, "");
    case ARROW.timestamp:
      return (value, row) => instant(value, column, row);
    case ARROW.list:
      return listConverter(type, column, into);
    case ARROW.fixedSizeList:
      return isSmallFloat(type.children?.[0]?.type)
        ? (value) => Float32Array.from(value as Iterable<number | null>, (x) => x ?? Number.NaN)
        : listConverter(type, column, into);
    case ARROW.struct:
      return structConverter(type, column, into);
    case ARROW.dictionary:
      return type.dictionary === undefined
        ? same
        : converter({ ...field, name: column, type: type.dictionary }, column, into);
    default:
      throw foreignType(column, type);
  }
}

/** An integer for a column of bigints, whatever its width in Arrow. */
function toBigint(value: unknown): unknown {
  return typeof value === "number" && Number.isInteger(value) ? BigInt(value) : value;
}

/** An integer for a column of numbers; what no number holds is left to be refused there. */
function toInteger(value: unknown): unknown {
  return typeof value === "bigint" && isSafe(value) ? Number(value) : value;
}

/** The most milliseconds, before and after 1970, that a Date holds. */
const INSTANT_MAX = 8_640_000_000_000_000;

function instant(value: unknown, column: string, row: number): Date {
  const ms = Math.floor(Number(value));
  if (!(Math.abs(ms) <= INSTANT_MAX)) throw beyondDates(column, row, value);
  return new Date(ms);
}

/** Whether a 32-bit float holds every value of a type. */
function isSmallFloat(type: TypeLike | undefined): boolean {
  const { typeId, precision } = (type ?? {}) as { readonly typeId?: number; readonly precision?: number };
  return typeId === ARROW.float && (precision ?? DOUBLE) < DOUBLE;
}

function listConverter(type: TypeLike, column: string, into: TypeDescription | undefined): Convert {
  const [item] = type.children ?? [];
  if (item === undefined) return same;
  const convert = converter(item, column, into?.item);
  return (value, row) =>
    Array.from(value as Iterable<unknown>, (one) => (one === null ? null : convert(one, row)));
}

function structConverter(type: TypeLike, column: string, into: TypeDescription | undefined): Convert {
  const fields = (type.children ?? []).map((field) => {
    const part = into?.fields?.find(({ name }) => name === field.name);
    return [field.name, converter(field, column, part)] as const;
  });
  return (value, row) => {
    const parts = value as Record<string, unknown>;
    const entries = fields.map(([name, convert]) => {
      const part = parts[name];
      return [name, part === null || part === undefined ? null : convert(part, row)] as const;
    });
    return Object.fromEntries(entries);
  };
}

/** Whether a text holds JSON: reads of Varve say so. */
function isJson(field: FieldLike): boolean {
  const type = field.metadata?.get("varve.type");
  return type?.startsWith('{"kind":"json"') === true;
}

function parseJson(value: unknown, column: string, row: number): unknown {
  try {
    return JSON.parse(String(value));
  } catch (cause) {
    throw notJson(column, row, cause);
  }
}

function isSafe(value: bigint): boolean {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER);
}
