// What is made once for a schema and used by all reads of it: how columns are read, and the columns of filters.

import { describeValue } from "../../describe-value";
import { badArgument } from "../call/errors";
import { type PlainRow, Projection } from "../native/decode";
import { filterColumns } from "../query/builder";
import type { FilterJson } from "../query/check-filter";
import { calledNow, toFilterJson } from "../query/where";
import type { Field, TableSchema } from "../schema/table-schema";

/** Makes an answer from the parts of a page. */
export type Decode<T> = (numbers: Float64Array, text: string, blob?: Uint8Array) => T;

/** Some columns, and what is the same in all reads of them. */
export interface Plan {
  readonly projection: Projection;
  /** A request for one row, up to the key. */
  readonly getPrefix: string;
  readonly rows: Decode<PlainRow[]>;
  readonly first: Decode<PlainRow | undefined>;
}

const ROW_ID: Pick<Field, "id" | "name" | "type"> = {
  id: 0,
  name: "_rowid",
  type: { kind: "int", bigint: false },
};
const PLANS_MAX = 256;
/** Several times as many as a table can have columns. */
const NAMES_MAX = 4096;

/** The plans for a schema, each made when it is needed first. */
export class Plans {
  readonly schema: TableSchema;
  readonly #bySelect = new Map<string, Plan>();
  #everything: Plan | undefined;
  #columns: object | undefined;

  constructor(schema: TableSchema) {
    this.schema = schema;
  }

  /** The plan for some columns; for all but the vectors where none are named. */
  of(select: readonly string[] | undefined): Plan {
    if (select === undefined) {
      this.#everything ??= this.#make(this.schema.plainNames());
      return this.#everything;
    }
    checkNames(select);
    const key = JSON.stringify(select);
    const known = this.#bySelect.get(key);
    if (known !== undefined) return known;
    const plan = this.#make([...new Set(select)]);
    if (this.#bySelect.size >= PLANS_MAX) this.#bySelect.clear();
    this.#bySelect.set(key, plan);
    return plan;
  }

  /** A filter for the native module. */
  filter(where: unknown): FilterJson | undefined {
    return toFilterJson(where, this.schema, () => this.columns());
  }

  /** A filter that is a function, called; as it is where it cannot be called with the columns of this version. */
  called(where: unknown): unknown {
    return calledNow(where, () => this.columns());
  }

  /** The `c` of `where: (c) => ...`. */
  columns(): object {
    this.#columns ??= filterColumns(this.schema);
    return this.#columns;
  }

  #make(names: readonly string[]): Plan {
    const projection = new Projection(
      names.map((name) => (name === ROW_ID.name ? ROW_ID : this.schema.field(name))),
    );
    return {
      projection,
      getPrefix: `{"kind":"get",${projection.json},"key":`,
      rows: (numbers, text, blob) => projection.rows(numbers, text, blob),
      first: (numbers, text, blob) => projection.rows(numbers, text, blob)[0],
    };
  }
}

function checkNames(select: unknown): asserts select is readonly string[] {
  if (!Array.isArray(select)) throw badArgument("select", "an array of column names", describeValue(select));
  if (select.length > NAMES_MAX)
    throw badArgument("select", `at most ${NAMES_MAX} names`, describeValue(select));
  const odd: unknown = select.find((name) => typeof name !== "string");
  if (odd !== undefined || select.includes(undefined))
    throw badArgument("select", "an array of column names", `one with ${describeValue(odd)}`);
}
