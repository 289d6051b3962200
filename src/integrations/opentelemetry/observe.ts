import { context, type Meter, metrics, SpanStatusCode, type Tracer, trace } from "@opentelemetry/api";
import type { CallEvent, CallObserver, CallStart, Database } from "varve";
import { ownOptions } from "../../own-options";
import { attributesOf, kindOf, nameOf, outcomeOf } from "./attributes";
import { Instruments } from "./instruments";
import { checkDatabase, checkMeter, checkTracer } from "./observe-errors";

/** Options of `observe`. */
export interface ObserveOptions {
  /**
   * Makes the spans; `false` makes none.
   * @default trace.getTracer("varve")
   */
  readonly tracer?: Tracer | false | undefined;
  /**
   * Makes the metrics; `false` makes none.
   * @default metrics.getMeter("varve")
   */
  readonly meter?: Meter | false | undefined;
}

const SCOPE = "varve";

/**
 * Makes a span and records metrics for each call of a database: of all its tables, snapshots and embeddings, and of the requests to its
 * server. Spans are children of the span that is active where the call is made. They say how much and how long: no text, key, filter or
 * vector is in them, and no message of an error.
 *
 * Returns a function that ends it.
 *
 * @example
 * ```ts
 * const stop = observe(db);
 * ```
 */
export function observe(db: Database, options?: ObserveOptions): () => void {
  checkDatabase(db);
  const given = ownOptions("observe", options, { tracer: true, meter: true });
  const { tracer = trace.getTracer(SCOPE), meter = metrics.getMeter(SCOPE) } = given;
  if (tracer !== false) checkTracer(tracer);
  if (meter !== false) checkMeter(meter);
  const instruments = meter === false ? undefined : new Instruments(meter);
  return db.observe({ begin: (call) => begun(call, tracer, instruments) });
}

function begun(
  call: CallStart,
  tracer: Tracer | false,
  instruments: Instruments | undefined,
): CallObserver | undefined {
  if (tracer === false)
    return instruments === undefined ? undefined : { end: (event) => instruments.record(event) };
  const parent = context.active();
  const options = { kind: kindOf(call), attributes: attributesOf(call) };
  const span = tracer.startSpan(nameOf(call), options, parent);
  const inside = trace.setSpan(parent, span);
  const end = (event: CallEvent): void => {
    span.setAttributes(outcomeOf(event));
    if (event.error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: event.error });
    span.end();
    // Within the span, for whoever joins metrics to examples.
    context.with(inside, () => instruments?.record(event));
  };
  return { run: (within) => context.with(inside, within), end };
}
