// Reads a table at one version, or always at the newest. Requests go to the native module as JSON; its pages become rows.

import { describeValue } from "../../describe-value";
import { badArgument, noPrimaryKey } from "../call/errors";
import { sentOptions } from "../call/options";
import { inTurn } from "../call/turn";
import type { Decode, Plan, Plans } from "../handle/plan";
import { explained } from "../handle/stale";
import type { ResolvedPoint, TableHandle } from "../handle/table-handle";
import { toVarveError } from "../native/call";
import type { HitShape, Life, PlainRow, Projection } from "../native/decode";
import type { NativeTable } from "../native/open";
import { checkFilter, type FilterJson } from "../query/check-filter";
import { join } from "../query/node";
import { toFilterNode } from "../query/where";
import { describeType } from "../schema/column-type";
import type { TableSchema } from "../schema/table-schema";
import { toWireValue } from "../schema/wire-value";
import type { FindExplanation, SearchWork } from "./explanation";
import { FIND, type FindRequest, SCAN, type ScanRequest } from "./find-options";
import { afterRow, orderSteps, toOrderJson } from "./paging";
import type { PreparedScan } from "./scan";

/** A request to the native module, and how a page of its answer becomes rows. */
export interface Ask<T> {
  readonly request: string;
  readonly vector: Float32Array | null;
  readonly decode: Decode<T>;
}

/** A reader that always reads the newest version. */
export function newestReader(handle: TableHandle): Reader {
  return new Reader(handle, handle.plans, null);
}

/** A reader of one version. Throws CONFLICT if columns have been renamed since the table was opened. */
export function readerAt(handle: TableHandle, point: ResolvedPoint): Reader {
  return new Reader(handle, handle.plansAt(point), point.version);
}

/** Reads one table. Small answers are returned without leaving the JavaScript thread. */
export class Reader {
  readonly #handle: TableHandle;
  readonly #native: NativeTable;
  readonly #plans: Plans;
  readonly #version: number | null;
  readonly #scratch: Float64Array;

  constructor(handle: TableHandle, plans: Plans, version: number | null) {
    this.#handle = handle;
    this.#native = handle.native;
    this.#plans = plans;
    this.#version = version;
    this.#scratch = handle.scratch;
  }

  /** The columns at the version that is read. */
  get schema(): TableSchema {
    return this.#plans.schema;
  }

  /** A reader of another version, with these columns. */
  at(version: number): Reader {
    return new Reader(this.#handle, this.#plans, version);
  }

  /** The row with a key. */
  get(key: unknown, select: readonly string[] | undefined): Promise<PlainRow | undefined> {
    try {
      const plan = this.plan(select);
      const request = `${plan.getPrefix}${this.#key(key)},"version":${this.#version}}`;
      return this.#read(request, null, plan.first);
    } catch (error) {
      return Promise.reject(toVarveError(error));
    }
  }

  /** The rows with these keys, in the order of the keys. */
  getAll(keys: readonly unknown[], select: readonly string[] | undefined): Promise<(PlainRow | undefined)[]> {
    try {
      const { projection } = this.plan(select);
      const wire = Array.from(keys, (key) => this.#key(key));
      const request = `{"kind":"getAll",${projection.json},"keys":[${wire.join()}],"version":${this.#version}}`;
      return this.#read(request, null, (numbers, text, blob) =>
        projection.byKey(numbers, text, wire.length, blob),
      );
    } catch (error) {
      return Promise.reject(toVarveError(error));
    }
  }

  /** All rows that a key had by the version that is read, the oldest first. */
  async historyOf(key: unknown, select: readonly string[] | undefined): Promise<Life[]> {
    const { projection } = this.plan(select);
    const request = `{"kind":"historyOf",${projection.json},"key":${this.#key(key)},"version":${this.#version}}`;
    return await this.#readPage(request, null, (numbers, text, blob) =>
      projection.lives(numbers, text, blob),
    );
  }

  /** The request of `find`: the rows that match a filter. */
  find(request: FindRequest): Ask<PlainRow[]> {
    const plan = this.plan(request.select);
    return { request: this.#findRequest(plan, request), vector: null, decode: plan.rows };
  }

  /** The request of `search`: the rows nearest to a vector, in the shape of hits. */
  search({ projection }: Plan, body: object, vector: Float32Array | null, shape: HitShape): Ask<PlainRow[]> {
    return {
      request: this.#request({ kind: "search", ...body }, projection),
      vector,
      decode: (numbers, text, blob) => projection.hits(shape, numbers, text, blob),
    };
  }

  /** The answer as rows; `ask` may throw. */
  rows<T>(ask: () => Ask<T>): Promise<T> {
    try {
      const { request, vector, decode } = ask();
      return this.#read(request, vector, decode);
    } catch (error) {
      return Promise.reject(toVarveError(error));
    }
  }

  /** The answer as an Arrow IPC stream; `ask` may throw. */
  async stream(ask: () => Ask<unknown>): Promise<Uint8Array> {
    const { request, vector } = ask();
    return await this.#call(() => this.#native.readArrow(request, vector));
  }

  /** The number of rows that match a filter. */
  count(where: unknown): Promise<number> {
    try {
      const request = this.#request({ kind: "count", where: this.filter(where) });
      return this.#read(request, null, (numbers) => numbers[0] ?? 0);
    } catch (error) {
      return Promise.reject(toVarveError(error));
    }
  }

  /** Numbers about rows, as the engine tells them. */
  aggregate(body: object): Promise<string> {
    const request = this.#request(body);
    return this.#call(() => this.#native.aggregate(request));
  }

  /** The version that is read, or null if it is always the newest. */
  get version(): number | null {
    return this.#version;
  }

  /** Runs a find and returns what it took. */
  explainFind(request: FindRequest): Promise<FindExplanation> {
    return this.#explain(this.#findRequest(this.plan(undefined), request));
  }

  /** Counts rows and returns what it took. */
  explainCount(where: unknown): Promise<FindExplanation> {
    return this.#explain(this.#request({ kind: "count", where: this.filter(where) }));
  }

  async #explain(request: string): Promise<FindExplanation> {
    return JSON.parse(await this.#call(() => this.#native.explain(request, null))) as FindExplanation;
  }

  /** Runs a search and returns what it took. */
  async explain(body: object, vector: Float32Array | null): Promise<SearchWork> {
    const request = this.#request({ kind: "search", ...body }, this.plan(undefined).projection);
    const explained = await this.#call(() => this.#native.explain(request, vector));
    return JSON.parse(explained) as SearchWork;
  }

  /** A scan, which starts when its first part is requested. */
  prepareScan(scan: ScanRequest): PreparedScan {
    const { projection } = this.plan(scan.select);
    const body = { kind: "scan", where: this.filter(scan.where), ...sentOptions(SCAN, scan) };
    const request = this.#request(body, projection);
    return { projection, signal: scan.signal, begin: () => this.#call(() => this.#native.scan(request)) };
  }

  /** How the selected columns are read; without a selection, all columns but the vectors. */
  plan(select: readonly string[] | undefined): Plan {
    return this.#plans.of(select);
  }

  /** A filter for the native module. */
  filter(where: unknown): FilterJson | undefined {
    return this.#plans.filter(where);
  }

  #findRequest(plan: Plan, find: FindRequest): string {
    const { where, orderBy, after } = find;
    const steps = orderSteps(orderBy, this.schema);
    let filter: FilterJson | undefined;
    if (after === undefined) filter = this.filter(where);
    else {
      const rest = afterRow(after, steps, this.schema);
      const given =
        where === undefined ? [] : [toFilterNode(where, this.schema, () => this.#plans.columns())];
      filter = checkFilter(join("and", [...given, rest]), this.schema);
    }
    const order = steps.length === 0 ? undefined : toOrderJson(steps);
    const body = { kind: "find", where: filter, orderBy: order, ...sentOptions(FIND, find) };
    return this.#request(body, plan.projection);
  }

  #request(body: object, projection?: Projection): string {
    const json = JSON.stringify({ version: this.#version, ...body });
    return projection === undefined ? json : `${json.slice(0, -1)},${projection.json}}`;
  }

  #key(key: unknown): string {
    const { primaryKey, table } = this.schema;
    if (primaryKey === null) throw noPrimaryKey(table);
    const { type } = this.schema.field(primaryKey);
    const wire = toWireValue(type, key);
    if (wire === undefined) throw badArgument("key", describeType(type), describeValue(key), table);
    return JSON.stringify(wire);
  }

  #read<T>(request: string, vector: Float32Array | null, decode: Decode<T>): Promise<T> {
    return inTurn(() => this.#readNow(request, vector, decode));
  }

  #readNow<T>(request: string, vector: Float32Array | null, decode: Decode<T>): Promise<T> {
    try {
      const text = this.#native.readFast(request, vector, this.#scratch);
      if (text !== null) return Promise.resolve(decode(this.#scratch, text));
    } catch (error) {
      return this.#fail(error);
    }
    return this.#readPage(request, vector, decode);
  }

  /** Makes a call, and explains its failure if the columns have changed. */
  async #call<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } catch (error) {
      return await this.#fail(error);
    }
  }

  async #fail(error: unknown): Promise<never> {
    throw await explained({ native: this.#native, schema: this.schema, version: this.#version }, error);
  }

  async #readPage<T>(request: string, vector: Float32Array | null, decode: Decode<T>): Promise<T> {
    const { numbers, text, blob } = await this.#call(() => this.#native.readPage(request, vector));
    return decode(numbers, text, blob);
  }
}
