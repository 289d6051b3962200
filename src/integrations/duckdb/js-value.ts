// Values of JavaScript as DuckDB's, and back.

import type { DuckDBType, DuckDBValue } from "@duckdb/node-api";
import { VarveError } from "varve";
import { isBytes, isDate, isFloatArray, isPlainObject, millisecondsOf } from "../../realm";
import type { DuckdbModule } from "./duckdb-module";

const MS_PER_DAY = 86_400_000;

/** The type that a value has by itself; undefined where it has none, as null. */
export function typeOfValue(value: unknown, api: DuckdbModule): DuckDBType | undefined {
  switch (typeof value) {
    case "string":
      return api.VARCHAR;
    case "number":
      return api.DOUBLE;
    case "bigint":
      return BigInt.asIntN(64, value) === value ? api.BIGINT : api.HUGEINT;
    case "boolean":
      return api.BOOLEAN;
    case "object":
      return value === null ? undefined : typeOfObject(value, api);
    default:
      return undefined;
  }
}

function typeOfObject(value: object, api: DuckdbModule): DuckDBType | undefined {
  if (isDate(value)) return api.TIMESTAMPTZ;
  if (isBytes(value)) return api.BLOB;
  if (isFloatArray(value)) return value.length === 0 ? undefined : api.ARRAY(api.FLOAT, value.length);
  if (Array.isArray(value) || isPlainObject(value)) return api.DuckDBVarCharType.create("JSON");
  return undefined;
}

/** A value of JavaScript as DuckDB holds it in a column; undefined where the type does not hold it. */
export function toDuckdb(value: unknown, type: DuckDBType, api: DuckdbModule): DuckDBValue | undefined {
  if (value === null || value === undefined) return null;
  const ids = api.DuckDBTypeId;
  switch (type.typeId) {
    case ids.VARCHAR:
      if (type.alias === "JSON") return JSON.stringify(value);
      return typeof value === "string" ? value : undefined;
    case ids.DOUBLE:
    case ids.FLOAT:
    case ids.INTEGER:
      return typeof value === "number" ? value : undefined;
    case ids.BIGINT:
    case ids.HUGEINT:
      if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : undefined;
      return typeof value === "bigint" ? value : undefined;
    case ids.BOOLEAN:
      return typeof value === "boolean" ? value : undefined;
    case ids.TIMESTAMP_TZ:
      return isDate(value) ? timestampOf(value, api) : undefined;
    case ids.DATE:
      return typeof value === "string" ? new api.DuckDBDateValue(Date.parse(value) / MS_PER_DAY) : undefined;
    case ids.BLOB:
      return isBytes(value) ? new api.DuckDBBlobValue(value) : undefined;
    default:
      return nested(value, type, api);
  }
}

function timestampOf(date: Date, api: DuckdbModule): DuckDBValue | undefined {
  const ms = millisecondsOf(date);
  return Number.isNaN(ms) ? undefined : new api.DuckDBTimestampTZValue(BigInt(ms) * 1000n);
}

function nested(value: unknown, type: DuckDBType, api: DuckdbModule): DuckDBValue | undefined {
  if (type instanceof api.DuckDBArrayType) {
    const items = isFloatArray(value) || Array.isArray(value) ? Array.from(value as ArrayLike<number>) : [];
    return items.length === type.length ? new api.DuckDBArrayValue(items) : undefined;
  }
  if (type instanceof api.DuckDBListType && Array.isArray(value))
    return new api.DuckDBListValue(value.map((item) => toDuckdb(item, type.valueType, api) ?? null));
  if (type instanceof api.DuckDBStructType && isPlainObject(value)) {
    const parts = type.entryNames.map((name, at) => {
      const part = type.entryTypes[at];
      return [name, part === undefined ? null : (toDuckdb(value[name], part, api) ?? null)] as const;
    });
    return new api.DuckDBStructValue(Object.fromEntries(parts));
  }
  return undefined;
}

/** How results are given. */
export interface FromDuckdb {
  readonly api: DuckdbModule;
  /** Whether integers of 64 bits are bigints. */
  readonly bigints: boolean;
}

/** A value of DuckDB as JavaScript's. */
export function fromDuckdb(value: DuckDBValue, type: DuckDBType, how: FromDuckdb): unknown {
  if (value === null) return null;
  const { api } = how;
  if (typeof value === "bigint") return how.bigints ? value : smallInteger(value);
  if (typeof value !== "object") return type.alias === "JSON" ? JSON.parse(String(value)) : value;
  if (value instanceof api.DuckDBBlobValue) return Uint8Array.from(value.bytes);
  if (value instanceof api.DuckDBDecimalValue) return value.toDouble();
  if (value instanceof api.DuckDBTimestampTZValue || value instanceof api.DuckDBTimestampValue)
    return new Date(Number(value.micros / 1000n));
  if (value instanceof api.DuckDBTimestampMillisecondsValue) return new Date(Number(value.millis));
  if (value instanceof api.DuckDBTimestampSecondsValue) return new Date(Number(value.seconds) * 1000);
  if (value instanceof api.DuckDBTimestampNanosecondsValue) return new Date(Number(value.nanos / 1_000_000n));
  return fromNested(value, type, how);
}

function fromNested(value: object, type: DuckDBType, how: FromDuckdb): unknown {
  const { api } = how;
  if (value instanceof api.DuckDBArrayValue && type instanceof api.DuckDBArrayType) {
    if (type.valueType === api.FLOAT && !value.items.includes(null))
      return Float32Array.from(value.items as readonly number[]);
    return value.items.map((item) => fromDuckdb(item, type.valueType, how));
  }
  if (value instanceof api.DuckDBListValue && type instanceof api.DuckDBListType)
    return value.items.map((item) => fromDuckdb(item, type.valueType, how));
  if (value instanceof api.DuckDBStructValue && type instanceof api.DuckDBStructType) {
    const parts = type.entryNames.map((name, at) => {
      const part = type.entryTypes[at] ?? api.SQLNULL;
      return [name, fromDuckdb(value.entries[name] ?? null, part, how)] as const;
    });
    return Object.fromEntries(parts);
  }
  if (value instanceof api.DuckDBMapValue && type instanceof api.DuckDBMapType)
    return value.entries.map((entry) => ({
      key: fromDuckdb(entry.key, type.keyType, how),
      value: fromDuckdb(entry.value, type.valueType, how),
    }));
  return String(value);
}

function smallInteger(value: bigint): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new VarveError(
    "UNSAFE_INTEGER",
    `The result ${value} is an integer that a number does not hold exactly.`,
    {
      hint: "Leave out `bigints: false`, or cast it to DOUBLE or VARCHAR in the query.",
    },
  );
}
