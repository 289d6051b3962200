import { context, SpanKind, SpanStatusCode, type Tracer, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { connect, embed, table, text } from "varve";
import { custom } from "varve/embeddings";
import { observe } from "varve/opentelemetry";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { memoryDatabase } from "../support/database";
import { hashVector } from "../support/hash-embedding";
import { served, TOKEN } from "../support/served";

const SECRET = "xyzzy";

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
});
afterAll(() => context.disable());

/** A tracer, and the spans that it has ended. */
function tracing(): { tracer: Tracer; spans: () => ReadableSpan[] } {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  onTestFinished(() => provider.shutdown());
  return { tracer: provider.getTracer("test"), spans: () => exporter.getFinishedSpans() };
}

/** A table whose function makes a span of its own, as an instrumented client of a provider does. */
function tableWith(tracer: Tracer) {
  const fn = custom<string>({
    name: "traced",
    dimensions: 16,
    maxBatch: 2,
    config: {},
    embed: async (inputs) => {
      const span = tracer.startSpan("ask the provider");
      await new Promise((resolve) => setTimeout(resolve, 1));
      span.end();
      return inputs.map((input) => hashVector(input));
    },
  });
  return table("docs", { id: text().primaryKey(), body: text() }, (c) => ({ vec: embed(fn, c.body) }));
}

const rows = [
  { id: `${SECRET}-1`, body: `refunds ${SECRET}` },
  { id: `${SECRET}-2`, body: `parcels ${SECRET}` },
  { id: `${SECRET}-3`, body: `shops ${SECRET}` },
];

/** Each span as its way from the root: `request > search docs`. */
function waysOf(spans: ReadableSpan[]): string[] {
  const byId = new Map(spans.map((span) => [span.spanContext().spanId, span]));
  const wayOf = (span: ReadableSpan): string => {
    const parent = byId.get(span.parentSpanContext?.spanId ?? "");
    return parent === undefined ? span.name : `${wayOf(parent)} > ${span.name}`;
  };
  return spans.map(wayOf);
}

test("a call is a span of the conventions, and a child of the span that is active", async () => {
  const { tracer, spans } = tracing();
  const db = await memoryDatabase();
  observe(db, { tracer });
  const t = await db.table(tableWith(tracer));
  await tracer.startActiveSpan("handle", async (span) => {
    await t.insert(rows);
    await t.search(SECRET, { limit: 2 });
    span.end();
  });
  expect(waysOf(spans())).toEqual([
    "table docs",
    "handle > insert docs > embed documents docs > ask the provider",
    "handle > insert docs > embed documents docs > ask the provider",
    "handle > insert docs > embed documents docs",
    "handle > insert docs",
    "handle > search docs > embed query docs > ask the provider",
    "handle > search docs > embed query docs",
    "handle > search docs",
    "handle",
  ]);
  const named = (name: string) => spans().find((span) => span.name === name);
  const insert = named("insert docs");
  expect(insert?.kind).toBe(SpanKind.CLIENT);
  expect(insert?.attributes).toEqual({
    "db.system.name": "varve",
    "db.operation.name": "insert",
    "db.collection.name": "docs",
    "varve.call.kind": "write",
    "varve.rows": 3,
    "varve.version": 1,
  });
  expect(named("search docs")?.attributes).toEqual({
    "db.system.name": "varve",
    "db.operation.name": "search",
    "db.collection.name": "docs",
    "varve.call.kind": "search",
    "db.response.returned_rows": 2,
    "varve.version": 1,
  });
  const embedded = named("embed documents docs");
  expect(embedded?.kind).toBe(SpanKind.INTERNAL);
  expect(embedded?.attributes).toMatchObject({
    "varve.embed.function": "traced",
    "varve.embed.column": "vec",
    "varve.embed.inputs": 3,
    "varve.embed.requests": 2,
    "varve.embed.cache_hits": 0,
  });
});

test("spans keep their parents where many calls are made at once", async () => {
  const { tracer, spans } = tracing();
  const db = await memoryDatabase();
  const t = await db.table(tableWith(tracer));
  await t.insert(rows);
  observe(db, { tracer });
  const count = 400;
  // So many that some of them wait for a later turn of the event loop.
  await Promise.all(
    Array.from({ length: count }, (_, at) =>
      tracer.startActiveSpan(`caller ${at}`, async (span) => {
        await t.embed(`question ${at}`);
        await t.search(`question ${at}`, { limit: 1 });
        span.end();
      }),
    ),
  );
  const byId = new Map(spans().map((span) => [span.spanContext().spanId, span]));
  for (let at = 0; at < count; at++) {
    const own = spans().find(({ name }) => name === `caller ${at}`);
    const children = spans().filter(
      ({ parentSpanContext }) => parentSpanContext?.spanId === own?.spanContext().spanId,
    );
    expect(children.map(({ name }) => name)).toEqual(["embed query docs", "search docs"]);
  }
  for (const span of byId.values())
    if (span.name === "ask the provider" && span.parentSpanContext !== undefined)
      expect(byId.get(span.parentSpanContext?.spanId ?? "")?.name).toBe("embed query docs");
});

test("a failure is a span with its code, and nothing of what was written is in any span", async () => {
  const { tracer, spans } = tracing();
  const db = await memoryDatabase();
  observe(db, { tracer });
  const t = await db.table(tableWith(tracer));
  await t.insert(rows);
  await expect(t.insert(rows)).rejects.toMatchObject({ code: "DUPLICATE_KEY" });
  await expect(t.find({ where: { [SECRET]: SECRET } } as never)).rejects.toThrow(SECRET);
  await t.get(`${SECRET}-1`);
  await t.find({ where: { id: SECRET } });
  const failed = spans().filter(({ status }) => status.code === SpanStatusCode.ERROR);
  expect(
    failed.map(({ name, attributes, status }) => [name, attributes["error.type"], status.message]),
  ).toEqual([
    ["insert docs", "DUPLICATE_KEY", "DUPLICATE_KEY"],
    ["find docs", "COLUMN_NOT_FOUND", "COLUMN_NOT_FOUND"],
  ]);
  const shown = spans().map(({ name, attributes, status, events, links }) => [
    name,
    attributes,
    status,
    events,
    links,
  ]);
  expect(JSON.stringify(shown)).not.toContain(SECRET);
});

test("a request to a server is a span below its call", async () => {
  const { tracer, spans } = tracing();
  const db = await memoryDatabase();
  const docs = tableWith(tracer);
  await (await db.table(docs)).insert(rows);
  const remote = await connect(await served(db), { token: TOKEN });
  onTestFinished(() => remote.close());
  observe(remote, { tracer });
  const t = await remote.table(docs);
  await t.get(`${SECRET}-1`);
  expect(waysOf(spans()).filter((way) => !way.startsWith("ask"))).toEqual([
    "table docs > request info docs",
    "table docs",
    "get docs > request page docs",
    "get docs",
  ]);
});

test("durations and rows are metrics of the conventions", async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1 << 30 });
  const provider = new MeterProvider({ readers: [reader] });
  onTestFinished(() => provider.shutdown());
  const { tracer } = tracing();
  const db = await memoryDatabase();
  observe(db, { tracer: false, meter: provider.getMeter("test") });
  const t = await db.table(tableWith(tracer));
  await t.insert(rows);
  await t.search("refunds");
  await t.search("parcels");
  await provider.forceFlush();
  const found = exporter.getMetrics().flatMap(({ scopeMetrics }) =>
    scopeMetrics.flatMap(({ metrics }) =>
      metrics.map(({ descriptor: { name, unit }, dataPoints }) => ({
        name,
        unit,
        points: dataPoints.map(({ attributes, value }) => [
          attributes["db.operation.name"],
          (value as { count: number }).count,
        ]),
      })),
    ),
  );
  expect(found).toEqual([
    {
      name: "db.client.operation.duration",
      unit: "s",
      points: [
        ["table", 1],
        ["insert", 1],
        ["search", 2],
      ],
    },
    {
      name: "varve.embed.duration",
      unit: "s",
      points: [
        ["documents", 1],
        ["query", 2],
      ],
    },
    { name: "db.client.response.returned_rows", unit: "{row}", points: [["search", 2]] },
  ]);
  expect(JSON.stringify(exporter.getMetrics())).not.toContain(SECRET);
});

test("it ends where that is asked for, and does nothing without an SDK", async () => {
  const { tracer, spans } = tracing();
  const db = await memoryDatabase();
  const docs = tableWith(trace.getTracer("none"));
  const stop = observe(db, { tracer });
  const quiet = observe(db);
  const t = await db.table(docs);
  stop();
  await t.insert(rows);
  quiet();
  expect(waysOf(spans())).toEqual(["table docs"]);
});

test("what is no database, tracer or meter is refused", async () => {
  const db = await memoryDatabase();
  expect(() => observe({} as never)).toThrow(/observe, db: expected a database from connect/);
  expect(() => observe(db, { tracer: {} as never })).toThrow(/observe, tracer: expected a Tracer/);
  expect(() => observe(db, { meter: 3 as never })).toThrow(/observe, meter: expected a Meter/);
  expect(() => observe(db, { spans: true } as never)).toThrow(/observe takes no option "spans"/);
});
