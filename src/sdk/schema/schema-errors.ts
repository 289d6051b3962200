// Every message about declarations of tables and columns.

import { messageOf } from "../../realm";
import { VarveError } from "../../varve-error";

const quote = (text: string): string => JSON.stringify(text);
const names = (list: readonly string[]): string => list.map(quote).join(", ");

/** A name that no column can have. */
export function badColumnName(name: string, table?: string): VarveError {
  return new VarveError("INVALID_NAME", `${quote(name.slice(0, 40))} cannot be the name of a column.`, {
    hint: "A column's name has 1 to 128 bytes, no control characters, and does not start with an underscore.",
    where: table === undefined ? {} : { table },
  });
}

/** A name that no table can have. */
export function badTableName(found: string): VarveError {
  return new VarveError("INVALID_NAME", `A table's name is a text that is not empty; ${found} was given.`);
}

/** A former name that is none. */
export function badRenamedFrom(found: string): VarveError {
  return new VarveError("INVALID_ARGUMENT", `renamedFrom: expected the name of a column, found ${found}.`);
}

/** A primary key of a type that cannot be one. */
export function keyOfWrongType(kind: string): VarveError {
  return new VarveError("INVALID_SCHEMA", `A ${kind} column cannot be a primary key.`, {
    hint: "A primary key is a text() or an int() column.",
  });
}

/** An index of a type that has no order. */
export function indexOfWrongType(kind: string): VarveError {
  return new VarveError("INVALID_SCHEMA", `A ${kind} column cannot be indexed by its values.`, {
    hint: "Columns of texts, numbers, booleans, timestamps and dates can, and lists of them.",
  });
}

/** What is said of an index and is no truth value. */
export function badIndexed(found: string): VarveError {
  return new VarveError("INVALID_SCHEMA", `indexed: expected true or false, found ${found}.`);
}

/** More than one primary key. */
export function severalKeys(table: string, columns: readonly string[]): VarveError {
  return new VarveError(
    "INVALID_SCHEMA",
    `The table ${quote(table)} has several primary keys: ${names(columns)}.`,
    {
      hint: "Keep one, for example a text column that joins the others.",
      where: { table },
    },
  );
}

/** A primary key that may be null. */
export function nullableKey(table: string, column: string): VarveError {
  return new VarveError("INVALID_SCHEMA", `The primary key ${quote(column)} cannot be nullable.`, {
    hint: "Leave out .nullable().",
    where: { table, column },
  });
}

/** A column that is named as the key and does not exist. */
export function keyNotFound(table: string, column: string, columns: readonly string[]): VarveError {
  return new VarveError(
    "INVALID_SCHEMA",
    `The primary key ${quote(column)} is not a column of ${quote(table)}.`,
    {
      hint: `Its columns are ${names(columns)}.`,
      where: { table, column },
    },
  );
}

/** A table without columns. */
export function noColumns(table: string): VarveError {
  return new VarveError("INVALID_SCHEMA", `The table ${quote(table)} has no columns.`, { where: { table } });
}

/** Something that is not a column where one is expected. */
export function notAColumn(table: string, column: string, found: string): VarveError {
  return new VarveError("INVALID_SCHEMA", `The column ${quote(column)} is ${found}, not a column.`, {
    hint: "Columns are made by text(), int(), vector() and the like; derived ones by embed() in the third argument.",
    where: { table, column },
  });
}

/** An option that a column or a table does not take. */
export function unknownMakerOption(maker: string, name: string, known: readonly string[]): VarveError {
  return new VarveError("INVALID_SCHEMA", `${maker}() takes no option ${quote(name)}.`, {
    hint: `Its options are ${known.join(", ")}.`,
  });
}

/** Options that are none. */
export function badMakerOptions(
  maker: string,
  found: string,
  known: readonly string[],
  cause?: unknown,
): VarveError {
  return new VarveError("INVALID_SCHEMA", `${maker}() takes an object of options, and ${found} was given.`, {
    hint: `Its options are ${known.join(", ")}.`,
    cause,
  });
}

/** An option of a column with a value that it cannot have. */
export function badMakerOption(maker: string, name: string, expected: string, found: string): VarveError {
  return new VarveError("INVALID_SCHEMA", `${maker}(): ${name} is ${expected}, not ${found}.`);
}

/** An option of the search by words that there is not. */
export function unknownSearchOption(name: string, known: readonly string[]): VarveError {
  return new VarveError("INVALID_SCHEMA", `text(): search takes no option ${quote(name)}.`, {
    hint: `Its options are ${known.join(", ")}.`,
  });
}

/** A text of a closed set that shall be searched by its words. */
export function searchedEnum(): VarveError {
  return new VarveError("INVALID_SCHEMA", "text(): a closed set of texts is not searched by words.", {
    hint: "Leave out search and filter by its values, or leave out enum.",
  });
}

/** Texts of one column that would be searched in several ways. */
export function mixedSearch(container: "list" | "struct"): VarveError {
  return new VarveError("INVALID_SCHEMA", `The texts inside a ${container} are searched in one way.`, {
    hint: "Give them the same search options, or make them columns of their own.",
  });
}

/** Something inside a list or a struct that is no column. */
export function notAPart(container: string, found: string): VarveError {
  return new VarveError("INVALID_SCHEMA", `${container} holds columns, and ${found} was given.`, {
    hint: "Write list(text()), or struct({ author: text() }).",
  });
}

/** Something that only a column of a table can have. */
export function notInside(container: string, what: string): VarveError {
  return new VarveError("INVALID_SCHEMA", `What lies inside a ${container} cannot have ${what}.`, {
    hint:
      what === "a default"
        ? "Give the whole column a default, or make the part .nullable()."
        : "Only a column of the table can be its key.",
  });
}

/** Columns of a table that are no object. */
export function notColumns(table: string, expected: string, found: string): VarveError {
  return new VarveError(
    "INVALID_SCHEMA",
    `The table ${quote(table)} needs ${expected}, and ${found} was given.`,
    {
      hint: "Write table(name, { id: text().primaryKey(), body: text() }, (c) => ({ vec: embed(fn, c.body) })).",
      where: { table },
    },
  );
}

/** A function in a declaration that threw. */
export function brokenDeclaration(table: string, cause: unknown): VarveError {
  return new VarveError(
    "INVALID_SCHEMA",
    `The function in the declaration of ${quote(table)} threw: ${messageOf(cause)}`,
    {
      hint: "The cause of this error is what it threw.",
      where: { table },
      cause,
    },
  );
}

/** A default that cannot be read. */
export function unreadableDefault(why: string, cause: unknown): VarveError {
  return new VarveError("INVALID_SCHEMA", `The value in default() cannot be read: ${why}.`, { cause });
}

/** An enum without values. */
export function emptyEnum(): VarveError {
  return new VarveError("INVALID_SCHEMA", "An enum needs at least one value.");
}

/** Dimensions that no vector has. */
export function badDimensions(found: string): VarveError {
  return new VarveError("INVALID_SCHEMA", `A vector has 1 to 65535 dimensions, not ${found}.`);
}

/** An option of `vector()` with a value that it does not have. */
export function badVectorOption(option: string, found: unknown, known: readonly string[]): VarveError {
  const all = known.map((one) => JSON.stringify(one)).join(", ");
  return new VarveError(
    "INVALID_SCHEMA",
    `The ${option} of a vector is one of ${all}, not ${typeof found === "string" ? JSON.stringify(found) : `a ${typeof found}`}.`,
  );
}

/** Something that embeds nothing. */
export function notAFunction(found: string): VarveError {
  return new VarveError("INVALID_SCHEMA", `embed() needs an embedding function, and ${found} was given.`, {
    hint: "Write embed(builtin(), c.body), or make a function with custom({ name, dimensions, embed }).",
  });
}

/** A source that is no column. */
export function notASource(found: string): VarveError {
  return new VarveError("INVALID_SCHEMA", `embed() needs columns as its sources, and ${found} was given.`, {
    hint: "Take them from the argument of the third part of table(): (c) => ({ vec: embed(fn, c.body) }).",
  });
}

/** A vector where none can be. */
export function vectorInside(container: "list" | "struct"): VarveError {
  return new VarveError("INVALID_SCHEMA", `A vector cannot lie inside a ${container}.`, {
    hint: "Give the vector a column of its own.",
  });
}

/** A default that does not fit its column. */
export function badDefault(table: string, column: string, expected: string, found: string): VarveError {
  const message = `The default of ${quote(column)} does not fit: expected ${expected}, found ${found}.`;
  return new VarveError("INVALID_SCHEMA", message, { where: { table, column } });
}

/** An embedding without sources. */
export function emptySources(): VarveError {
  return new VarveError("INVALID_SCHEMA", "embed() needs at least one source column.", {
    hint: "Name the columns in the third argument of table(): (c) => ({ vec: embed(fn, c.body) }).",
  });
}

/** A word for long texts that is none. */
export function badLongText(found: string): VarveError {
  return new VarveError("INVALID_ARGUMENT", `longText: expected "truncate" or "refuse", found ${found}.`);
}

/** A template that names a column that is not a source. */
export function templateMismatch(template: string, name: string, sources: readonly string[]): VarveError {
  return new VarveError(
    "INVALID_SCHEMA",
    `The template ${quote(template)} names {${name}}, which is not a source.`,
    {
      hint: `Its sources are ${names(sources)}. Two braces stand for one.`,
    },
  );
}

/** A source that cannot be embedded. */
export function badSource(table: string, column: string, source: string, found: string): VarveError {
  return new VarveError(
    "INVALID_SCHEMA",
    `The derived column ${quote(column)} cannot be computed from ${quote(source)}, which is ${found}.`,
    { hint: "Sources are text columns of the same table, or one column of bytes.", where: { table, column } },
  );
}

/** A name that is used twice. */
export function nameTaken(table: string, column: string): VarveError {
  return new VarveError(
    "INVALID_SCHEMA",
    `The table ${quote(table)} has two columns with the name ${quote(column)}.`,
    {
      where: { table, column },
    },
  );
}

/** A schema of another library that does not describe an object. */
export function notAnObjectSchema(table: string, vendor: string): VarveError {
  return new VarveError(
    "INVALID_SCHEMA",
    `The ${vendor} schema of ${quote(table)} does not describe an object.`,
    {
      hint: "tableFrom takes a schema of rows, such as z.object({ ... }).",
      where: { table },
    },
  );
}

/** A schema of another library without what is needed of it. */
export function notAStandardSchema(table: string): VarveError {
  return new VarveError("INVALID_SCHEMA", `The schema of ${quote(table)} cannot be used.`, {
    hint:
      "tableFrom needs a Standard Schema that also gives a JSON Schema, such as Zod 4, ArkType 2, or Valibot " +
      "with toStandardJsonSchema.",
    where: { table },
  });
}

/** A property that JSON Schema cannot express. */
export function noJsonSchema(table: string, column: string): VarveError {
  const message = `The column ${quote(column)} cannot be expressed in JSON Schema, so its type is unknown.`;
  return new VarveError("INVALID_SCHEMA", message, {
    hint: `Say how it is stored: tableFrom(name, schema, { columns: { ${quote(column)}: timestamp() } }).`,
    where: { table, column },
  });
}

/** An override for a column that the schema lacks. */
export function strayOverride(table: string, column: string): VarveError {
  return new VarveError("INVALID_SCHEMA", `The schema of ${quote(table)} has no property ${quote(column)}.`, {
    hint: "The option columns says how properties of the schema are stored; it cannot add any.",
    where: { table, column },
  });
}

/** A declaration and the table on disk that differ, with the calls that bring them together as far as there are any. */
export function schemaDiffers(
  table: string,
  differences: readonly { readonly column?: string; readonly what: string; readonly advice?: string }[],
  calls: readonly string[],
): VarveError {
  const column = differences.find((difference) => difference.column !== undefined)?.column;
  const advice = differences.flatMap((difference) => difference.advice ?? []);
  const migration =
    calls.length === 0
      ? []
      : [
          `Bring the table to the declaration with db.migrate(declaration), or with these calls${calls.some((call) => /\bfn\b/.test(call)) ? ", in which fn is the embedding function of the declaration" : ""}: let t = await db.openTable(${quote(table)}); ${calls.map((call) => `t = await t.${call};`).join(" ")}`,
        ];
  const what = differences.flatMap((difference) => difference.what || []).join(" ");
  return new VarveError("SCHEMA_MISMATCH", what, {
    hint: [...advice, ...migration].join(" "),
    where: column === undefined ? { table } : { table, column },
  });
}

/** An embedded column of the declaration that the table does not have yet. */
export function notEmbeddedYet(table: string, column: string, call: string): VarveError {
  const message = `The table ${quote(table)} does not have the embedded column ${quote(column)} of the declaration yet.`;
  return new VarveError("SCHEMA_MISMATCH", message, {
    hint: `Add and fill it: await t.${call}, or db.migrate(declaration).`,
    where: { table, column },
  });
}

/** A column that is not there. */
export function columnNotFound(table: string, column: string, columns: readonly string[]): VarveError {
  return new VarveError("COLUMN_NOT_FOUND", `The table ${quote(table)} has no column ${quote(column)}.`, {
    hint: `Its columns are ${names(columns)}.`,
    where: { table, column },
  });
}

/** A column that cannot be added to rows that exist. */
export function cannotAdd(table: string, column: string): VarveError {
  const message = `The column ${quote(column)} cannot be added: the rows that exist would have no value.`;
  return new VarveError("INVALID_SCHEMA", message, {
    hint: "Make it .nullable(), or give it a constant .default(value).",
    where: { table, column },
  });
}
