import { useState } from "preact/hooks";
import type { Cell, HitsAnswer, Part, ShownHit, StudioColumn } from "../api-types";
import { moment, number } from "./format";
import { go } from "./route";
import { RowDetail } from "./row-detail";
import { ShownCell } from "./shown-cell";

/** What a search found, the best first. */
export function ShownHits({ answer, question }: { readonly answer: HitsAnswer; readonly question: object }) {
  const [open, setOpen] = useState<number>();
  const { hits } = answer;
  const best = {
    score: Math.max(...hits.map(({ score }) => score), 1e-9),
    words: Math.max(...hits.map(({ textScore }) => textScore ?? 0), 1e-9),
    near: Math.min(...hits.map(({ distance }) => distance ?? Number.POSITIVE_INFINITY)),
  };
  const row = open === undefined ? undefined : hits[open];
  return (
    <div>
      {row === undefined ? null : (
        <RowDetail
          place={{ index: open ?? 0, row }}
          columns={answer.columns}
          question={pointOf(question, row)}
          onClose={() => setOpen(undefined)}
        />
      )}
      <ol class="hits">
        {hits.map((hit, index) => (
          <OneHit
            key={`${hit.id} ${hit.from?.version ?? ""}`}
            hit={hit}
            answer={answer}
            best={best}
            onOpen={() => setOpen(index)}
          />
        ))}
      </ol>
    </div>
  );
}

/** Where the row of a hit can be read: of a search across versions, in the one that wrote it. */
function pointOf(question: object, { from }: ShownHit): object {
  const { table, as_of } = question as Readonly<Record<string, unknown>>;
  return from === null ? { table, as_of } : { table, as_of: `v${from.version}` };
}

interface Best {
  readonly score: number;
  readonly words: number;
  /** The least distance: a bar is as long as a row is near. */
  readonly near: number;
}

interface OneHitProps {
  readonly hit: ShownHit;
  readonly answer: HitsAnswer;
  readonly best: Best;
  readonly onOpen: () => void;
}

function OneHit({ hit, answer, best, onOpen }: OneHitProps) {
  const { id, from, to } = hit;
  const vector = answer.columns.find(({ kind, function: made }) => kind === "vector" && made !== null);
  const similar = vector ?? answer.columns.find(({ kind }) => kind === "vector");
  return (
    <li class="hit">
      <div class="line">
        <h3>{id ?? "Row"}</h3>
        {from === null ? null : (
          <span class="chip tag">
            {`v${from.version}, ${moment(from.at)} to ${to === null ? "now" : `v${to.version}, ${moment(to.at)}`}`}
          </span>
        )}
        <span class="grow" />
        <ScoreBars hit={hit} best={best} />
      </div>
      <p class="said">
        <Said hit={hit} answer={answer} />
      </p>
      <div class="also">
        {answer.columns.map((column, at) => (
          <Also
            key={column.name}
            column={column}
            cell={hit.cells[at] ?? null}
            isSaid={column.name === saidBy(answer)}
          />
        ))}
        <span class="grow" />
        <span class="buttons">
          <button type="button" onClick={onOpen}>
            Open
          </button>
          {similar === undefined || id === null ? null : (
            <button
              type="button"
              onClick={() => go({ like: JSON.stringify(id), column: similar.name, from: "", q: "" })}
            >
              Find similar
            </button>
          )}
        </span>
      </div>
    </li>
  );
}

/** The column whose text stands for the row: that in which something was found, or the longest kind of text that there is. */
function saidBy({ partsOf, columns }: HitsAnswer): string | undefined {
  const source = columns.find(({ sources }) => sources !== null)?.sources?.[0];
  return partsOf ?? source ?? columns.find(({ kind, isKey }) => kind === "text" && !isKey)?.name;
}

function Said({ hit, answer }: { readonly hit: ShownHit; readonly answer: HitsAnswer }) {
  if (hit.parts.length > 0)
    return (
      <>
        {hit.parts.map((part, at) => (
          <span key={part.text}>
            {at > 0 ? " … " : ""}
            <Marked part={part} />
          </span>
        ))}
      </>
    );
  const at = answer.columns.findIndex(({ name }) => name === saidBy(answer));
  const cell = hit.cells[at] ?? null;
  if (typeof cell === "string") return <>{cell.length > 360 ? `${cell.slice(0, 360)}…` : cell}</>;
  return <ShownCell cell={cell} kind="text" />;
}

/** A part of a text with the words that were found in it. */
export function Marked({ part }: { readonly part: Part }) {
  const pieces: (string | preact.JSX.Element)[] = [];
  let end = 0;
  for (const mark of part.marks) {
    pieces.push(
      part.text.slice(end, mark.start),
      <mark key={mark.start}>{part.text.slice(mark.start, mark.end)}</mark>,
    );
    end = mark.end;
  }
  return (
    <>
      {pieces}
      {part.text.slice(end)}
    </>
  );
}

function Also({
  column,
  cell,
  isSaid,
}: {
  readonly column: StudioColumn;
  readonly cell: Cell;
  readonly isSaid: boolean;
}) {
  const isShort = ["text", "int", "float", "boolean", "timestamp", "date"].includes(column.kind);
  if (isSaid || column.isKey || !isShort || cell === null) return null;
  if (typeof cell === "object" || (typeof cell === "string" && cell.length > 60)) return null;
  return (
    <span>
      {column.name} <ShownCell cell={cell} kind={column.kind} />
    </span>
  );
}

function ScoreBars({ hit, best }: { readonly hit: ShownHit; readonly best: Best }) {
  const { score, textScore, distance } = hit;
  return (
    <div class="scores">
      <Bar label="score" share={score / best.score} value={number(score)} />
      {textScore === null ? null : (
        <Bar label="words" share={textScore / best.words} value={number(textScore)} isThin />
      )}
      {distance === null ? null : (
        <Bar
          label="distance"
          share={distance <= best.near ? 1 : Math.max(0, best.near) / distance}
          value={number(distance)}
          isThin
        />
      )}
    </div>
  );
}

interface BarProps {
  readonly label: string;
  readonly share: number;
  readonly value: string;
  readonly isThin?: boolean;
}

function Bar({ label, share, value, isThin = false }: BarProps) {
  return (
    <>
      <span class="dim">{label}</span>
      <span class={isThin ? "bar-box thin" : "bar-box"} aria-hidden="true">
        <span style={{ width: `${Math.max(0, Math.min(1, share)) * 100}%` }} />
      </span>
      <span class="digits">{value}</span>
    </>
  );
}
