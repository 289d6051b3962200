// A batch on its way to bytes. What its rows bring is encoded when it is opened, in one go and before anything is waited for: from then on
// nothing of the caller's is read. What is computed from it follows, since that takes time and may cost money.

import { isBytes } from "../../realm";
import type { FillOptions } from "../embed/document-run";
import type { EmbeddableCells } from "../embed/inputs";
import type { TableHandle } from "../handle/table-handle";
import type { BatchBuffer } from "../native/batch-buffer";
import type { BatchSize, BatchWriter } from "../native/encode";
import { keptWhereMissing } from "../native/kept";
import { unreadableRow } from "../native/row-errors";
import { isUnreadable, ownCopy } from "../schema/own-copy";
import type { Field } from "../schema/table-schema";

type BatchCells = BatchSize & EmbeddableCells;

/** A batch whose own cells are encoded. */
export class OpenBatch {
  /** How many rows it has. */
  readonly rows: number;
  /** The memory that the bytes are in. */
  readonly buffer: BatchBuffer;
  readonly #handle: TableHandle;
  readonly #cells: BatchCells;
  readonly #writer: BatchWriter;
  readonly #waiting: readonly Field[];

  /** Encodes the cells. Where rows bring no vector, it is `computed` at the end, or left to be kept. */
  constructor(
    handle: TableHandle,
    cells: BatchCells,
    buffer: BatchBuffer,
    computed: ReadonlySet<Field> = new Set(),
  ) {
    this.rows = cells.count;
    this.buffer = buffer;
    this.#handle = handle;
    this.#writer = handle.encoder.begin(buffer, cells);
    const waiting: Field[] = [];
    for (const [field, values] of cells.columns) {
      if (field.embed === undefined || !values.includes(undefined)) this.#writer.column(field, values);
      else if (computed.has(field)) waiting.push(field);
      else this.#writer.column(field, keptWhereMissing(values));
    }
    this.#waiting = waiting;
    this.#cells = { base: cells.base, count: cells.count, columns: neededLater(handle, cells, waiting) };
  }

  /** The batch, of which nothing is computed. */
  bytes(): Uint8Array {
    return this.#writer.finish();
  }

  /** Embeds what is missing, and gives the whole batch. */
  async finish(options: FillOptions): Promise<Uint8Array> {
    const { embedder, schema } = this.#handle;
    if (this.#waiting.length > 0) await embedder.fill(this.#cells, schema, options);
    for (const field of this.#waiting) this.#writer.column(field, this.#cells.columns.get(field) ?? []);
    return this.#writer.finish();
  }
}

/** The columns that are needed later, in memory of their own: those that wait, and the ones that they are computed from. */
function neededLater(
  handle: TableHandle,
  { base, columns }: BatchCells,
  waiting: readonly Field[],
): Map<Field, unknown[]> {
  const needed = new Set<Field>(waiting);
  for (const { embed } of waiting) {
    for (const source of embed?.sources ?? []) needed.add(handle.schema.field(source));
  }
  const own = new Map<Field, unknown[]>();
  for (const field of needed) {
    const values = columns.get(field);
    if (values !== undefined)
      own.set(
        field,
        values.map((value, row) => ownCell(handle.name, field, value, (base ?? 0) + row)),
      );
  }
  return own;
}

function ownCell(table: string, field: Field, value: unknown, row: number): unknown {
  if (typeof value !== "object" || value === null) return value;
  try {
    return isBytes(value) || field.embed !== undefined ? ownCopy(value) : value;
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    throw unreadableRow({ table, row }, field.name, error.message, error.cause);
  }
}
