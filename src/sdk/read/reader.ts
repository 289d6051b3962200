// Reads of one table at one version, or always at the newest: requests go down as JSON, pages come up as rows.

import { badArgument, noPrimaryKey } from "../call/errors";
import { checkCount } from "../call/options";
import { inTurn } from "../call/turn";
import type { Decode, Plan, Plans } from "../handle/plan";
import { explained } from "../handle/stale";
import type { ResolvedPoint, TableHandle } from "../handle/table-handle";
import { toVarveError } from "../native/call";
import type { PlainRow, Projection } from "../native/decode";
import type { NativeTable } from "../native/open";
import { checkFilter, type FilterJson } from "../query/check-filter";
import { join } from "../query/node";
import { toFilterNode } from "../query/where";
import { describeType } from "../schema/column-type";
import type { TableSchema } from "../schema/table-schema";
import { describeValue, toWireValue } from "../schema/wire-value";
import type { SearchWork } from "./explanation";
import { afterRow, orderSteps, toOrderJson } from "./paging";
import type { PreparedScan } from "./scan";

/** What `find` takes, before its types. */
export interface FindRequest {
  readonly select?: readonly string[] | undefined;
  readonly where?: unknown;
  /** A filter that was checked before, instead of `where`. */
  readonly filter?: FilterJson | undefined;
  readonly orderBy?: unknown;
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
  readonly after?: unknown;
}

/** What `scan` takes, before its types. */
export interface ScanRequest {
  readonly select?: readonly string[] | undefined;
  readonly where?: unknown;
  readonly batchRows?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const BATCH_ROWS = 1024;

/** A reader of the newest version, whichever that is. */
export function newestReader(handle: TableHandle): Reader {
  return new Reader(handle, handle.plans, null);
}

/** A reader of one version; throws CONFLICT where columns were renamed since the table was opened. */
export function readerAt(handle: TableHandle, point: ResolvedPoint): Reader {
  return new Reader(handle, handle.plansAt(point), point.version);
}

/** Reads one table. Small answers are given inside the call. */
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

  /** The columns of the version that is read. */
  get schema(): TableSchema {
    return this.#plans.schema;
  }

  /** The same columns at another version. */
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

  /** The rows with some keys, in their order. */
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

  /** The rows that a filter lets through. */
  find(request: FindRequest): Promise<PlainRow[]> {
    try {
      const plan = this.plan(request.select);
      return this.#read(this.#findRequest(plan, request), null, plan.rows);
    } catch (error) {
      return Promise.reject(toVarveError(error));
    }
  }

  /** How many rows a filter lets through. */
  count(where: unknown): Promise<number> {
    try {
      const request = this.#request({ kind: "count", where: this.filter(where) });
      return this.#read(request, null, (numbers) => numbers[0] ?? 0);
    } catch (error) {
      return Promise.reject(toVarveError(error));
    }
  }

  /** The version that is read; null where it is always the newest. */
  get version(): number | null {
    return this.#version;
  }

  /** The rows nearest to a vector, of all versions of a span. */
  searchSpan(select: readonly string[] | undefined, body: object, vector: Float32Array): Promise<PlainRow[]> {
    const plan = this.plan(select);
    return this.#read(this.#request({ kind: "search", ...body }, plan.projection), vector, plan.spanHits);
  }

  /** The rows nearest to a vector; a search that is alone may hold the event loop a little longer. */
  search(
    select: readonly string[] | undefined,
    body: object,
    vector: Float32Array,
    alone: boolean,
  ): Promise<PlainRow[]> {
    const plan = this.plan(select);
    const request = this.#request({ kind: "search", ...body }, plan.projection);
    return this.#read(request, vector, plan.hits, alone);
  }

  /** How a search would be answered. */
  async explain(body: object, vector: Float32Array): Promise<SearchWork> {
    const request = this.#request({ kind: "search", ...body }, this.plan(undefined).projection);
    const explained = await this.#call(() => this.#native.explain(request, vector));
    return JSON.parse(explained) as SearchWork;
  }

  /** The same as an Arrow IPC stream. */
  findArrow(request: FindRequest): Promise<Uint8Array> {
    return this.#readArrow(this.#findRequest(this.plan(request.select), request), null);
  }

  /** The same as an Arrow IPC stream. */
  searchArrow(
    select: readonly string[] | undefined,
    body: object,
    vector: Float32Array,
  ): Promise<Uint8Array> {
    const request = this.#request({ kind: "search", ...body }, this.plan(select).projection);
    return this.#readArrow(request, vector);
  }

  /** A scan, which begins when its first part is asked for. */
  prepareScan({ select, where, batchRows = BATCH_ROWS, signal }: ScanRequest): PreparedScan {
    const { projection } = this.plan(select);
    checkCount("batchRows", batchRows, 1);
    const request = this.#request({ kind: "scan", where: this.filter(where), batchRows }, projection);
    return { projection, signal, begin: () => this.#call(() => this.#native.scan(request)) };
  }

  /** The columns to read, and how; all but the vectors where none are named. */
  plan(select: readonly string[] | undefined): Plan {
    return this.#plans.of(select);
  }

  /** A filter for the native module. */
  filter(where: unknown): FilterJson | undefined {
    return this.#plans.filter(where);
  }

  #findRequest(plan: Plan, { where, filter: known, orderBy, limit, offset, after }: FindRequest): string {
    if (limit !== undefined) checkCount("limit", limit, 0);
    if (offset !== undefined) checkCount("offset", offset, 0);
    const steps = orderSteps(orderBy, this.schema);
    let filter = known;
    if (after === undefined) filter ??= this.filter(where);
    else {
      const rest = afterRow(after, steps, this.schema);
      const given =
        where === undefined ? [] : [toFilterNode(where, this.schema, () => this.#plans.columns())];
      filter = checkFilter(join("and", [...given, rest]), this.schema);
    }
    const order = steps.length === 0 ? undefined : toOrderJson(steps);
    return this.#request({ kind: "find", where: filter, orderBy: order, limit, offset }, plan.projection);
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

  #read<T>(request: string, vector: Float32Array | null, decode: Decode<T>, alone = false): Promise<T> {
    return inTurn(() => this.#readNow(request, vector, decode, alone));
  }

  #readNow<T>(request: string, vector: Float32Array | null, decode: Decode<T>, alone: boolean): Promise<T> {
    try {
      const text = this.#native.readFast(request, vector, this.#scratch, alone);
      if (text !== null) return Promise.resolve(decode(this.#scratch, text));
    } catch (error) {
      return this.#fail(error);
    }
    return this.#readPage(request, vector, decode);
  }

  #readArrow(request: string, vector: Float32Array | null): Promise<Uint8Array> {
    return this.#call(() => this.#native.readArrow(request, vector));
  }

  /** A call whose failure is explained. */
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
