import { useEffect, useRef, useState } from "preact/hooks";
import type { CellAnswer, StudioColumn } from "../api-types";
import { askCell } from "./api";
import { CopyButton } from "./copy-button";
import { bytes, moment, number } from "./format";
import { go } from "./route";
import { cellOf, type RowPlace } from "./row-place";
import { Picture } from "./shown-cell";
import { Sparkline } from "./sparkline";

interface DetailProps {
  readonly place: RowPlace;
  readonly columns: readonly StudioColumn[];
  readonly question: object;
  readonly onClose: () => void;
}

type Value = CellAnswer | Uint8Array<ArrayBuffer>;

/** One row with all of its values in full. */
export function RowDetail({ place, columns, question, onClose }: DetailProps) {
  const { row, index } = place;
  const values = useValues(place, columns, question);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.scrollIntoView({ block: "nearest" }), [index]);
  const json = (): string =>
    JSON.stringify(
      Object.fromEntries(columns.map(({ name }) => [name, plainOf(values.get(name))])),
      undefined,
      2,
    );
  return (
    <aside
      class="detail"
      aria-label="Row"
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
      }}
    >
      <div class="line">
        <h3 ref={heading}>{row.id ?? `Row ${index + 1}`}</h3>
        <span class="grow" />
        <CopyButton label="Copy" text={json} />
        <button type="button" aria-label="Close the row" onClick={onClose}>
          Close
        </button>
      </div>
      <dl>
        {columns.map((column, at) => (
          <div key={column.name}>
            <dt>
              {column.name} <span class="dim">{column.type}</span>
            </dt>
            <dd>
              <FullValue
                value={values.get(column.name)}
                cell={row.cells[at]}
                of={cellOf(question, row, index, column.name)}
              />
              {column.kind === "vector" && row.id !== null && row.cells[at] !== null ? (
                <button
                  type="button"
                  onClick={() =>
                    go({ pane: "search", like: JSON.stringify(row.id), column: column.name, q: "", from: "" })
                  }
                >
                  Find similar
                </button>
              ) : null}
            </dd>
          </div>
        ))}
      </dl>
    </aside>
  );
}

function FullValue({
  value,
  cell,
  of,
}: {
  readonly value: Value | undefined;
  readonly cell: unknown;
  readonly of: object;
}) {
  if (value === undefined) return <span class="wait" />;
  if (value instanceof Uint8Array) {
    const image = (cell as { readonly image?: string | null } | null)?.image ?? null;
    if (image !== null) return <Picture of={of} type={image} size={value.length} />;
    return <span class="code">{`${bytes(value.length)}: ${hexOf(value)}`}</span>;
  }
  const { kind, value: full } = value;
  if (full === null) return <span class="none">null</span>;
  if (kind === "vector" && Array.isArray(full)) {
    const numbers = full as number[];
    return (
      <>
        <Sparkline numbers={numbers} length={numbers.length} />
        <details>
          <summary>Numbers</summary>
          <p class="code long">{numbers.map(number).join(", ")}</p>
        </details>
      </>
    );
  }
  if (typeof full === "object") return <pre>{JSON.stringify(full, undefined, 2)}</pre>;
  if (kind === "timestamp" || kind === "date") return <span>{moment(String(full))}</span>;
  return <span class={kind === "text" ? "text" : "code"}>{String(full)}</span>;
}

function hexOf(value: Uint8Array): string {
  const start = [...value.subarray(0, 24)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return value.length > 24 ? `${start} …` : start;
}

function plainOf(value: Value | undefined): unknown {
  if (value === undefined) return null;
  return value instanceof Uint8Array ? `(${value.length} bytes)` : value.value;
}

function useValues(
  { row, index }: RowPlace,
  columns: readonly StudioColumn[],
  question: object,
): ReadonlyMap<string, Value> {
  const [values, setValues] = useState<ReadonlyMap<string, Value>>(new Map());
  const asked = JSON.stringify(columns.map(({ name }) => [name, cellOf(question, row, index, name)]));
  useEffect(() => {
    const gone = new AbortController();
    setValues(new Map());
    for (const [name, of] of JSON.parse(asked) as [string, object][]) {
      askCell<CellAnswer>(of, gone.signal).then(
        (value) => gone.signal.aborted || setValues((known) => new Map(known).set(name, value)),
        () => undefined,
      );
    }
    return () => gone.abort();
  }, [asked]);
  return values;
}
