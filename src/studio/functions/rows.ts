import { type Snapshot, type TableDescription, type UntypedTable, VarveError } from "varve";
import { byKeys } from "../../integrations/support/retrieval/by-keys";
import { idOf } from "../../integrations/support/retrieval/search-reader";
import { limitPart, textPart } from "../../integrations/support/retrieval/tool-schema";
import { AS_OF, keysPart, ORDER_BY, TABLE, WHERE, wholePart } from "../../mcp/tools/input";
import { keyOf, keysOf, type WrittenKey } from "../../mcp/tools/key";
import { readPoint } from "../../mcp/tools/read-point";
import { openTable } from "../../open-table";
import { isBytes } from "../../realm";
import { typedFilter } from "../../typed-filter";
import type { CellAnswer, RowsAnswer, ShownRow } from "../api-types";
import { plain, shownCell } from "../shown-cell";
import { studioFunction } from "../studio-function";
import { studioColumns } from "./shown-columns";

type Row = Readonly<Record<string, unknown>>;

const LIMITS = { limit: 50, maxLimit: 200 };
const COLUMN_MAX = 200;

interface AskedRows {
  readonly table: string;
  readonly as_of?: string;
  readonly where?: string;
  readonly order_by?: readonly { readonly column: string; readonly descending?: boolean }[];
  readonly offset?: number;
}

/** Rows by a condition or by their keys, with every column as it is shown, and how many there are. */
export const rowsFunction = studioFunction<
  AskedRows & { readonly keys?: readonly WrittenKey[]; readonly limit?: number }
>(
  "rows",
  {
    table: TABLE,
    as_of: AS_OF,
    where: WHERE,
    order_by: ORDER_BY,
    offset: wholePart("How many rows to leave out first; 0, if left out.", 0),
    keys: keysPart(true),
    limit: limitPart("The most rows", LIMITS),
  },
  async (input, { db }): Promise<RowsAnswer> => {
    const t = await openTable(db, input.table);
    const { view, description, said } = await readPoint(t, input.as_of);
    const columns = studioColumns(description);
    if (said.version === 0) return { ...said, columns, count: 0, total: 0, rows: [] };
    const where = whereOf(input, description);
    const names = columns.map(({ name }) => name);
    const { limit = LIMITS.limit, offset = 0, order_by: orderBy } = input;
    const found: readonly Row[] = await view.find({ where, orderBy, offset, limit, select: names });
    const [count, total] = [await view.count({ where }), await view.count()];
    const rows = found.map((row) => shownRow(description, names, row));
    return { ...said, columns, count, total, rows };
  },
);

/** A row with its cells in the order of some columns. */
export function shownRow(
  { primaryKey }: Pick<TableDescription, "primaryKey">,
  names: readonly string[],
  row: Row,
): ShownRow {
  return {
    id: primaryKey === null ? null : idOf(row[primaryKey]),
    cells: names.map((name) => shownCell(row[name])),
  };
}

function whereOf(
  { where, keys }: { readonly where?: string; readonly keys?: readonly WrittenKey[] },
  description: TableDescription,
) {
  if (where !== undefined) return typedFilter(where);
  if (keys === undefined) return undefined;
  return byKeys(keyOf(description), keysOf(description, keys));
}

/** One value in full: by the key of its row, or by the place of the row in a list. */
export const cellFunction = studioFunction<
  AskedRows & { readonly keys?: readonly WrittenKey[]; readonly column: string }
>(
  "cell",
  {
    table: TABLE,
    as_of: AS_OF,
    where: WHERE,
    order_by: ORDER_BY,
    offset: wholePart("The place of the row in the list, from 0.", 0),
    keys: keysPart(true),
    column: textPart("The column.", COLUMN_MAX, false),
  },
  async (input, { db }): Promise<CellAnswer | Uint8Array> => {
    const t = await openTable(db, input.table);
    const { view, description } = await readPoint(t, input.as_of);
    const { column } = input;
    const value = (await rowAt(view, description, input))[column];
    if (isBytes(value)) return value;
    const kind = description.columns.find(({ name }) => name === column)?.kind ?? "json";
    return { column, kind, value: plain(value) };
  },
);

async function rowAt(
  view: Snapshot<UntypedTable>,
  description: TableDescription,
  {
    keys,
    column,
    where,
    order_by: orderBy,
    offset = 0,
  }: Parameters<typeof whereOf>[0] & AskedRows & { readonly column: string },
): Promise<Row> {
  const asked = keys === undefined ? { where, orderBy, offset } : { keys, offset: 0 };
  const options = { offset: asked.offset, limit: 1, select: [column], orderBy: asked.orderBy };
  const [row] = await view.find({ ...options, where: whereOf(asked, description) });
  if (row !== undefined) return row;
  throw new VarveError("INVALID_ARGUMENT", "cell: this row is not there at that point.", {
    hint: "Read the rows again.",
  });
}
