import type { Names } from "../../own-options";
import { type AnyColumn, Column, type ColumnFlag, type ColumnMap } from "./column";
import type { DerivedMap, SourceRefs } from "./derived";
import { columnOfProperty, isObject, type JsonSchema } from "./json-schema";
import { makerOptions } from "./maker-options";
import {
  keyNotFound,
  noJsonSchema,
  notAnObjectSchema,
  notAStandardSchema,
  strayOverride,
} from "./schema-errors";
import type { RowCheck, SchemaInput, SchemaOutput, StandardSchema } from "./standard-schema";
import { derivedOf, type NoEntries, TableDefinition } from "./table-definition";
import { ownEntry } from "./table-schema";

/** What `tableFrom` takes beside the schema. */
export interface TableFromOptions<K extends string, O extends ColumnMap> {
  /** The property that is the key. */
  readonly primaryKey?: K | undefined;
  /**
   * How properties are stored for which JSON Schema has no words, or not the right ones: `{ at: timestamp() }` for a `Date` or
   * an ISO text, `{ size: int({ bigint: true }) }`, `{ vec: vector(64) }`.
   */
  readonly columns?: O | undefined;
}

const OPTIONS: Names<TableFromOptions<string, ColumnMap>> = { primaryKey: true, columns: true };

type Scalar = string | number | boolean;

type PlainColumn<T, F extends ColumnFlag> = [unknown] extends [T]
  ? Column<"json", T, T, F>
  : [T] extends [string]
    ? Column<"text", T, T, F>
    : [T] extends [number]
      ? Column<"int" | "float", T, T, F>
      : [T] extends [boolean]
        ? Column<"boolean", T, T, F>
        : [T] extends [readonly (infer U)[]]
          ? [U] extends [Scalar]
            ? Column<"list", U[], readonly U[], F, Column<"text", U>>
            : Column<"json", T, T, F>
          : Column<"json", T, T, F>;

type IsNullable<O, K extends keyof O> = [unknown] extends [O[K]]
  ? false
  : [Extract<O[K], null | undefined>] extends [never]
    ? false
    : true;

type FlagOf<O, K extends keyof O, P> =
  | (IsNullable<O, K> extends true ? "nullable" : never)
  | (K extends P ? "key" : never);

/** The columns of a table that comes from another library's schema. */
export type ColumnsFrom<O, P extends string, Over extends ColumnMap> = {
  readonly [K in keyof O & string]-?: K extends keyof Over
    ? Over[K]
    : PlainColumn<NonNullable<O[K]>, FlagOf<O, K, P>>;
};

/**
 * Declares a table from a schema of another library: any Standard Schema that also gives a JSON Schema, such as one of Zod 4.
 * Every row is checked by the schema before it is written, and what the schema returns is what is stored.
 *
 * Texts, numbers, booleans, ISO dates and lists of them become columns of those types; everything else becomes a JSON column.
 * Optional properties read as `null`. A key that the schema does not know is an error unless the schema lets any key pass.
 * What `update` sets is held to the types of the columns; the schema itself does not see it.
 *
 * @example
 * ```ts
 * const Ticket = z.object({ id: z.uuid(), subject: z.string(), priority: z.enum(["low", "high"]).default("low") });
 * const tickets = tableFrom("tickets", Ticket, { primaryKey: "id" }, (c) => ({ vec: embed(builtin(), c.subject) }));
 * ```
 */
export function tableFrom<
  const S extends StandardSchema,
  const K extends keyof SchemaOutput<S> & string = never,
  const O extends ColumnMap = NoEntries,
  const E extends DerivedMap = NoEntries,
>(
  name: string,
  schema: S,
  given?: TableFromOptions<K, O>,
  derived?: (columns: SourceRefs<ColumnsFrom<SchemaOutput<S>, K, O>>) => E,
): TableDefinition<ColumnsFrom<SchemaOutput<S>, K, O>, E, SchemaInput<S>> {
  const options = makerOptions("tableFrom", given, OPTIONS) as TableFromOptions<K, O>;
  type C = ColumnsFrom<SchemaOutput<S>, K, O>;
  const standard = standardOf(schema);
  if (typeof standard?.validate !== "function" || typeof standard.jsonSchema?.output !== "function") {
    throw notAStandardSchema(name);
  }
  const columns = columnsOf(name, standard as Standard, options.columns ?? {}, options.primaryKey);
  const check = checkOf(standard as Standard, columns);
  return new TableDefinition(name, columns as C, derivedOf(name, columns as C, derived), check);
}

type Standard = StandardSchema["~standard"];

function standardOf(schema: unknown): Partial<Standard> | undefined {
  const isSchema = (typeof schema === "object" && schema !== null) || typeof schema === "function";
  return isSchema ? (Reflect.get(schema, "~standard") as Partial<Standard>) : undefined;
}

const TARGET = "draft-2020-12";

function columnsOf(
  table: string,
  standard: Standard,
  overrides: ColumnMap,
  key: string | undefined,
): ColumnMap {
  const { schema, complete } = describe(standard);
  const { properties, required } = schema;
  if (!isObject(properties)) throw notAnObjectSchema(table, standard.vendor);
  const stray = Object.keys(overrides).find((name) => !Object.hasOwn(properties, name));
  if (stray !== undefined) throw strayOverride(table, stray);
  if (key !== undefined && !Object.hasOwn(properties, key))
    throw keyNotFound(table, key, Object.keys(properties));
  const columns: [string, AnyColumn][] = Object.entries(properties).map(([name, property]) => {
    const override = ownEntry(overrides, name);
    if (override !== undefined) return [name, name === key ? asKey(override) : override];
    const found = columnOfProperty(property, schema);
    if (found.vague && !complete) throw noJsonSchema(table, name);
    const optional = !(Array.isArray(required) && required.includes(name));
    const column: AnyColumn = new Column({
      type: found.type,
      nullable: found.nullable || optional,
      key: false,
    });
    return [name, name === key ? asKey(column) : column];
  });
  return Object.fromEntries(columns);
}

function asKey(column: AnyColumn): AnyColumn {
  return (column as Column<"text", unknown>).primaryKey();
}

/** The JSON Schema of what is stored; incomplete where the library had to leave out what JSON Schema cannot express. */
function describe(standard: Standard): { schema: JsonSchema; complete: boolean } {
  try {
    return { schema: standard.jsonSchema.output({ target: TARGET }), complete: true };
  } catch {
    const lenient = { target: TARGET, libraryOptions: { unrepresentable: "any" } };
    return { schema: standard.jsonSchema.output(lenient), complete: false };
  }
}

function checkOf(standard: Standard, columns: ColumnMap): RowCheck {
  const instants = Object.keys(columns).filter((name) => columns[name]?.spec.type.kind === "timestamp");
  return Object.freeze({ keys: inputKeys(standard), instants, validate: standard.validate });
}

function inputKeys(standard: Standard): ReadonlySet<string> | undefined {
  const schema = standard.jsonSchema.input({ target: TARGET, libraryOptions: { unrepresentable: "any" } });
  const { properties, additionalProperties } = schema;
  if (!isObject(properties)) return undefined;
  return additionalProperties === undefined || additionalProperties === false
    ? new Set(Object.keys(properties))
    : undefined;
}
