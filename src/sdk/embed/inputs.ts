// What is embedded for each row: a text, the texts of several columns, or an image.

import type { EmbeddingInput } from "../../embeddings/embedding-function";
import { sha256 } from "../../node-crypto";
import { isBytes } from "../../realm";
import { templateParts } from "../schema/derived";
import type { EmbedSpec, Field, TableSchema } from "../schema/table-schema";
import type { Item } from "./batches";

/** The cells of some columns, as `RowEncoder` gathers them. */
export interface EmbeddableCells {
  readonly count: number;
  readonly columns: ReadonlyMap<Field, unknown[]>;
  /** Which number the first row has in messages; none where rows have no number. */
  readonly base?: number | undefined;
  /** The number of each row in messages, where they do not follow each other. */
  readonly numbers?: readonly number[] | undefined;
}

/** The input of each row: null where nothing is to be embedded, or where the row has its vector already. */
export function inputsOf(
  spec: EmbedSpec,
  schema: TableSchema,
  cells: EmbeddableCells,
  vectors: readonly unknown[],
): (EmbeddingInput | null)[] {
  const parts = spec.template === undefined ? undefined : templateParts(spec.template);
  const sources = sourceCells(spec, schema, cells);
  return vectors.map((vector, row) => {
    if (vector !== undefined) return null;
    const values = sources.map((column) => column[row]);
    const present = values.filter(isSomething);
    const only = present[0];
    if (only === undefined) return null;
    if (parts !== undefined) return fillTemplate(parts, spec.sources, values);
    return present.length === 1 ? only : present.join("\n\n");
  });
}

/** The item of each row; rows with the same input share one. */
export function itemsOf(
  inputs: readonly (EmbeddingInput | null)[],
  numbers?: readonly number[],
): (Item | null)[] {
  const known = new Map<string | bigint, Item>();
  return inputs.map((input, row) => {
    if (input === null) return null;
    const id = typeof input === "string" ? input : digest(input);
    const item = known.get(id) ?? { input, row: numbers?.[row] ?? row };
    known.set(id, item);
    return item;
  });
}

/** A number, so that no text can be taken for it. */
function digest(bytes: Uint8Array): bigint {
  return BigInt(`0x${sha256().update(bytes).digest("hex")}`);
}

function sourceCells(spec: EmbedSpec, schema: TableSchema, cells: EmbeddableCells): (readonly unknown[])[] {
  const none = new Array<unknown>(cells.count).fill(null);
  return spec.sources.map((source) => cells.columns.get(schema.field(source)) ?? none);
}

function isSomething(value: unknown): value is EmbeddingInput {
  return typeof value === "string" ? value.trim() !== "" : isBytes(value);
}

function fillTemplate(
  parts: readonly string[],
  sources: readonly string[],
  values: readonly unknown[],
): string {
  const filled = parts.map((part, index) =>
    index % 2 === 0 ? part : String(values[sources.indexOf(part)] ?? ""),
  );
  return filled.join("");
}
