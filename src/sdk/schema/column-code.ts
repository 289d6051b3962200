// Columns as the code that declares them, for hints that can be pasted.

import { isBytes, isDate } from "../../realm";
import type { AnyColumn, ColumnSpec } from "./column";
import type { ColumnType, ItemType, VectorType } from "./column-type";
import type { AnyDerived } from "./derived";
import { searchAt, searchOption, type TextSearchJson } from "./text-search";

/** A call that changes columns, as it is written. */
export function callCode(method: string, ...args: readonly string[]): string {
  return `${method}(${args.join(", ")})`;
}

/** A column as its declaration. */
export function columnCode({ spec }: AnyColumn): string {
  return `${typeCode(spec.type, spec.search)}${spec.nullable ? ".nullable()" : ""}${indexCode(spec)}${defaultCode(spec)}`;
}

/** A derived column as the function that declares it. Functions other than the built-in one are called `fn`. */
export function derivedCode({
  function: fn,
  sources,
  template,
  longText,
  metric,
  element,
}: AnyDerived): string {
  const refs = sources.map((source) => `c${memberCode(source)}`);
  const from = refs.length === 1 ? refs.join() : `[${refs.join(", ")}]`;
  const options = optionsCode({
    template,
    longText,
    metric: metric === "cosine" ? undefined : metric,
    element: element === "f32" ? undefined : element,
  });
  return `(c) => ${callCode("embed", functionCode(fn), from, ...options)}`;
}

/** An embedding function as its declaration. */
export function functionCode({ name }: AnyDerived["function"]): string {
  return name === "builtin" ? "builtin()" : "fn";
}

function typeCode(type: ColumnType, search?: TextSearchJson, path: readonly string[] = []): string {
  switch (type.kind) {
    case "text": {
      const said = searchAt(search, path);
      return callCode("text", ...optionsCode({ search: said && searchOption(said) }));
    }
    case "enum":
      return callCode("text", `{ enum: ${valueCode(type.values)} }`);
    case "int":
      return callCode("int", ...optionsCode({ bigint: type.bigint || undefined }));
    case "float":
      return callCode("float", ...optionsCode({ bits: type.bits === 64 ? undefined : type.bits }));
    case "vector":
      return vectorCode(type);
    case "list":
      return callCode("list", itemCode(type.item, search, path));
    case "struct":
      return callCode(
        "struct",
        `{ ${type.fields.map((part) => `${keyCode(part.name)}: ${itemCode(part, search, [...path, part.name])}`).join(", ")} }`,
      );
    default:
      return callCode(type.kind);
  }
}

function itemCode(
  { type, nullable }: ItemType,
  search: TextSearchJson | undefined,
  path: readonly string[],
): string {
  return `${typeCode(type, search, path)}${nullable ? ".nullable()" : ""}`;
}

function vectorCode({ dimensions, element, metric }: VectorType): string {
  const options = optionsCode({
    metric: metric === "cosine" ? undefined : metric,
    element: element === "f32" ? undefined : element,
  });
  return callCode("vector", String(dimensions), ...options);
}

function indexCode({ indexed }: ColumnSpec): string {
  if (indexed === undefined) return "";
  return indexed ? ".indexed()" : ".indexed(false)";
}

function defaultCode({ default: fill }: ColumnSpec): string {
  return fill === undefined || "make" in fill ? "" : `.default(${valueCode(fill.value)})`;
}

function valueCode(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (isDate(value)) return `new Date(${JSON.stringify(value.toISOString())})`;
  if (isBytes(value)) return `Uint8Array.of(${[...value].join(", ")})`;
  if (Array.isArray(value)) return `[${value.map(valueCode).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([key, part]) => `${keyCode(key)}: ${valueCode(part)}`)
    .join(", ")} }`;
}

/** The options that are not undefined, as one argument or none. */
function optionsCode(options: Readonly<Record<string, unknown>>): string[] {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return given.length === 0 ? [] : [valueCode(Object.fromEntries(given))];
}

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

function keyCode(name: string): string {
  return IDENTIFIER.test(name) ? name : JSON.stringify(name);
}

function memberCode(name: string): string {
  return IDENTIFIER.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`;
}
