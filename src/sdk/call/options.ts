// The options of calls. Beside the type of its options each call has a table of rules: how an option is read, what it must be, and whether
// the engine is told of it as it is. Options are read once, when the call is made. A name without a rule is refused: a mistyped `where` must
// never mean all rows.

import { describeValue } from "../../describe-value";
import { refuseMore, unknownOption } from "../../own-options";
import { isPlainObject } from "../../realm";
import { unreadableFilter } from "../query/filter-errors";
import { isUnreadable, ownCopy, ownProperties } from "../schema/own-copy";
import { badArgument, unreadableArgument } from "./errors";

/**
 * How the value of an option is read: `data` and `filter` are copied, and so is a `change`, unless it is a function; the others are checked
 * and kept as they are.
 */
type Kind = "data" | "filter" | "change" | "flag" | "signal" | "callback" | "component";

/** What holds for one option. */
export interface OptionRule {
  readonly kind: Kind;
  /** Throws where the value makes no sense. */
  readonly check?: (name: string, value: unknown) => void;
  /** Whether the request to the engine carries it under its own name. */
  readonly sent?: boolean;
  /** Whether only tests know of it. */
  readonly hidden?: boolean;
}

/** The rules for options of a type: one for every name that they may have. */
export type OptionRules<T> = Readonly<Record<keyof T, OptionRule>>;

export const DATA: OptionRule = { kind: "data" };
export const FILTER: OptionRule = { kind: "filter" };
export const CHANGE: OptionRule = { kind: "change" };
export const FLAG: OptionRule = { kind: "flag" };
export const SIGNAL: OptionRule = { kind: "signal" };
export const CALLBACK: OptionRule = { kind: "callback" };
export const COMPONENT: OptionRule = { kind: "component" };

/** An option that is a whole number. */
export function count(least: number): OptionRule {
  return { kind: "data", check: (name, value) => checkCount(name, value, least) };
}

/** An option that is a number, within bounds where there are some. */
export function number(
  expected: string,
  least = Number.NEGATIVE_INFINITY,
  most: number = Number.POSITIVE_INFINITY,
): OptionRule {
  return {
    kind: "data",
    check: (name, value) => {
      if (Number.isFinite(value) && (value as number) >= least && (value as number) <= most) return;
      throw badArgument(name, expected, describeValue(value));
    },
  };
}

/** An option that is one of some texts. */
export function choice(...known: readonly string[]): OptionRule {
  const quoted = known.map((one) => JSON.stringify(one));
  const expected = [quoted.slice(0, -1).join(", "), ...quoted.slice(-1)].join(" or ");
  return {
    kind: "data",
    check: (name, value) => {
      if (!known.includes(value as string)) throw badArgument(name, expected, describeValue(value));
    },
  };
}

/** An option that the engine is told of as it is. */
export function sent(rule: OptionRule): OptionRule {
  return { ...rule, sent: true };
}

/** What a request to the engine carries of the options. */
export function sentOptions<T extends object>(rules: OptionRules<T>, options: T): Partial<T> {
  const told: Partial<T> = {};
  for (const name of Object.keys(options) as (keyof T)[]) {
    if (ruleOf(rules, name as string)?.sent) told[name] = options[name];
  }
  return told;
}

/**
 * The options of a call, all of which may be left out: a copy without a prototype. Throws INVALID_ARGUMENT for anything that the call
 * does not take, options as well as further arguments, and INVALID_FILTER for a filter that cannot be read.
 */
export function checkOptions<T extends object>(
  call: string,
  rules: OptionRules<T>,
  options: object | undefined,
  more: readonly unknown[] = [],
): T {
  if (more.length > 0) refuseMore(call, more);
  const read: Record<string, unknown> = Object.create(null);
  if (options === undefined) return read as T;
  if (!isPlainObject(options)) throw badArgument(`${call}: options`, "an object", describeValue(options));
  for (const [name, value] of Object.entries(readable(call, () => ownProperties(options)))) {
    const rule = ruleOf(rules, name);
    if (rule === undefined) throw unknownOption(call, name, namesOf(rules));
    if (value !== undefined) read[name] = readOption(call, name, rule, value);
  }
  return read as T;
}

/** Checks a count; throws INVALID_ARGUMENT. */
export function checkCount(name: string, value: unknown, least: number): void {
  if (Number.isSafeInteger(value) && (value as number) >= least) return;
  throw badArgument(name, `a whole number from ${least} on`, describeValue(value));
}

/** An argument that is not among the options, read once; throws INVALID_ARGUMENT. */
export function ownArgument(name: string, value: unknown): unknown {
  return readable(name, () => ownCopy(value));
}

function ruleOf(rules: Readonly<Record<string, OptionRule>>, name: string): OptionRule | undefined {
  return Object.hasOwn(rules, name) ? rules[name] : undefined;
}

function namesOf(rules: Readonly<Record<string, OptionRule>>): string[] {
  return Object.keys(rules).filter((name) => rules[name]?.hidden !== true);
}

function readOption(call: string, name: string, { kind, check }: OptionRule, value: unknown): unknown {
  const own = readValue(call, name, kind, value);
  check?.(name, own);
  return own;
}

function readValue(call: string, name: string, kind: Kind, value: unknown): unknown {
  switch (kind) {
    case "data":
      return readable(`${call}: ${name}`, () => ownCopy(value));
    case "filter":
      return readable(name, () => ownCopy(value), unreadableFilter);
    case "change":
      return typeof value === "function" ? value : readValue(call, name, "data", value);
    case "flag":
      if (typeof value !== "boolean") throw badArgument(name, "true or false", describeValue(value));
      return value;
    case "callback":
      if (typeof value !== "function") throw badArgument(name, "a function", describeValue(value));
      return value;
    case "signal":
      if (!isSignal(value)) throw badArgument(name, "an AbortSignal", describeValue(value));
      return value;
    default:
      return value;
  }
}

/** By its shape, because it may be of another realm. */
function isSignal(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  try {
    const { aborted, addEventListener } = value as Partial<AbortSignal>;
    return typeof aborted === "boolean" && typeof addEventListener === "function";
  } catch {
    return false;
  }
}

type Unreadable = (name: string, why: string, cause: unknown) => Error;

function readable<T>(name: string, read: () => T, say: Unreadable = unreadableArgument): T {
  try {
    return read();
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    const place = error.place === "" ? name : `${name}.${error.place}`;
    throw say(place, error.message, error.cause);
  }
}
