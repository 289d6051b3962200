import { useState } from "preact/hooks";
import type { StudioColumn } from "../api-types";
import { CopyButton } from "./copy-button";
import { count } from "./format";
import { asOf } from "./history-state";
import { route } from "./route";
import { RowDetail } from "./row-detail";
import { RowGrid } from "./row-grid";
import type { RowPlace } from "./row-place";
import { Failure } from "./shown-failure";
import { useDelayed } from "./use-delayed";
import { usePages } from "./use-pages";
import { WhereField } from "./where-field";

/** The rows of the version that is read. */
export function RowsPane() {
  const { table, where, order } = route.value;
  const [open, setOpen] = useState<RowPlace>();
  const asked = useDelayed(where.trim(), 200);
  const point = asOf.value === undefined ? {} : { as_of: asOf.value };
  const question = {
    table,
    ...point,
    ...(asked === "" ? {} : { where: asked }),
    ...(order === "" ? {} : { order_by: [orderOf(order)] }),
  };
  const pages = usePages(question);
  const { head, failure } = pages;
  return (
    <div class="split">
      <div class="rows">
        <div class="line">
          <WhereField
            example={exampleOf(head?.columns ?? [])}
            says={failure === undefined ? undefined : "filter-says"}
          />
          <output class="count" aria-live="polite">
            {head === undefined || failure !== undefined ? "" : countedOf(head.count, head.total)}
          </output>
          <CopyButton
            label="Copy as JSON"
            text={() => copied(pages, head?.columns ?? [], head?.count ?? 0)}
          />
        </div>
        {failure === undefined ? null : <Failure failure={failure} id="filter-says" />}
        {head === undefined ? null : (
          <RowGrid
            pages={pages}
            head={head}
            question={question}
            open={open}
            onOpen={(index) => {
              const row = pages.rowAt(index);
              if (row !== undefined) setOpen({ index, row });
            }}
          />
        )}
      </div>
      {open === undefined || head === undefined ? null : (
        <RowDetail
          place={open}
          columns={head.columns}
          question={question}
          onClose={() => setOpen(undefined)}
        />
      )}
    </div>
  );
}

/** An order as the server is told of it. */
export function orderOf(order: string): { column: string; descending: boolean } {
  return order.startsWith("-")
    ? { column: order.slice(1), descending: true }
    : { column: order, descending: false };
}

function countedOf(found: number, total: number): string {
  return found === total ? `${count(total)} rows` : `${count(found)} of ${count(total)} rows`;
}

/** A filter that could be written here. */
function exampleOf(columns: readonly StudioColumn[]): string {
  const chosen = columns.find(({ values }) => values !== null);
  if (chosen !== undefined) return `${chosen.name} = '${chosen.values?.[0] ?? ""}'`;
  const number = columns.find(({ kind }) => kind === "int" || kind === "float");
  if (number !== undefined) return `${number.name} > 10`;
  const text = columns.find(({ kind }) => kind === "text");
  return text === undefined ? "" : `${text.name} LIKE 'a%'`;
}

/** The rows that were read, as JSON. */
function copied(pages: ReturnType<typeof usePages>, columns: readonly StudioColumn[], found: number): string {
  const rows: object[] = [];
  for (let index = 0; index < found; index++) {
    const row = pages.rowAt(index);
    if (row !== undefined)
      rows.push(Object.fromEntries(columns.map(({ name }, at) => [name, row.cells[at] ?? null])));
  }
  return JSON.stringify(rows, undefined, 2);
}
