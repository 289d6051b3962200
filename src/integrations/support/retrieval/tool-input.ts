// What models may say to the tools of a table.

import { badInput } from "./tool-errors";
import { FILTER_OPS, type FilterColumn, type FilterCondition } from "./tool-filter";
import {
  firstOf,
  isObject,
  limitPart,
  objectSchema,
  type Part,
  POINT,
  POINT_MAX,
  type ToolSchema,
  textPart,
} from "./tool-schema";

/** What a model says to `search`. */
export interface SearchInput {
  /** What to look for, as a sentence or a question. */
  query: string;
  /** How many results. */
  limit?: number;
  /** Conditions that must all hold. */
  filter?: FilterCondition[];
}

/** What a model says to `searchAsOf`. */
export interface SearchAsOfInput extends SearchInput {
  /** A date, an instant, a version or a tag, as `parsePoint` reads it. */
  asOf: string;
}

/** What a model says to `timeline`. */
export interface TimelineInput extends SearchInput {
  /**
   * The first point.
   * @default the oldest version that is kept
   */
  from?: string;
  /**
   * The last point.
   * @default now
   */
  to?: string;
}

/** What a model says to `diff`. */
export interface DiffInput {
  /** The point before. */
  from: string;
  /**
   * The point after.
   * @default now
   */
  to?: string;
  /** How many rows of each kind. */
  limit?: number;
  /** Conditions that must all hold. */
  filter?: FilterCondition[];
}

/** How much a model may ask for. */
export interface InputLimits {
  readonly limit: number;
  readonly maxLimit: number;
  readonly filterBy: readonly FilterColumn[];
}

const QUERY_MAX = 4000;
const CONDITIONS_MAX = 10;
const VALUES_MAX = 100;
const VALUE_MAX = 1000;

/** The schema of `search`. */
export function searchSchema(limits: InputLimits): ToolSchema<SearchInput> {
  return objectSchema(searchParts(limits));
}

/** The schema of `searchAsOf`. */
export function searchAsOfSchema(limits: InputLimits): ToolSchema<SearchAsOfInput> {
  const asOf = textPart(`The point in the past: ${POINT}.`, POINT_MAX, false);
  return objectSchema({ asOf, ...searchParts(limits) });
}

/** The schema of `timeline`. */
export function timelineSchema(limits: InputLimits): ToolSchema<TimelineInput> {
  return objectSchema({
    ...searchParts(limits, "The most periods; of more, the newest are shown"),
    from: textPart(
      `The first point: ${POINT}; the oldest version that is kept, if left out.`,
      POINT_MAX,
      true,
    ),
    to: textPart("The last point, written in the same way; now, if left out.", POINT_MAX, true),
  });
}

/** The schema of `diff`. */
export function diffSchema(limits: InputLimits): ToolSchema<DiffInput> {
  return objectSchema({
    from: textPart(`The point before: ${POINT}.`, POINT_MAX, false),
    to: textPart("The point after, written in the same way; now, if left out.", POINT_MAX, true),
    limit: limitPart("The most rows to show of each kind", limits),
    ...filterParts(limits.filterBy),
  });
}

function searchParts(limits: InputLimits, most = "The most results"): Record<string, Part> {
  return {
    query: textPart("What to look for, as a sentence or a question.", QUERY_MAX, false),
    limit: limitPart(most, limits),
    ...filterParts(limits.filterBy),
  };
}

function filterParts(columns: readonly FilterColumn[]): Record<string, Part> {
  if (columns.length === 0) return {};
  const names = columns.map((column) => column.name);
  const list = columns.map(({ name, type }) => `${name} (${type})`).join(", ");
  const scalar = [{ type: "string", maxLength: VALUE_MAX }, { type: "number" }, { type: "boolean" }];
  const schema = {
    type: "array",
    description: `Conditions that must all hold. Columns: ${list}. Dates are written in ISO 8601. "in" takes a list of values; "contains" asks whether a list holds a value, or a text holds another.`,
    maxItems: CONDITIONS_MAX,
    items: {
      type: "object",
      properties: {
        column: { type: "string", enum: names },
        op: { type: "string", enum: [...FILTER_OPS] },
        value: { anyOf: [...scalar, { type: "array", items: { anyOf: scalar }, maxItems: VALUES_MAX }] },
      },
      required: ["column", "op", "value"],
    },
  };
  const problem = (value: unknown, path: string): string | undefined => {
    if (!Array.isArray(value) || value.length > CONDITIONS_MAX)
      return badInput(path, `a list of at most ${CONDITIONS_MAX} conditions`, value);
    return firstOf(value, (one, index) => conditionProblem(one, `${path}[${index}]`, names));
  };
  return { filter: { schema, optional: true, problem } };
}

function conditionProblem(condition: unknown, path: string, names: readonly string[]): string | undefined {
  if (!isObject(condition)) return badInput(path, "{ column, op, value }", condition);
  const { column, op, value, ...others } = condition;
  if (!names.includes(column as string))
    return badInput(`${path}.column`, `one of ${names.join(", ")}`, column);
  if (!(FILTER_OPS as readonly unknown[]).includes(op))
    return badInput(`${path}.op`, `one of ${FILTER_OPS.join(", ")}`, op);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) return badInput(path, "{ column, op, value }", condition);
  if (!Array.isArray(value)) return scalarProblem(value, `${path}.value`);
  if (op !== "in") return badInput(`${path}.value`, `one value, because the op is ${String(op)}`, value);
  if (value.length > VALUES_MAX)
    return badInput(`${path}.value`, `at most ${VALUES_MAX} values`, value.length);
  return firstOf(value, (one, index) => scalarProblem(one, `${path}.value[${index}]`));
}

function scalarProblem(value: unknown, path: string): string | undefined {
  const fits =
    typeof value === "boolean" ||
    (typeof value === "number" && Number.isFinite(value)) ||
    (typeof value === "string" && value.length <= VALUE_MAX);
  return fits
    ? undefined
    : badInput(path, `a text of at most ${VALUE_MAX} characters, a number or a boolean`, value);
}
