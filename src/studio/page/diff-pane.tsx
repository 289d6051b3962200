import type { Key } from "../api-types";
import { count, counted } from "./format";
import { asOf, atIndex, compare, fromPoint, told } from "./history-state";
import { route } from "./route";
import { Failure } from "./shown-failure";
import { useAnswer } from "./use-answer";
import { useDelayed } from "./use-delayed";
import { WhereField } from "./where-field";
import { wordDiff } from "./word-diff";

type Shown = Readonly<Record<string, unknown>>;

interface OneRow {
  readonly id: Key;
  readonly row: Shown;
}

interface Changes {
  readonly from: number;
  readonly to: number;
  readonly counts: { readonly added: number; readonly removed: number; readonly changed: number };
  readonly added: readonly OneRow[];
  readonly removed: readonly OneRow[];
  readonly changed: readonly { readonly id: Key; readonly before: Shown; readonly after: Shown }[];
  readonly note?: string;
}

/** What changed between the handles; with one handle, what its commit changed. */
export function DiffPane() {
  const { table, where } = route.value;
  const filter = useDelayed(where.trim(), 200);
  const from = fromPoint.value ?? (atIndex.value > 0 ? told(atIndex.value - 1) : undefined);
  const question =
    from === undefined
      ? undefined
      : {
          table,
          from,
          ...(asOf.value === undefined ? {} : { to: asOf.value }),
          ...(filter === "" ? {} : { where: filter }),
        };
  const { value, failure } = useAnswer<Changes>("changes", question);
  return (
    <div class="changes">
      <div class="line">
        <WhereField />
        {fromPoint.value === undefined ? (
          <button type="button" onClick={() => compare(true)}>
            Compare with another version
          </button>
        ) : null}
      </div>
      {question === undefined ? <p class="empty">There is nothing before this point.</p> : null}
      {failure === undefined ? null : <Failure failure={failure} />}
      {value === undefined ? null : <Shown changes={value} />}
    </div>
  );
}

function Shown({
  changes: { from, to, counts, added, removed, changed, note },
}: {
  readonly changes: Changes;
}) {
  return (
    <>
      <div>
        <p class="dim">{`Version ${from} to ${to}`}</p>
        <p class="sums" aria-live="polite">
          <span class="changed">{`${count(counts.changed)} changed`}</span>
          <span class="added">{`${count(counts.added)} added`}</span>
          <span class="removed">{`${count(counts.removed)} removed`}</span>
        </p>
        {note === undefined ? null : <p class="dim">{note}</p>}
      </div>
      {changed.length === 0 ? null : (
        <section aria-label="Changed rows">
          <h3>{counted(counts.changed, "changed row")}</h3>
          {changed.map(({ id, before, after }) => (
            <article key={id} class="change changed">
              <h4>{id}</h4>
              <dl>
                {[...new Set([...Object.keys(before), ...Object.keys(after)])].map((name) => (
                  <ChangedValue key={name} name={name} before={before[name]} after={after[name]} />
                ))}
              </dl>
            </article>
          ))}
        </section>
      )}
      <Rows title="added row" kind="added" total={counts.added} rows={added} />
      <Rows title="removed row" kind="removed" total={counts.removed} rows={removed} />
    </>
  );
}

interface RowsProps {
  readonly title: string;
  readonly kind: "added" | "removed";
  readonly total: number;
  readonly rows: readonly OneRow[];
}

function Rows({ title, kind, total, rows }: RowsProps) {
  if (total === 0) return null;
  return (
    <section aria-label={kind === "added" ? "Added rows" : "Removed rows"}>
      <h3>{counted(total, title)}</h3>
      {rows.map(({ id, row }) => (
        <article key={id} class={`change ${kind}`}>
          <h4>{id}</h4>
          <dl>
            {Object.entries(row)
              .filter(([, value]) => value !== null)
              .map(([name, value]) => (
                <div key={name} class="pair">
                  <dt>{name}</dt>
                  <dd>{textOf(value)}</dd>
                </div>
              ))}
          </dl>
        </article>
      ))}
    </section>
  );
}

function ChangedValue({
  name,
  before,
  after,
}: {
  readonly name: string;
  readonly before: unknown;
  readonly after: unknown;
}) {
  const [old, now] = [textOf(before), textOf(after)];
  const isProse = isWorded(before) && isWorded(after);
  const pieces = isProse
    ? wordDiff(old, now)
    : [
        { is: "gone" as const, text: old },
        { is: "new" as const, text: now },
      ];
  return (
    <div class="pair">
      <dt>{name}</dt>
      <dd>
        {pieces.map(({ is, text }, at) => {
          const key = `${at} ${is}`;
          if (is === "gone") return <del key={key}>{text}</del>;
          return is === "new" ? <ins key={key}>{text}</ins> : <span key={key}>{text}</span>;
        })}
      </dd>
    </div>
  );
}

/** Whether a value is told by what changed in it, and not by itself. */
function isWorded(value: unknown): boolean {
  return typeof value === "string" || (typeof value === "object" && value !== null);
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return "null";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
