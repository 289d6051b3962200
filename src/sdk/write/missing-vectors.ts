// The vectors that a write lacks. The engine knows which rows change and says what is to be embedded for them; what is embedded goes back,
// and if somebody else changes rows in between, the engine asks for the rest. So nothing is embedded for rows that stay as they are.

import { changedTooOften } from "../call/errors";
import { checkSignal } from "../call/progress";
import type { FillOptions } from "../embed/document-run";
import type { TableHandle } from "../handle/table-handle";
import { callAsync } from "../native/call";
import { Projection, rowsOf } from "../native/decode";
import { KEPT } from "../native/kept";
import type { NativeWriter } from "../native/open";
import type { Field, VectorField } from "../schema/table-schema";

/** The most inputs that are embedded before the engine is asked again what is missing. */
const ROWS_AT_ONCE = 16_384;
/** How long a write is retried while others keep changing its rows. */
const PATIENCE_MS = 30_000;
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 500;

/** Embeds what a write lacks. */
export async function fillMissing(
  handle: TableHandle,
  writer: NativeWriter,
  fields: readonly VectorField[],
  options: FillOptions,
): Promise<void> {
  for (const field of fields) {
    const sources = (field.embed?.sources ?? []).map((source) => handle.schema.field(source));
    const projection = new Projection(sources);
    let count = ROWS_AT_ONCE;
    while (count === ROWS_AT_ONCE) {
      checkSignal(options.signal);
      const page = await callAsync(() => writer.missing(field.id, ROWS_AT_ONCE));
      if (page === null) break;
      const rows = rowsOf(projection, page);
      count = rows.length;
      const cells = sources.map((source): [Field, unknown[]] => [
        source,
        rows.map((row) => row[source.name]),
      ]);
      const numbers = Array.from(page.numbers.subarray(page.numbers.length - count));
      const vectors = await vectorsFor(handle, field, new Map(cells), numbers, options);
      await give(handle, writer, field, vectors);
    }
  }
}

/** Commits a write, and embeds what turns out to be missing because others changed rows meanwhile. */
export async function commitFilled(
  handle: TableHandle,
  writer: NativeWriter,
  fields: readonly VectorField[],
  options: FillOptions,
  ending: string | null,
): Promise<string> {
  const { pace } = handle.options.services;
  const began = pace.now();
  for (let tries = 1; ; tries++) {
    checkSignal(options.signal);
    const done = await callAsync(() => writer.commit(ending));
    if (done !== "null") return done;
    if (pace.now() - began > PATIENCE_MS) throw changedTooOften(handle.name, tries, pace.now() - began);
    if (tries > 1) {
      const longest = Math.min(FIRST_PAUSE_MS * 2 ** tries, LONGEST_PAUSE_MS);
      await pace.sleep(longest * pace.random(), options.signal);
    }
    await fillMissing(handle, writer, fields, options);
  }
}

async function vectorsFor(
  handle: TableHandle,
  field: VectorField,
  sources: ReadonlyMap<Field, unknown[]>,
  numbers: readonly number[],
  options: FillOptions,
): Promise<unknown[]> {
  const count = numbers.length;
  const vectors = new Array<unknown>(count).fill(undefined);
  const columns = new Map<Field, unknown[]>([...sources, [field, vectors]]);
  const numbered = numbers.every((number) => number >= 0);
  let deferred: ReadonlySet<number> = new Set();
  const onDeferredRows = (rows: ReadonlySet<number>): void => {
    deferred = rows;
  };
  const cells = { count, columns, numbers: numbered ? numbers : undefined };
  await handle.embedder.fill(cells, handle.schema, { ...options, onDeferredRows });
  return vectors.map((vector, row) => (deferred.has(row) ? KEPT : vector));
}

async function give(
  handle: TableHandle,
  writer: NativeWriter,
  field: VectorField,
  vectors: readonly unknown[],
): Promise<void> {
  const buffer = handle.buffers.take();
  try {
    const batch = handle.encoder.begin(buffer, { base: undefined, count: vectors.length });
    batch.whole(field, vectors);
    const bytes = batch.finish();
    await callAsync(() => writer.fill(field.id, bytes));
  } finally {
    handle.buffers.give(buffer);
  }
}
