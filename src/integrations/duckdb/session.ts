// Statements on a connection of DuckDB. DuckDB asks for a relation when it binds a statement, and cannot wait for it. So a statement that asks for one
// that is not there is refused, what it asked for is read, and it is prepared again. What DuckDB then says of its plan tells which columns to read.

import type {
  DuckDBConnection,
  DuckDBDataChunk,
  DuckDBPreparedStatement,
  DuckDBResultReader,
  DuckDBTableFunctionBindInfo,
  DuckDBTableFunctionInfo,
  DuckDBTableFunctionInitInfo,
  DuckDBType,
  DuckDBValue,
} from "@duckdb/node-api";
import { type AsOf, type Database, VarveError } from "varve";
import { messageOf } from "../../realm";
import { duckdbClosed, duckdbFailed } from "./duckdb-errors";
import type { Duckdb } from "./duckdb-module";
import { projectedColumns } from "./plan";
import type { Budget, Part, Relation } from "./relation";
import { type Call, callOf, FUNCTIONS, parametersOf, RELATION, type Source } from "./table-functions";

/** A statement with what it reads. */
export interface Statement {
  readonly text: string;
  readonly values: readonly DuckDBValue[];
  readonly types: readonly DuckDBType[];
  /** The relations that are known, by what asks for them. */
  readonly relations: Map<string, Relation>;
  readonly source: Source;
  /** Whether only columns are asked for, as where a view is made. */
  readonly columnsOnly?: boolean;
}

const NONE: ReadonlySet<string> = new Set();

/** How many calls one statement may make. */
const CALLS_MAX = 100;

interface Running {
  readonly statement: Statement;
  /** What was asked for and is not there. */
  readonly missing: Map<string, Call>;
  /** What the statement reads. */
  readonly bound: Map<string, Set<Relation>>;
  isPrepared: boolean;
  failure: unknown;
}

interface Cursor {
  readonly relation: Relation;
  readonly columns: readonly number[];
  part: number;
  row: number;
}

/** A connection, on which one statement runs at a time. */
export class Session {
  readonly connection: DuckDBConnection;
  readonly #duckdb: Duckdb;
  #running: Running | undefined;
  #line: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(connection: DuckDBConnection, duckdb: Duckdb) {
    this.connection = connection;
    this.#duckdb = duckdb;
    this.#register();
  }

  /** Where a statement reads. */
  source(db: Database, budget: Budget, asOf: AsOf | undefined): Source {
    return { db, duckdb: this.#duckdb, budget, asOf, versions: new Map(), newest: new Map() };
  }

  /** Runs a statement after those before it. */
  run(statement: Statement): Promise<DuckDBResultReader> {
    return this.alone(() => this.execute(statement));
  }

  /** Runs something while no statement runs. */
  async alone<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#line;
    const done = before.then(work, work);
    this.#line = done.catch(() => undefined);
    return await done;
  }

  /** Runs a statement; only inside of `alone`. */
  async execute(statement: Statement): Promise<DuckDBResultReader> {
    if (this.#closed) throw duckdbClosed();
    const running: Running = {
      statement,
      missing: new Map(),
      bound: new Map(),
      isPrepared: false,
      failure: undefined,
    };
    this.#running = running;
    try {
      const prepared = await this.#again(running, () => this.connection.prepare(statement.text));
      running.isPrepared = true;
      await this.#load(running);
      return await this.#again(running, () => runPrepared(prepared, statement));
    } catch (error) {
      throw running.failure ?? (VarveError.is(error) ? error : duckdbFailed(error));
    } finally {
      this.#running = undefined;
    }
  }

  /** Ends it, once the statements before are done. */
  async end(): Promise<void> {
    this.#closed = true;
    await this.#line;
  }

  /** Does something with DuckDB until it asks for nothing that is not there. */
  async #again<T>(running: Running, work: () => Promise<T>): Promise<T> {
    for (let round = 0; ; round++) {
      try {
        return await work();
      } catch (error) {
        if (running.failure !== undefined || round >= CALLS_MAX) throw error;
        if (!(await supply(running))) throw error;
      }
    }
  }

  /** Reads the rows of what the statement reads, as far as it needs them. */
  async #load({ statement, bound }: Running): Promise<void> {
    const lazy = [...bound].flatMap(([name, all]) => [...all].map((one) => [name, one] as const));
    const waiting = lazy.filter(([, relation]) => relation.parts === undefined);
    if (waiting.length === 0 || statement.columnsOnly === true) return;
    const projected = await projectedColumns(this.connection, statement);
    for (const [name, relation] of waiting) await relation.load?.(projected && (projected.get(name) ?? NONE));
  }

  #register(): void {
    const { api } = this.#duckdb;
    const all = { ...FUNCTIONS };
    for (const [name, signature] of Object.entries(all)) {
      const bind = (info: DuckDBTableFunctionBindInfo) => this.#bind(callOf(name, signature, info), info);
      this.#registerOne({ name, bindFunction: bind, ...parametersOf(signature, api) });
    }
    const byNumber = (info: DuckDBTableFunctionBindInfo) =>
      this.#bind({ name: RELATION, given: { number: Number(info.getParameter(0)) } }, info);
    this.#registerOne({ name: RELATION, bindFunction: byNumber, parameterTypes: [api.INTEGER] });
  }

  #registerOne(definition: {
    name: string;
    bindFunction: (info: DuckDBTableFunctionBindInfo) => void;
    parameterTypes: DuckDBType[];
    namedParameterTypes?: Record<string, DuckDBType>;
  }): void {
    const made = this.#duckdb.api.DuckDBTableFunction.create({
      ...definition,
      supportsProjectionPushdown: true,
      initFunction: begin,
      mainFunction: (info, chunk) => this.#fill(info, chunk),
    });
    this.connection.registerTableFunction(made);
  }

  #bind(call: Call, info: DuckDBTableFunctionBindInfo): void {
    const running = this.#running;
    if (running === undefined) {
      info.setError("Varve's tables are read by statements of varve/duckdb only.");
      return;
    }
    const key = keyOf(call);
    const relation = running.statement.relations.get(key);
    if (relation === undefined) {
      running.missing.set(key, call);
      info.setError(`${call.name} is not read yet`);
      return;
    }
    const same = running.bound.get(call.name) ?? new Set();
    running.bound.set(call.name, same.add(relation));
    for (const { name, type } of relation.columns) info.addResultColumn(name, type);
    info.setBindData({ relation });
    const rows = relation.parts?.reduce((sum, part) => sum + part.rows, 0);
    if (rows !== undefined) info.setCardinality(rows, true);
  }

  #fill(info: DuckDBTableFunctionInfo, chunk: DuckDBDataChunk): void {
    try {
      fill(info.initData as Cursor, chunk, this.#duckdb.api.DuckDBVector.standardSize());
    } catch (error) {
      if (this.#running !== undefined) this.#running.failure ??= error;
      info.setError(messageOf(error));
    }
  }
}

/** What asks for a relation. */
export function keyOf({ name, given }: Call): string {
  return JSON.stringify([name, given]);
}

/** Reads what a statement asked for and did not find; false where it found everything. */
async function supply({ statement, missing, bound, isPrepared }: Running): Promise<boolean> {
  const calls = [...missing];
  missing.clear();
  for (const [key, call] of calls) statement.relations.set(key, await answer(call, statement.source));
  if (calls.length > 0 || !isPrepared) return calls.length > 0;
  const all = [...bound.values()].flatMap((same) => [...same]);
  const empty = all.filter((relation) => relation.parts === undefined);
  for (const relation of empty) await relation.load?.(undefined);
  return empty.length > 0;
}

async function answer(call: Call, source: Source): Promise<Relation> {
  const signature = Object.hasOwn(FUNCTIONS, call.name) ? FUNCTIONS[call.name] : undefined;
  if (signature === undefined) throw duckdbFailed(new Error(`${call.name} has no such number`));
  return await signature.answer(call, source);
}

async function runPrepared(
  prepared: DuckDBPreparedStatement,
  { values, types }: Statement,
): Promise<DuckDBResultReader> {
  if (values.length > 0) prepared.bind([...values], [...types]);
  return await prepared.runAndReadAll();
}

function begin(info: DuckDBTableFunctionInitInfo): void {
  const { relation } = info.bindData as { relation: Relation };
  const columns = info.getColumnIndexes();
  if (relation.parts === undefined || columns.some((column) => !relation.loaded.has(column))) {
    relation.parts = undefined;
    info.setError("The rows are not read yet.");
    return;
  }
  const cursor: Cursor = { relation, columns, part: 0, row: 0 };
  info.setInitData(cursor);
  info.setMaxThreads(1);
}

/** The next rows, at most as many as a chunk holds. */
function fill(cursor: Cursor, chunk: DuckDBDataChunk, most: number): void {
  let part: Part | undefined = cursor.relation.parts?.[cursor.part];
  while (part !== undefined && cursor.row >= part.rows) {
    cursor.part += 1;
    cursor.row = 0;
    part = cursor.relation.parts?.[cursor.part];
  }
  const count = part === undefined ? 0 : Math.min(most, part.rows - cursor.row);
  chunk.rowCount = count;
  if (part === undefined || count === 0) return;
  for (const [place, column] of cursor.columns.entries())
    part.writers[column]?.(chunk, place, cursor.row, count);
  cursor.row += count;
}
