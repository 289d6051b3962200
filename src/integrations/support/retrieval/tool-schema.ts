// The parts of what models may say. A schema is a Standard Schema with a JSON Schema; zod is not needed.

import { badInput } from "./tool-errors";

/** A Standard Schema that also gives a JSON Schema. */
export interface ToolSchema<T> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: "varve";
    readonly validate: (value: unknown) => { readonly value: T } | { readonly issues: readonly Issue[] };
    readonly types?: { readonly input: T; readonly output: T } | undefined;
    readonly jsonSchema: {
      readonly input: (options: { readonly target: string }) => Record<string, unknown>;
      readonly output: (options: { readonly target: string }) => Record<string, unknown>;
    };
  };
}

interface Issue {
  readonly message: string;
  readonly path?: readonly (string | number)[];
}

/** The most characters of a point in the history. */
export const POINT_MAX = 200;

/** How a date is written, for the one who writes it. */
export const DATE =
  'a date ("2026-09-30", its start in UTC), an instant with its zone ("2026-09-30T12:00:00Z"), "yesterday", "last tuesday" or "3 days ago" (all in UTC)';

/** How a point in the history is written. */
export const POINT = `${DATE}, the number of a version ("3"), or a tag ("@launch")`;

type Json = Record<string, unknown>;

/** A part of an input: its JSON Schema, whether it may be left out, and what is wrong with a value. */
export interface Part {
  readonly schema: Record<string, unknown>;
  readonly optional: boolean;
  readonly problem: (value: unknown, path: string) => string | undefined;
}

/** A text. */
export function textPart(description: string, maxLength: number, optional: boolean): Part {
  return {
    schema: { type: "string", description, minLength: 1, maxLength },
    optional,
    problem: (value, path) =>
      typeof value === "string" && value.trim() !== "" && value.length <= maxLength
        ? undefined
        : badInput(path, `a text of 1 to ${maxLength} characters`, value),
  };
}

/** How many of something. */
export function limitPart(
  what: string,
  { limit, maxLimit }: { readonly limit: number; readonly maxLimit: number },
): Part {
  const description = `${what}, from 1 to ${maxLimit}; ${limit}, if left out.`;
  return {
    schema: { type: "integer", description, minimum: 1, maximum: maxLimit },
    optional: true,
    problem: (value, path) =>
      Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= maxLimit
        ? undefined
        : badInput(path, `a whole number from 1 to ${maxLimit}`, value),
  };
}

/** A schema of an object. Models often write null for what they leave out, so that is taken as left out. */
export function objectSchema<T>(parts: Readonly<Record<string, Part>>): ToolSchema<T> {
  const entries = Object.entries(parts);
  const jsonSchema = (): Json =>
    structuredClone({
      type: "object",
      properties: Object.fromEntries(entries.map(([name, part]) => [name, part.schema])),
      required: entries.filter(([, part]) => !part.optional).map(([name]) => name),
      additionalProperties: false,
    });
  const validate = (value: unknown): { value: T } | { issues: Issue[] } => {
    if (!isObject(value)) return { issues: [{ message: badInput("input", "an object", value) }] };
    const known: Json = {};
    for (const [name, part] of entries) {
      const given = Object.hasOwn(value, name) ? value[name] : undefined;
      if (part.optional && (given === undefined || given === null)) continue;
      const message = part.problem(given, name);
      if (message !== undefined) return { issues: [{ message, path: [name] }] };
      known[name] = given;
    }
    const unknown = Object.keys(value).find((name) => !Object.hasOwn(parts, name));
    if (unknown !== undefined)
      return { issues: [{ message: badInput("input", `only ${Object.keys(parts).join(", ")}`, unknown) }] };
    return { value: known as T };
  };
  const standard = {
    version: 1,
    vendor: "varve",
    validate,
    jsonSchema: { input: jsonSchema, output: jsonSchema },
  } as const;
  return { "~standard": standard };
}

/** The first problem that is found. */
export function firstOf<T>(
  values: readonly T[],
  problem: (value: T, index: number) => string | undefined,
): string | undefined {
  for (const [index, value] of values.entries()) {
    const found = problem(value, index);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** An object of JSON. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
