import type { CallEvent, Database, FailedCallEvent, Table, VarveErrorCode } from "varve";
import { observe } from "varve/opentelemetry";
import { expectTypeOf, test } from "vitest";

declare const db: Database;
declare const t: Table;

test("a listener is told of events of its name", () => {
  expectTypeOf(db.on("search", (event) => expectTypeOf(event).toEqualTypeOf<CallEvent>())).toEqualTypeOf<
    () => void
  >();
  db.on("error", (event) => {
    expectTypeOf(event).toEqualTypeOf<FailedCallEvent>();
    expectTypeOf(event.error).toEqualTypeOf<VarveErrorCode | "OTHER">();
  });
  // @ts-expect-error: there is no such event.
  db.on("searches", () => undefined);
  // @ts-expect-error: an event does not hold what was asked.
  db.on("search", ({ query }) => query);
});

test("a database is watched, and a table is not", () => {
  expectTypeOf(observe(db)).toEqualTypeOf<() => void>();
  expectTypeOf(observe(db, { tracer: false })).toEqualTypeOf<() => void>();
  // @ts-expect-error: a table.
  observe(t);
});
