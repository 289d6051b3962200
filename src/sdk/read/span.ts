// Spans of versions: which reader answers a search across time, and what it is asked besides.

import { describeValue } from "../../describe-value";
import { isPlainObject } from "../../realm";
import { type AsOf, type AsOfJson, toAsOfJson } from "../call/as-of";
import { badArgument } from "../call/errors";
import { checkOptions, DATA, type OptionRules } from "../call/options";
import type { TableHandle } from "../handle/table-handle";
import { type Reader, readerAt } from "./reader";

/** All versions from one point in the history to another, both included. */
export interface Span {
  /** Where it starts. */
  readonly from: AsOf;
  /** Where it ends. On a snapshot it ends with the snapshot at the latest. */
  readonly to: AsOf;
}

const RULES: OptionRules<Partial<Span>> = { from: DATA, to: DATA };

/** A version, and when it was committed. */
export interface Moment {
  /** The version. */
  readonly version: number;
  /** The date of its commit. */
  readonly date: Date;
}

/** A row as it was for a time. */
export interface RowVersion<R> {
  /** The commit that wrote it. */
  readonly from: Moment;
  /** The commit that replaced or deleted it; null where it holds at the version that is read. */
  readonly to: Moment | null;
  /** The row. */
  readonly row: R;
}

/** A span as the native module is asked for it; the reader reads its last version. */
export interface SpanRequest {
  readonly reader: Reader;
  readonly body: { readonly during: AsOfJson; readonly until: number | null };
}

/** Checks a span and looks up its end; rejects with INVALID_ARGUMENT and VERSION_NOT_FOUND. */
export async function resolveSpan(handle: TableHandle, reader: Reader, span: unknown): Promise<SpanRequest> {
  const { from, to } = checkOptions("during", RULES, isPlainObject(span) ? span : {});
  if (from === undefined || to === undefined)
    throw badArgument("during", "{ from, to }", describeValue(span), handle.name);
  const until = reader.version;
  const [first, last] = [toAsOfJson(from), toAsOfJson(to)];
  const end = await handle.resolve(last);
  const answers = until !== null && end.version >= until ? reader : readerAt(handle, end);
  return { reader: answers, body: { during: first, until } };
}
