import { useEffect, useRef, useState } from "preact/hooks";
import type { Cell, RowsAnswer, ShownRow, StudioColumn } from "../api-types";
import { adjust, route } from "./route";
import { cellOf, type RowPlace } from "./row-place";
import { heightOf, ROW_HEIGHT, windowOf } from "./row-window";
import { ShownCell } from "./shown-cell";
import type { Pages } from "./use-pages";

const WIDTHS: Readonly<Record<string, number>> = {
  text: 260,
  int: 90,
  float: 90,
  boolean: 76,
  timestamp: 158,
  date: 110,
  json: 240,
  list: 180,
  struct: 220,
  vector: 150,
  bytes: 92,
};

const [TEXT_LEAST, TEXT_MOST, CHARACTER] = [90, 380, 7.1];

/** How wide a column is: texts as most of them need it. */
function widthOf({ kind, name, isKey }: StudioColumn, rows: readonly ShownRow[], at: number): number {
  const width = WIDTHS[kind] ?? 160;
  if (kind !== "text") return width;
  const lengths = rows.map(({ cells }) => lengthOf(cells[at])).toSorted((a, b) => a - b);
  const needed = Math.max(name.length + (isKey ? 5 : 2), lengths[Math.floor(lengths.length * 0.9)] ?? 0);
  return Math.min(TEXT_MOST, Math.max(TEXT_LEAST, Math.round(24 + needed * CHARACTER)));
}

function lengthOf(cell: Cell | undefined): number {
  return typeof cell === "string" ? cell.length : 80;
}

const ARROWS = { ascending: " ↑", descending: " ↓" };

interface GridProps {
  readonly pages: Pages;
  readonly head: RowsAnswer;
  readonly question: object;
  readonly open: RowPlace | undefined;
  readonly onOpen: (index: number) => void;
}

/** Rows in a list of any length, of which only those in sight are drawn. */
export function RowGrid({ pages, head, question, open, onOpen }: GridProps) {
  const box = useRef<HTMLDivElement>(null);
  const [scrolled, setScrolled] = useState(0);
  const [sight, setSight] = useState(600);
  const [active, setActive] = useState(0);
  const shown = windowOf(head.count, scrolled, sight);
  const { first, end, top } = shown;
  useEffect(() => pages.see(first, end), [first, end, pages.isWaiting]);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setSight(entry?.contentRect.height ?? 600));
    if (box.current !== null) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15 }[event.key];
    if (event.key === "Enter") onOpen(active);
    if (step === undefined) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(head.count - 1, active + step));
    setActive(next);
    if (box.current !== null) box.current.scrollTop += inSight(next * ROW_HEIGHT - scrolled, sight);
    if (open !== undefined) onOpen(next);
  };
  const template = head.columns.map((column, at) => `${widthOf(column, head.rows, at)}px`).join(" ");
  const indexes = Array.from({ length: Math.max(0, end - first) }, (_, at) => first + at);
  return (
    <div
      class="grid"
      role="grid"
      tabIndex={0}
      aria-label="Rows"
      aria-rowcount={head.count + 1}
      aria-activedescendant={head.count > 0 ? `row-${active}` : undefined}
      ref={box}
      onKeyDown={onKeyDown}
      onScroll={(event) => setScrolled(event.currentTarget.scrollTop)}
    >
      <GridHead columns={head.columns} template={template} />
      <div class="body" role="rowgroup" style={{ height: `${heightOf(head.count)}px` }}>
        <div role="presentation" style={{ transform: `translateY(${top}px)` }}>
          {indexes.map((index) => (
            <GridRow
              key={index}
              index={index}
              row={pages.rowAt(index)}
              columns={head.columns}
              template={template}
              question={question}
              isActive={index === active}
              isOpen={index === open?.index}
              onOpen={() => {
                setActive(index);
                onOpen(index);
              }}
            />
          ))}
        </div>
      </div>
      {head.count === 0 ? <p class="empty">No row matches.</p> : null}
    </div>
  );
}

/** How far to scroll so that a row is in sight. */
function inSight(top: number, sight: number): number {
  if (top < 0) return top;
  return Math.max(0, top + 2 * ROW_HEIGHT - sight);
}

function GridHead({
  columns,
  template,
}: {
  readonly columns: readonly StudioColumn[];
  readonly template: string;
}) {
  const { order } = route.value;
  return (
    <div class="head" role="row" style={{ gridTemplateColumns: template }}>
      {columns.map(({ name, type, isKey, ordered }) => {
        const sorted = order === name ? ("ascending" as const) : ("descending" as const);
        const isSorted = order === name || order === `-${name}`;
        const next = order === name ? `-${name}` : name;
        return (
          <div key={name} role="columnheader" aria-sort={isSorted ? sorted : undefined} title={type}>
            {ordered ? (
              <button type="button" onClick={() => adjust({ order: order === `-${name}` ? "" : next })}>
                {name}
                <span aria-hidden="true">{isSorted ? ARROWS[sorted] : ""}</span>
              </button>
            ) : (
              <span>{name}</span>
            )}
            {isKey ? <span class="dim"> key</span> : null}
          </div>
        );
      })}
    </div>
  );
}

interface GridRowProps {
  readonly index: number;
  readonly row: ShownRow | undefined;
  readonly columns: readonly StudioColumn[];
  readonly template: string;
  readonly question: object;
  readonly isActive: boolean;
  readonly isOpen: boolean;
  readonly onOpen: () => void;
}

function GridRow({ index, row, columns, template, question, isActive, isOpen, onOpen }: GridRowProps) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys of all rows are those of the grid
    <div
      role="row"
      id={`row-${index}`}
      aria-rowindex={index + 2}
      aria-selected={isOpen}
      class={`row${isActive ? " active" : ""}${isOpen ? " open" : ""}`}
      style={{ gridTemplateColumns: template, height: `${ROW_HEIGHT}px` }}
      onClick={onOpen}
    >
      {columns.map(({ name, kind }, at) => (
        <div key={name} role="gridcell" class={kind}>
          {row === undefined ? (
            <span class="wait" />
          ) : (
            <ShownCell cell={row.cells[at] ?? null} kind={kind} of={cellOf(question, row, index, name)} />
          )}
        </div>
      ))}
    </div>
  );
}
