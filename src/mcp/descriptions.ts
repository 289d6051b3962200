// What whoever serves a database says of it to models, in place of or beside what Varve says.

import { VarveError } from "varve";
import { isPlainObject } from "../realm";
import { readTools, writeTools } from "./tools/index";

/** Descriptions of one's own. */
export interface Descriptions {
  readonly instructions: string | undefined;
  readonly tools: ReadonlyMap<string, string>;
  readonly tables: ReadonlyMap<string, string>;
}

/** Nothing of one's own. */
export const noDescriptions: Descriptions = { instructions: undefined, tools: new Map(), tables: new Map() };

const FORM =
  '{ "instructions": "...", "tools": { "search": "..." }, "tables": { "docs": "the handbook of the company" } }';

/** Reads descriptions from JSON; throws INVALID_ARGUMENT, naming the file. */
export function readDescriptions(json: string, file: string): Descriptions {
  const given = parsed(json, file);
  const { instructions, tools, tables, ...others } = given;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw bad(file, `there is no ${JSON.stringify(unknown)}`);
  if (instructions !== undefined && typeof instructions !== "string")
    throw bad(file, "instructions is not a text");
  const named = textsOf(file, "tools", tools);
  const known = [...readTools, ...writeTools].map(({ name }) => name);
  const stray = [...named.keys()].find((name) => !known.includes(name));
  if (stray !== undefined)
    throw bad(file, `there is no tool ${JSON.stringify(stray)} among ${known.join(", ")}`);
  return { instructions, tools: named, tables: textsOf(file, "tables", tables) };
}

function parsed(json: string, file: string): Readonly<Record<string, unknown>> {
  const value = jsonOf(json);
  if (isPlainObject(value)) return value;
  throw bad(file, "it is not an object of JSON");
}

function jsonOf(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function textsOf(file: string, name: string, given: unknown): Map<string, string> {
  if (given === undefined) return new Map();
  if (!isPlainObject(given)) throw bad(file, `${name} is not an object`);
  return new Map(
    Object.entries(given).map(([key, text]) => {
      if (typeof text === "string" && text.trim() !== "") return [key, text];
      throw bad(file, `${name}.${key} is not a text`);
    }),
  );
}

function bad(file: string, why: string): VarveError {
  return new VarveError("INVALID_ARGUMENT", `The descriptions in ${file} cannot be used: ${why}.`, {
    hint: `Write: ${FORM}`,
  });
}
