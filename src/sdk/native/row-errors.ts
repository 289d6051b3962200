// Every message about rows that do not fit their table.

import { messageOf } from "../../realm";
import { VarveError } from "../../varve-error";

const quote = (text: string): string => JSON.stringify(text);

/** Where a row stands; without a number it is the row that `update` sets. */
export interface RowPlace {
  readonly table: string;
  readonly row?: number;
}

function nameOf({ row }: RowPlace): string {
  return row === undefined ? "What is set" : `Row ${row}`;
}

/** Something that is no row. */
export function notARow(place: RowPlace, found: string): VarveError {
  return new VarveError("INVALID_ROW", `${nameOf(place)} is ${found}, not an object.`, { where: place });
}

/** A key that is no column. */
export function unknownKey(place: RowPlace, key: string, columns: readonly string[]): VarveError {
  return new VarveError("INVALID_ROW", `${nameOf(place)} has the key ${quote(key)}, which is not a column.`, {
    hint: `The columns are ${columns.map(quote).join(", ")}.`,
    where: { ...place, column: key },
  });
}

/** A key of a derived column. */
export function derivedKey(place: RowPlace, key: string): VarveError {
  return new VarveError(
    "INVALID_ROW",
    `${nameOf(place)} brings ${quote(key)}, which is computed from other columns.`,
    {
      hint: "Leave it out, or pass { vectors: true } to write vectors of your own.",
      where: { ...place, column: key },
    },
  );
}

/** A key that is needed and not there. */
export function missingKey(place: RowPlace, key: string, expected: string, isNull: boolean): VarveError {
  const message = isNull
    ? `${nameOf(place)}, ${quote(key)}: expected ${expected}, found null.`
    : `${nameOf(place)} has no ${quote(key)}: expected ${expected}, found nothing.`;
  return new VarveError("INVALID_ROW", message, {
    hint: "Columns that may be left out are .nullable() or have a .default(...).",
    where: { ...place, column: key },
  });
}

/** A value that does not fit its column; `shown` is the way to the part of it that does not. */
export function wrongCell(
  place: RowPlace,
  column: string,
  expected: string,
  found: string,
  hint?: string,
  shown: string = column,
): VarveError {
  return new VarveError(
    "INVALID_ROW",
    `${nameOf(place)}, ${quote(shown)}: expected ${expected}, found ${found}.`,
    {
      hint,
      where: { ...place, column },
    },
  );
}

/** A row, or a part of one, that cannot be read: a getter of the caller threw, or the memory of an array is gone. */
export function unreadableRow(place: RowPlace, column: string, why: string, cause?: unknown): VarveError {
  const at = column === "" ? "" : `, ${quote(column)}`;
  return new VarveError("INVALID_ROW", `${nameOf(place)}${at} cannot be read: ${why}.`, {
    hint:
      cause === undefined ? undefined : "The cause of this error is what the object threw when it was read.",
    where: column === "" ? place : { ...place, column },
    cause,
  });
}

/** More text than one row can be read with. */
export function tooMuchText(place: RowPlace, column: string, found: string, most: string): VarveError {
  const what = column === "" ? "all its text" : quote(column);
  return new VarveError(
    "INVALID_ROW",
    `${nameOf(place)}: ${what} takes ${found}, and a row may have ${most} of text.`,
    {
      hint: "Larger texts could not be read back: cut them into several rows, or store them as bytes().",
      where: column === "" ? place : { ...place, column },
    },
  );
}

/** More of one column than a batch can hold. */
export function tooMuchAtOnce(place: RowPlace, column: string, most: string): VarveError {
  const message = `${nameOf(place)}, ${quote(column)}: this and the rows before it hold more than ${most} of the column.`;
  return new VarveError("INVALID_ROW", message, {
    hint: "Write fewer rows at a time.",
    where: { ...place, column },
  });
}

/** A default that was to be made and could not be. */
export function brokenDefault(place: RowPlace, column: string, cause: unknown): VarveError {
  return new VarveError(
    "INVALID_ROW",
    `${nameOf(place)}, ${quote(column)}: the function in default() threw: ${messageOf(cause)}`,
    {
      hint: "The cause of this error is what it threw.",
      where: { ...place, column },
      cause,
    },
  );
}

/** What the schema of another library says about a row. */
export function schemaIssue(place: RowPlace, column: string | undefined, message: string): VarveError {
  const at = column === undefined ? "" : `, ${quote(column)}`;
  return new VarveError("INVALID_ROW", `${nameOf(place)}${at}: ${message}.`, {
    hint: "The schema that the table was declared with refuses the row.",
    where: column === undefined ? place : { ...place, column },
  });
}

/** A number that JavaScript cannot hold, inside a list or a struct. */
export function unsafeInteger(column: string, digits: string): VarveError {
  return new VarveError(
    "UNSAFE_INTEGER",
    `${quote(column)} holds ${digits}, which a JavaScript number cannot.`,
    {
      hint: "Declare it as int({ bigint: true }).",
      where: { column },
    },
  );
}
