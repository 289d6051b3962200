// The columns of a table as values that are computed with, in `update({ set: (c) => ... })`. They make an expression, as data; the engine
// evaluates it for each row when the update is committed.

import { describeValue } from "../../describe-value";
import { badArgument } from "../call/errors";
import { columnNotFound } from "../schema/schema-errors";
import type { TableSchema } from "../schema/table-schema";

/** An expression for the native module. */
export type ExpressionJson =
  | { readonly column: string; readonly field: number }
  | { readonly value: string | number | { readonly $int: string } }
  | { readonly op: Operation; readonly args: readonly ExpressionJson[] };

type Operation = "plus" | "minus" | "times" | "dividedBy" | "concat";

/** A value that is computed from the columns of a row. */
export class ComputedValue {
  readonly #json: ExpressionJson;

  constructor(json: ExpressionJson) {
    this.#json = json;
  }

  /** The expression of a computed value; undefined for anything else, of which nothing is read. */
  static jsonOf(value: unknown): ExpressionJson | undefined {
    return typeof value === "object" && value !== null && #json in value ? value.#json : undefined;
  }

  plus(other: unknown): ComputedValue {
    return this.#with("plus", [number("plus", other)]);
  }

  minus(other: unknown): ComputedValue {
    return this.#with("minus", [number("minus", other)]);
  }

  times(other: unknown): ComputedValue {
    return this.#with("times", [number("times", other)]);
  }

  dividedBy(other: unknown): ComputedValue {
    return this.#with("dividedBy", [number("dividedBy", other)]);
  }

  concat(...others: readonly unknown[]): ComputedValue {
    return this.#with("concat", others.map(text));
  }

  #with(op: Operation, args: readonly ExpressionJson[]): ComputedValue {
    return new ComputedValue({ op, args: [this.#json, ...args] });
  }
}

function number(operation: string, value: unknown): ExpressionJson {
  const computed = ComputedValue.jsonOf(value);
  if (computed !== undefined) return computed;
  if (typeof value === "bigint") return { value: { $int: String(value) } };
  if (typeof value === "number" && Number.isFinite(value)) return { value };
  throw badArgument(operation, "a number or a column", describeValue(value));
}

function text(value: unknown): ExpressionJson {
  const computed = ComputedValue.jsonOf(value);
  if (computed !== undefined) return computed;
  if (typeof value === "string") return { value };
  throw badArgument("concat", "texts and columns", describeValue(value));
}

/** The `c` of `set: (c) => ...`; a name that is no column throws COLUMN_NOT_FOUND. */
export function computedColumns(schema: TableSchema): object {
  return new Proxy(Object.freeze(Object.create(null)), {
    get(_target, name): ComputedValue | undefined {
      if (typeof name === "symbol") return undefined;
      const field = schema.get(name);
      if (field === undefined) throw columnNotFound(schema.table, name, schema.names());
      return new ComputedValue({ column: name, field: field.id });
    },
  });
}
