// Every message about what observe is given.

import { VarveError } from "varve";
import { describeValue } from "../../describe-value";

/** Throws where it is no database. */
export function checkDatabase(db: unknown): void {
  if (!has(db, "observe")) throw badArgument("db", "a database from connect()", db);
}

/** Throws where it makes no spans. */
export function checkTracer(tracer: unknown): void {
  if (!has(tracer, "startSpan")) throw badArgument("tracer", "a Tracer of OpenTelemetry, or false", tracer);
}

/** Throws where it makes no instruments. */
export function checkMeter(meter: unknown): void {
  if (!has(meter, "createHistogram")) throw badArgument("meter", "a Meter of OpenTelemetry, or false", meter);
}

/** By its shape, because it may be of another copy of its package. */
function has(value: unknown, method: string): boolean {
  return typeof value === "object" && value !== null && typeof Reflect.get(value, method) === "function";
}

function badArgument(name: string, expected: string, found: unknown): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    `observe, ${name}: expected ${expected}, found ${describeValue(found)}.`,
  );
}
