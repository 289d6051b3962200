// What a declared table and the table on disk differ in, and which changes bring the table to the declaration. Nothing is guessed: a
// column that is called otherwise is another column unless the declaration says what it was called before.

import { callCode, columnCode, derivedCode, functionCode } from "./column-code";
import { describeType, fromDataType, sameType } from "./column-type";
import { type AnyDerived, withSource } from "./derived";
import { sameEmbed } from "./same-embed";
import { type AnyTable, columnJson, derivedJson } from "./table-definition";
import { type FieldJson, ownEntry, type SchemaJson } from "./table-schema";
import { agreesInSearch, describeSearch } from "./text-search";
import { widens } from "./widening";

/** A change of the columns, as the native module is told it. */
export type AlterStep =
  | { readonly rename: { readonly from: string; readonly to: string } }
  | { readonly drop: string }
  | { readonly alter: FieldJson }
  | { readonly add: FieldJson };

/** A change that brings a table nearer to its declaration. */
export type SchemaStep = {
  /** The column, by the name that it has afterwards. */
  readonly column: string;
  /** The call of a table that makes it. */
  readonly call: string;
  /** What is different, in words. */
  readonly what: string;
} & (
  | { readonly kind: "renameColumn" | "dropColumn" | "alterColumn" | "addColumn"; readonly alter: AlterStep }
  | { readonly kind: "addEmbedding" | "reembed"; readonly derived: AnyDerived }
);

/** A difference that no step does away with. */
export interface Obstacle {
  readonly column?: string;
  readonly what: string;
  readonly advice: string;
}

/** What two schemas differ in. */
export interface Comparison {
  /** The steps, in the order in which they can be made. */
  readonly steps: readonly SchemaStep[];
  readonly obstacles: readonly Obstacle[];
}

/** Compares a declaration with what is stored; `drop` names columns that the table shall lose. */
export function compareSchema(
  definition: AnyTable,
  stored: SchemaJson,
  drop: readonly string[] = [],
): Comparison {
  return new Comparing(definition, stored, drop).run();
}

class Comparing {
  readonly #definition: AnyTable;
  readonly #drop: ReadonlySet<string>;
  #fields: readonly FieldJson[];
  #key: string | null;
  readonly #steps: SchemaStep[] = [];
  readonly #embeddings: SchemaStep[] = [];
  readonly #obstacles: Obstacle[] = [];

  constructor(definition: AnyTable, stored: SchemaJson, drop: readonly string[]) {
    this.#definition = definition;
    this.#fields = stored.fields;
    this.#key = stored.primaryKey ?? null;
    this.#drop = new Set(drop);
  }

  run(): Comparison {
    const { columns, derived } = this.#definition;
    for (const [name, { spec }] of Object.entries(columns)) this.#rename(name, spec.renamedFrom);
    for (const [name, { renamedFrom }] of Object.entries(derived)) this.#rename(name, renamedFrom);
    this.#compareKeys();
    this.#dropColumns();
    for (const name of Object.keys(columns)) this.#column(name);
    for (const [name, column] of Object.entries(derived)) this.#derived(name, column);
    for (const field of this.#fields) this.#undeclared(field);
    return { steps: [...this.#steps, ...this.#embeddings], obstacles: this.#obstacles };
  }

  #stored(name: string): FieldJson | undefined {
    return this.#fields.find((field) => field.name === name);
  }

  #rename(name: string, from: string | undefined): void {
    if (from === undefined || this.#stored(name) !== undefined || this.#stored(from) === undefined) return;
    const called = (one: string): string => (one === from ? name : one);
    this.#fields = this.#fields.map((field) => {
      const embed = field.embed && withSource(field.embed, from, name);
      return { ...field, name: called(field.name), ...(embed === undefined ? {} : { embed }) };
    });
    this.#key = this.#key === null ? null : called(this.#key);
    this.#steps.push({
      kind: "renameColumn",
      column: name,
      call: callCode("renameColumn", JSON.stringify(from), JSON.stringify(name)),
      what: `The column ${JSON.stringify(name)} of the declaration is called ${JSON.stringify(from)} in ${this.#table()}.`,
      alter: { rename: { from, to: name } },
    });
  }

  #compareKeys(): void {
    const { primaryKey } = this.#definition;
    if (primaryKey === this.#key) return;
    const say = (key: string | null): string =>
      key === null ? "no primary key" : `the primary key ${JSON.stringify(key)}`;
    this.#obstacles.push({
      what: `The table ${JSON.stringify(this.#definition.name)} is declared with ${say(primaryKey)}; on disk it has ${say(this.#key)}.`,
      advice: "A primary key stays what it is: change the declaration, or write to a new table.",
    });
  }

  #dropColumns(): void {
    // What is computed from others goes before them.
    const dropped = this.#fields.filter((field) => this.#drop.has(field.name) && !this.#declares(field.name));
    for (const { name } of dropped.toSorted((a, b) => Number(!a.embed) - Number(!b.embed))) {
      const what = `The table ${this.#table()} has the column ${JSON.stringify(name)}, which is to go.`;
      const computed = this.#fields.find(
        (field) => this.#keeps(field) && field.embed?.sources.includes(name),
      );
      if (computed === undefined) this.#dropColumn(name, what);
      else this.#obstacles.push({ column: name, what, advice: this.#keptFrom(name, computed.name) });
    }
  }

  /** Whether nobody says of a column that it is to change or to go. */
  #keeps({ name }: FieldJson): boolean {
    return !this.#declares(name) && !this.#drop.has(name);
  }

  #keptFrom(source: string, computed: string): string {
    const [kept, gone] = [computed, source].map((name) => JSON.stringify(name));
    return `The column ${kept} is computed from ${gone}, and the declaration lacks it. If it is to go too, name it: db.migrate(declaration, { allowDrop: [${gone}, ${kept}] }).`;
  }

  #dropColumn(name: string, what: string): void {
    this.#fields = this.#fields.filter((field) => field.name !== name);
    this.#steps.push({
      kind: "dropColumn",
      column: name,
      call: callCode("dropColumn", JSON.stringify(name)),
      what,
      alter: { drop: name },
    });
  }

  #column(name: string): void {
    const column = ownEntry(this.#definition.columns, name);
    if (column === undefined) return;
    const wanted = columnJson(name, column);
    const found = this.#stored(name);
    if (found === undefined) this.#addColumn(wanted, columnCode(column));
    else if (found.embed !== undefined || !sameColumn(wanted, found) || !sameIndexes(wanted, found)) {
      this.#alterColumn(wanted, found, columnCode(column));
    }
  }

  #addColumn(wanted: FieldJson, code: string): void {
    const { name } = wanted;
    const what = `${this.#lacks(name)} the declaration says ${describeField(wanted)}.`;
    if (!wanted.nullable && wanted.default === undefined) {
      const advice = `The rows that exist need a value for ${JSON.stringify(name)}: declare it as ${code}.nullable() or with a constant .default(value); if it had another name before, say so with .renamedFrom(name).`;
      this.#obstacles.push({ column: name, what, advice });
      return;
    }
    const call = callCode("addColumn", JSON.stringify(name), code);
    this.#steps.push({ kind: "addColumn", column: name, call, what, alter: { add: wanted } });
  }

  #alterColumn(wanted: FieldJson, found: FieldJson, code: string): void {
    const { name } = wanted;
    const what = this.#differs(wanted, found);
    const [from, to] = [fromDataType(found.type), fromDataType(wanted.type)];
    if (found.nullable && !wanted.nullable) {
      const advice = `Declare ${JSON.stringify(name)} as nullable: rows may have no value in it, in this version or an earlier one.`;
      this.#obstacles.push({ column: name, what, advice });
    } else if (widens(from, to)) {
      const call = callCode("alterColumn", JSON.stringify(name), code);
      const { default: _, ...altered } = wanted;
      this.#steps.push({ kind: "alterColumn", column: name, call, what, alter: { alter: altered } });
    } else {
      const advice = `Change the declaration of ${JSON.stringify(name)}, or add a column of another name: ${describeType(to)} does not take every value of ${describeType(from)}.`;
      this.#obstacles.push({ column: name, what, advice });
    }
  }

  #derived(name: string, derived: AnyDerived): void {
    const wanted = derivedJson(name, derived);
    const found = this.#stored(name);
    if (found === undefined) {
      const what = `${this.#lacks(name)} the declaration says ${describeField(wanted)}.`;
      this.#embed(name, derived, what);
    } else if (found.embed === undefined) this.#vouch(wanted, found, derived);
    else if (sameColumn(wanted, found) && sameEmbed(wanted.embed, found.embed)) return;
    else if (onlyFunctionDiffers(wanted, found)) {
      const what = `The column ${JSON.stringify(name)} of ${this.#table()} is declared with the embedding function ${describeFunction(wanted)}; its vectors were made by ${describeFunction(found)}.`;
      const call = callCode("reembed", JSON.stringify(name), functionCode(derived.function));
      this.#embeddings.push({ kind: "reembed", column: name, call, what, derived });
    } else {
      this.#dropColumn(name, this.#differs(wanted, found));
      this.#embed(name, derived, "");
    }
  }

  #embed(column: string, derived: AnyDerived, what: string): void {
    const call = callCode("addColumn", JSON.stringify(column), derivedCode(derived));
    this.#embeddings.push({ kind: "addEmbedding", column, call, what, derived });
  }

  /** Only who wrote the vectors knows where they come from. */
  #vouch(wanted: FieldJson, found: FieldJson, derived: AnyDerived): void {
    const column = wanted.name;
    const what = this.#differs(wanted, found);
    if (!sameType(fromDataType(wanted.type), fromDataType(found.type))) {
      const advice = `Give the embedded column another name, or declare ${JSON.stringify(column)} as it is on disk.`;
      this.#obstacles.push({ column, what, advice });
      return;
    }
    const call = callCode("alterColumn", JSON.stringify(column), derivedCode(derived), "{ vouch: true }");
    const advice = `If its vectors were made by this function from these columns, say so: (await db.openTable(${this.#table()})).${call}.`;
    this.#obstacles.push({ column, what, advice });
  }

  #undeclared(field: FieldJson): void {
    if (!this.#keeps(field) || mayBeLeftOut(field)) return;
    const name = JSON.stringify(field.name);
    this.#obstacles.push({
      column: field.name,
      what: `The table ${this.#table()} on disk has the column ${name} (${describeField(field)}), which the declaration lacks.`,
      advice: `Declare ${name}: only nullable columns, those with a default and derived ones may be left out. If it has another name now, say so there with .renamedFrom(${name}); if it shall go, db.migrate(declaration, { allowDrop: [${name}] }).`,
    });
  }

  #declares(name: string): boolean {
    return Object.hasOwn(this.#definition.columns, name) || Object.hasOwn(this.#definition.derived, name);
  }

  #table(): string {
    return JSON.stringify(this.#definition.name);
  }

  #lacks(column: string): string {
    return `The table ${this.#table()} on disk has no column ${JSON.stringify(column)};`;
  }

  #differs(wanted: FieldJson, found: FieldJson): string {
    return `The column ${JSON.stringify(wanted.name)} of ${this.#table()} is declared as ${describeField(wanted)}; on disk it is ${describeField(found)}.`;
  }
}

/** Whether rows can be written that say nothing of a column. */
function mayBeLeftOut({ nullable, embed, default: constant }: FieldJson): boolean {
  return nullable || embed !== undefined || (constant !== undefined && constant !== null);
}

/** Whether a declaration says what is stored of words and values. One that says nothing takes what there is. */
function sameIndexes(wanted: FieldJson, found: FieldJson): boolean {
  const isIndexed = found.indexed ?? false;
  return (
    (wanted.indexed ?? isIndexed) === isIndexed &&
    agreesInSearch(fromDataType(wanted.type), wanted.text, found.text)
  );
}

function sameColumn(a: FieldJson, b: FieldJson): boolean {
  return sameType(fromDataType(a.type), fromDataType(b.type)) && a.nullable === b.nullable;
}

/** Whether two columns that differ are the same but for what embeds them; the number of dimensions follows from that. */
function onlyFunctionDiffers(a: FieldJson, b: FieldJson): boolean {
  if (a.embed === undefined || b.embed === undefined || a.type.kind !== "vector" || b.type.kind !== "vector")
    return false;
  const other = { ...b.embed, function: a.embed.function };
  const type = { ...b.type, dimensions: a.type.dimensions };
  return sameEmbed(a.embed, other) && sameColumn(a, { ...b, type });
}

function describeField(field: FieldJson): string {
  const type = describeType(fromDataType(field.type));
  if (field.embed === undefined)
    return `${type}${field.nullable ? ", nullable" : ""}${describeSearch(field.text)}${describeIndex(field)}`;
  const { sources, template } = field.embed;
  const how = template === undefined ? "" : ` by the template ${JSON.stringify(template)}`;
  return `${type}, embedded from ${sources.join(", ")}${how} with ${describeFunction(field)}`;
}

function describeIndex({ indexed }: FieldJson): string {
  if (indexed === undefined) return "";
  return indexed ? ", indexed by its values" : ", not indexed by its values";
}

function describeFunction({ embed }: FieldJson): string {
  if (embed === undefined) return "none";
  const { name, config, revision } = embed.function;
  const edition = revision === undefined ? "" : `, revision ${revision}`;
  return `${name} ${JSON.stringify(config)}${edition}`;
}
