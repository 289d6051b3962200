// Every message about filters.

import { messageOf } from "../../realm";
import { type ErrorPlace, VarveError } from "../../varve-error";

const quote = (text: string): string => JSON.stringify(text);

function invalid(message: string, hint?: string, where?: ErrorPlace): VarveError {
  return new VarveError("INVALID_FILTER", message, { hint, where });
}

/** A filter that is neither of the three forms. */
export function notAFilter(found: string): VarveError {
  return invalid(
    `A filter was expected and ${found} was found.`,
    'Write where: (c) => c.lang.eq("en"), where: { lang: "en" }, or where: sql`lang = ${lang}`.',
  );
}

/** A callback that returned something else than a condition. */
export function notACondition(found: string): VarveError {
  return invalid(
    `The function in where returned ${found} instead of a condition.`,
    'Return what a comparison returns: (c) => c.lang.eq("en"). Join two with .and() and .or(), not with && and ||.',
  );
}

/** Something that was joined with conditions and is none. */
export function notJoinable(op: string, found: string): VarveError {
  return invalid(
    `${op} takes conditions, and ${found} was found.`,
    'Conditions are what comparisons return, such as c.lang.eq("en"), and what sql`...` returns.',
  );
}

/** A callback that threw. */
export function brokenFilter(cause: unknown): VarveError {
  const why = messageOf(cause);
  return new VarveError("INVALID_FILTER", `The function in where threw: ${why}`, {
    hint: METHOD_AS_PART.test(why)
      ? 'A part that is named like a method is reached by field: c.info.field("in").isNull().'
      : "The cause of this error is what it threw.",
    cause,
  });
}

/** What JavaScript says of `c.info.in.isNull()`. */
const METHOD_AS_PART =
  /\.(eq|ne|lt|lte|gt|gte|in|notIn|between|like|ilike|isNull|isNotNull|contains\w*|path|field)\.\w+ is not a function/;

/** A filter that cannot be read. */
export function unreadableFilter(place: string, why: string, cause?: unknown): VarveError {
  return new VarveError("INVALID_FILTER", `${place} cannot be read: ${why}.`, {
    hint:
      cause === undefined ? undefined : "The cause of this error is what the object threw when it was read.",
    cause,
  });
}

/** `sql` that was called like a function. */
export function notATemplate(found: string): VarveError {
  return invalid(
    `sql is written before a template, and ${found} was found.`,
    "Write sql`lang = ${lang}`: values go between ${ and }, and are never part of the text.",
  );
}

/** More levels than a filter may have. */
export function tooDeep(max: number): VarveError {
  return invalid(
    `The filter has more than ${max} levels.`,
    "Join many alternatives with one or(...), or use in([...]).",
  );
}

/** More nodes than a filter may have. */
export function tooLarge(max: number): VarveError {
  return invalid(`The filter has more than ${max} nodes.`, "Use in([...]) for many values of one column.");
}

/** A comparison that a column's type does not allow. */
export function wrongOperator(
  table: string,
  column: string,
  op: string,
  type: string,
  use: string,
): VarveError {
  return invalid(`${quote(column)} is ${type} and cannot be asked ${op}.`, use, { table, column });
}

/** A value that does not fit the column it is compared with. */
export function wrongValue(
  table: string,
  column: string,
  op: string,
  expected: string,
  found: string,
): VarveError {
  const hint = found === "null" ? "Use isNull() or isNotNull(), IS NULL or IS NOT NULL." : undefined;
  return invalid(`${quote(column)} ${op}: expected ${expected}, found ${found}.`, hint, { table, column });
}

/** A list of values that is none. */
export function notAList(table: string, column: string, op: string, found: string): VarveError {
  return invalid(`${quote(column)} ${op}: expected an array of values, found ${found}.`, undefined, {
    table,
    column,
  });
}

/** A path that leads nowhere. */
export function noSuchPart(
  table: string,
  column: string,
  part: string,
  type: string,
  parts: readonly string[],
): VarveError {
  const known = parts.length === 0 ? "It has no parts." : `Its parts are ${parts.map(quote).join(", ")}.`;
  return invalid(`${quote(column)} is ${type} and has no part ${quote(part)}.`, known, { table, column });
}

/** An operator that is not known. */
export function unknownOperator(operator: string, hint: string): VarveError {
  return invalid(`The operator ${quote(operator)} is not known here.`, hint);
}

/** An operator with something that it cannot take. */
export function wrongOperand(operator: string, expected: string, found: string): VarveError {
  return invalid(`${operator} takes ${expected}; ${found} was found.`);
}

/** An object as a value in a filter. */
export function objectAsValue(column: string): VarveError {
  return invalid(
    `${quote(column)} is compared with an object that has no operator.`,
    `Use an operator such as { ${quote(column)}: { $eq: value } }, or the path of a part: { ${quote(`${column}.part`)}: value }.`,
  );
}

/** SQL that cannot be read. */
export function badSql(problem: string, before: string, hint?: string): VarveError {
  const near = before.length > 40 ? `…${before.slice(-40)}` : before;
  return invalid(`The SQL filter cannot be read after ${quote(near)}: ${problem}.`, hint);
}
