// What models may say, in the words that they read.

import { badInput } from "../../integrations/support/retrieval/tool-errors";
import {
  DATE,
  firstOf,
  isObject,
  type Part,
  POINT,
  POINT_MAX,
  textPart,
} from "../../integrations/support/retrieval/tool-schema";

const NAME_MAX = 200;
const QUERY_MAX = 4000;
const WHERE_MAX = 10_000;
const MESSAGE_MAX = 1000;
const KEYS_MAX = 100;
const COLUMNS_MAX = 200;
const ROWS_MAX = 1000;

/** The table. */
export const TABLE = textPart("The name of the table, as list_tables shows it.", NAME_MAX, false);

/** What is looked for. */
export const QUERY = textPart("What to look for, as a sentence, a question or words.", QUERY_MAX, false);

/** Which rows. */
export const WHERE = textPart(
  "Which rows, as a condition of SQL on columns: lang = 'en' AND (year >= 2024 OR path LIKE 'guide/%'). All, if left out.",
  WHERE_MAX,
  true,
);

/** When. */
export const AS_OF = textPart(
  `Reads the table as it was at this point: ${POINT}. "effective:2026-03-01" means what was true by then. Now, if left out.`,
  POINT_MAX,
  true,
);

/** A point in the history, with what it is for. */
export function pointPart(what: string, optional: boolean): Part {
  return textPart(`${what}: ${POINT}.`, POINT_MAX, optional);
}

/** Since when something is true: versions and tags are no answer to that. */
export const EFFECTIVE_AT = textPart(
  `Since when it is true, where that is not now: ${DATE}.`,
  POINT_MAX,
  true,
);

/** A sentence for the history. */
export const MESSAGE = textPart(
  "A sentence that history will show: what was done, and why.",
  MESSAGE_MAX,
  true,
);

/** A text that may be a name. */
export function namePart(description: string): Part {
  return textPart(description, NAME_MAX, false);
}

/** Yes or no. */
export function flagPart(description: string): Part {
  return {
    schema: { type: "boolean", description },
    optional: true,
    problem: (value, path) =>
      typeof value === "boolean" ? undefined : badInput(path, "true or false", value),
  };
}

/** One of a few words. */
export function choicePart(description: string, choices: readonly string[]): Part {
  return {
    schema: { type: "string", description, enum: [...choices] },
    optional: true,
    problem: (value, path) =>
      choices.includes(value as string) ? undefined : badInput(path, `one of ${choices.join(", ")}`, value),
  };
}

/** A whole number from some least one on. */
export function wholePart(description: string, minimum: number): Part {
  return {
    schema: { type: "integer", description, minimum },
    optional: true,
    problem: (value, path) =>
      Number.isSafeInteger(value) && (value as number) >= minimum
        ? undefined
        : badInput(path, `a whole number from ${minimum} on`, value),
  };
}

/** The newest version, of a write that must not meet another one. */
export const IF_VERSION = wholePart(
  "Writes only if this is still the newest version; otherwise the call fails with CONFLICT.",
  0,
);

/** Which columns. */
export const SELECT: Part = {
  schema: {
    type: "array",
    description: "The columns to show. All but vectors and bytes, if left out.",
    items: { type: "string" },
    minItems: 1,
    maxItems: COLUMNS_MAX,
  },
  optional: true,
  problem: (value, path) =>
    isList(value, COLUMNS_MAX) && value.every((one) => typeof one === "string")
      ? undefined
      : badInput(path, "a list of names of columns", value),
};

/** The keys of rows. */
export function keysPart(optional: boolean): Part {
  const expected = `a list of 1 to ${KEYS_MAX} texts or numbers`;
  return {
    schema: {
      type: "array",
      description: "Values of the primary key, such as the ids that search has found.",
      items: { anyOf: [{ type: "string" }, { type: "number" }] },
      minItems: 1,
      maxItems: KEYS_MAX,
    },
    optional,
    problem: (value, path) =>
      isList(value, KEYS_MAX) && value.every((one) => typeof one === "string" || Number.isFinite(one))
        ? undefined
        : badInput(path, expected, value),
  };
}

/** How rows are ordered. */
export const ORDER_BY: Part = {
  schema: {
    type: "array",
    description: "The order of the rows: the first column, then the next one where rows are equal in it.",
    items: {
      type: "object",
      properties: { column: { type: "string" }, descending: { type: "boolean" } },
      required: ["column"],
      additionalProperties: false,
    },
    minItems: 1,
    maxItems: 10,
  },
  optional: true,
  problem: (value, path) =>
    isList(value, 10)
      ? firstOf(value, (one, index) => orderProblem(one, `${path}[${index}]`))
      : badInput(path, "a list of { column, descending }", value),
};

function orderProblem(step: unknown, path: string): string | undefined {
  if (!isObject(step)) return badInput(path, "{ column, descending }", step);
  const { column, descending = false, ...others } = step;
  const fits = typeof column === "string" && typeof descending === "boolean";
  return fits && Object.keys(others).length === 0
    ? undefined
    : badInput(path, "{ column, descending }", step);
}

/** Rows to write. */
export const ROWS: Part = {
  schema: {
    type: "array",
    description:
      "The rows: objects of columns and values, as describe_table shows them. Dates are texts (2026-09-30, 2026-09-30T12:00:00Z), bytes are Base64. Vectors that are embedded are computed: leave them out.",
    items: { type: "object" },
    minItems: 1,
    maxItems: ROWS_MAX,
  },
  optional: false,
  problem: (value, path) =>
    isList(value, ROWS_MAX)
      ? firstOf(value, (one, index) =>
          isObject(one) ? undefined : badInput(`${path}[${index}]`, "an object of columns and values", one),
        )
      : badInput(path, `a list of 1 to ${ROWS_MAX} rows`, Array.isArray(value) ? value.length : value),
};

function isList(value: unknown, most: number): value is unknown[] {
  return Array.isArray(value) && value.length > 0 && value.length <= most;
}
