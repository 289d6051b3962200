import { VarveError } from "varve";
import { messageOf } from "../../realm";

/** The package is missing. */
export function noArrow(cause: unknown): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    "Arrow tables need the package apache-arrow, which cannot be loaded.",
    {
      hint: "Install it with: npm install apache-arrow. Or use t.arrow, which gives the bytes of Arrow streams without it.",
      cause,
    },
  );
}

/** What was given is no Arrow data. */
export function notArrow(source: unknown): VarveError {
  const what = source === null ? "null" : `a value of type ${typeof source}`;
  return new VarveError("INVALID_ARGUMENT", `Arrow data was expected, but ${what} was given.`, {
    hint: "Give a Table, a RecordBatch, a RecordBatchReader, or bytes in Arrow's IPC format. Plain rows go into t.insert.",
  });
}

/** Bytes that the package cannot read. */
export function damagedStream(cause: unknown): VarveError {
  const why = messageOf(cause);
  return new VarveError("INVALID_ARGUMENT", `The bytes are not what Arrow's IPC format allows: ${why}`, {
    hint: "Give a whole stream or file in Arrow's IPC format; Feather files of version 1 and Parquet files are others.",
    cause,
  });
}

/** A column that no table can hold. */
export function foreignType(column: string, type: unknown): VarveError {
  const message = `The column "${column}" is of an Arrow type that no table of Varve holds: ${String(type)}.`;
  return new VarveError("INVALID_ARGUMENT", message, {
    hint: "Cast it to an integer, a float, a text, a timestamp or a list of these first, or leave it out.",
    where: { column },
  });
}

/** A text that should be JSON. */
export function notJson(column: string, row: number, cause: unknown): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    `The column "${column}" says that it holds JSON, and the value of row ${row} is none.`,
    {
      hint: "Remove the field's metadata varve.type to insert it as text.",
      where: { column, row },
      cause,
    },
  );
}

/** An instant that no Date holds. */
export function beyondDates(column: string, row: number, value: unknown): VarveError {
  return new VarveError(
    "INVALID_ROW",
    `Row ${row}, "${column}": ${String(value)} milliseconds since 1970 are more than a Date holds.`,
    {
      hint: "A Date holds 100,000,000 days before and after 1970. Is the unit of the timestamps another one?",
      where: { column, row },
    },
  );
}
