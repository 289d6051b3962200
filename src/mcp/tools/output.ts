// What tools answer, as JSON Schema.

/** A JSON Schema. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A text. */
export function textOf(description: string): JsonSchema {
  return { type: "string", description };
}

/** A whole number. */
export function countOf(description: string): JsonSchema {
  return { type: "integer", description };
}

/** What may be null. */
export function orNull(schema: JsonSchema): JsonSchema {
  const { description, ...one } = schema;
  return { description, anyOf: [one, { type: "null" }] };
}

/** A list. */
export function listOf(items: JsonSchema, description: string): JsonSchema {
  return { type: "array", description, items };
}

/** An object: what it has always, and what only sometimes. */
export function objectOf(
  always: Readonly<Record<string, JsonSchema>>,
  sometimes: Readonly<Record<string, JsonSchema>> = {},
): JsonSchema {
  return { type: "object", properties: { ...always, ...sometimes }, required: Object.keys(always) };
}

/** The columns of a row. */
export const ROW: JsonSchema = { type: "object", description: "Columns and their values, without vectors." };

/** The value of a primary key. */
export const ID: JsonSchema = {
  description: "The value of the primary key.",
  anyOf: [{ type: "string" }, { type: "number" }],
};

/** What should be known of an answer. */
export const NOTE: JsonSchema = textOf("Why the answer is empty, or what was cut.");

/** What was read, of every tool that reads one version. */
export const READ: Readonly<Record<string, JsonSchema>> = {
  table: textOf("The table."),
  version: countOf("The version that was read."),
  asOf: orNull(textOf("The point in the past that was asked for; null for now.")),
  committedAt: orNull(textOf("When that version was committed; null before the first commit.")),
  effectiveAt: orNull(textOf("Since when it is true, where that was said.")),
};

/** What a write did. */
export const WRITTEN: JsonSchema = objectOf({
  table: textOf("The table."),
  version: countOf("The version that the write made, or the newest one if nothing was different."),
  asOf: orNull(textOf("The point that was asked for, where there is one.")),
  committedAt: orNull(textOf("When it was committed.")),
  inserted: countOf("Rows that are new."),
  updated: countOf("Rows that were changed."),
  deleted: countOf("Rows that were removed."),
  unchanged: countOf("Rows that were there already as they were given."),
});

/** A commit. */
export const COMMIT: JsonSchema = objectOf(
  {
    version: countOf("The version that it made."),
    committedAt: textOf("When it was made."),
    effectiveAt: orNull(textOf("Since when it is true, where that was said.")),
    operation: textOf("What was done, such as upsert or delete."),
    inserted: countOf("Rows that were new."),
    updated: countOf("Rows that were changed."),
    deleted: countOf("Rows that were removed."),
    message: orNull(textOf("What the writer said of it.")),
    tags: listOf({ type: "string" }, "The names of the version."),
  },
  { clock: textOf("The clock of the writer, where it differed.") },
);
