// The cases that every SDK answers alike: test/contract.

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  type AnyColumn,
  type AsOf,
  boolean,
  date,
  embed,
  int,
  json,
  list,
  table,
  text,
  timestamp,
  VarveError,
  vector,
} from "varve";
import { builtin } from "varve/embeddings";
import { expect, test } from "vitest";
import { memoryDatabase } from "./support/database";

interface ColumnSaid {
  readonly type: string;
  readonly item?: ColumnSaid;
  readonly dimensions?: number;
  readonly primaryKey?: boolean;
  readonly nullable?: boolean;
  readonly default?: never;
}

interface Step {
  readonly call: string;
  readonly options?: object;
  readonly asOf?: AsOf;
  readonly answer?: unknown;
  readonly rows?: readonly object[];
  readonly mode?: string;
  readonly anyOrder?: boolean;
  readonly error?: { readonly code: string; readonly message?: string };
  readonly [argument: string]: unknown;
}

interface Case {
  readonly tables: Readonly<
    Record<
      string,
      {
        readonly columns: Readonly<Record<string, ColumnSaid>>;
        readonly derived?: Readonly<
          Record<string, { readonly sources: readonly string[]; readonly template?: string }>
        >;
      }
    >
  >;
  readonly steps: readonly Step[];
}

type Call = (...given: unknown[]) => Promise<unknown>;

const folder = fileURLToPath(new URL("contract/", import.meta.url));
const names = readdirSync(folder).filter((name) => name.endsWith(".json"));

function made({ type, item, dimensions }: ColumnSaid): AnyColumn {
  if (type === "list" && item !== undefined) return list(made(item) as never);
  if (type === "vector") return vector(dimensions ?? 0);
  const makers: Readonly<Record<string, () => AnyColumn>> = { text, int, json, timestamp, date, boolean };
  const make = makers[type];
  if (make === undefined) throw new Error(`no column of type ${type}`);
  return make();
}

function column(said: ColumnSaid): AnyColumn {
  let one = made(said) as ReturnType<typeof int>;
  if (said.primaryKey) one = one.primaryKey() as never;
  if (said.nullable) one = one.nullable() as never;
  if (said.default !== undefined) one = one.default(said.default) as never;
  return one;
}

/** Every call of a table by its name: what a case says is not checked by the compiler. */
function calls(of: object): (name: string) => Call {
  return (name) => (Reflect.get(of, name) as Call).bind(of);
}

/** What a step answers. The rows of an insert or an upsert stand under `rows`, which is its answer for other calls. */
async function asked(t: object, step: Step): Promise<unknown> {
  const own = calls(t);
  const { call, options = {}, asOf } = step;
  const view = asOf === undefined ? own : calls(Reflect.apply(Reflect.get(t, "asOf"), t, [asOf]));
  switch (call) {
    case "insert":
    case "upsert":
      return await own(call)(step.rows, options);
    case "update":
      return await own(call)({ ...options, set: step["set"] });
    case "get":
      return (await view(call)(step["key"], options)) ?? null;
    case "search":
      return await view(call)(step["query"], options);
    case "tag":
      return await own(call)(step["name"], step["at"]);
    case "restore":
      return await own(call)(step["at"], options);
    case "diff":
      return await own(call)(step["from"], step["to"], options);
    default:
      return await view(call)(options);
  }
}

/** A value in the form of the cases. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

/** What is expected where numbers may have been rounded. */
function near(value: unknown): unknown {
  if (typeof value === "number" && !Number.isInteger(value)) return expect.closeTo(value, 5);
  if (Array.isArray(value)) return value.map(near);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, near(part)]));
}

async function check(t: object, step: Step): Promise<void> {
  if (step.error !== undefined) {
    const error = await asked(t, step).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(VarveError);
    expect(error).toMatchObject(step.error);
    return;
  }
  const found = await asked(t, step);
  const isWrite = step.call === "insert" || step.call === "upsert";
  if (step.answer !== undefined && (typeof step.answer !== "object" || step.answer === null)) {
    expect(plain(found)).toEqual(step.answer);
  } else if (step.answer !== undefined || isWrite) {
    expect(plain(found)).toMatchObject(near(step.answer ?? {}) as object);
  } else {
    const rows = plain(found) as { id: string }[];
    if (step.anyOrder) rows.sort((a, b) => (a.id < b.id ? -1 : 1));
    expect(rows).toMatchObject(near(step.rows) as object[]);
    expect(rows).toHaveLength(step.rows?.length ?? 0);
  }
}

test.each(names)("%s is answered as in every SDK", async (name) => {
  const { tables, steps } = JSON.parse(readFileSync(`${folder}${name}`, "utf8")) as Case;
  const db = await memoryDatabase();
  const [[table_, said] = []] = Object.entries(tables);
  if (table_ === undefined || said === undefined) throw new Error("a case without a table");
  const columns = Object.fromEntries(
    Object.entries(said.columns).map(([key, value]) => [key, column(value)]),
  );
  const definition = table(table_, columns, (c) =>
    Object.fromEntries(
      Object.entries(said.derived ?? {}).map(([key, { sources, template }]) => {
        const of = sources.map((source) => ({ name: source }) as (typeof c)[string]);
        return [key, embed(builtin(), of as never, template === undefined ? {} : { template })];
      }),
    ),
  );
  const t = await db.table(definition);
  for (const [number, step] of steps.entries()) {
    await check(t, step).catch((problem: unknown) => {
      throw new Error(`step ${number}: ${JSON.stringify(step)}\n${String(problem)}`, { cause: problem });
    });
  }
});
