import type { Coverage, SchemaAnswer, StudioColumn } from "../api-types";
import { bytes, count, percent } from "./format";
import { asOf } from "./history-state";
import { route } from "./route";
import { Failure } from "./shown-failure";
import { useAnswer } from "./use-answer";

type Stats = SchemaAnswer["stats"];

/** What the table is made of: columns, embedding functions, indexes, sizes. */
export function SchemaPane() {
  const point = asOf.value === undefined ? {} : { as_of: asOf.value };
  const { value, failure } = useAnswer<SchemaAnswer>("schema", { table: route.value.table, ...point });
  if (failure !== undefined) return <Failure failure={failure} />;
  if (value === undefined) return <p class="empty">Reading …</p>;
  const { stats } = value;
  return (
    <div class="blocks">
      <Sizes rows={value.rows} stats={stats} />
      <Columns columns={value.columns} />
      <Functions columns={value.columns} missing={stats.missingVectors} />
      <Indexes coverage={value.coverage} />
    </div>
  );
}

function Sizes({ rows, stats }: { readonly rows: number; readonly stats: Stats }) {
  const days = stats.retentionMs === null ? "for ever" : `for ${count(stats.retentionMs / 86_400_000)} days`;
  const facts: readonly (readonly [string, string])[] = [
    ["rows at this point", count(rows)],
    ["on disk", bytes(stats.bytes)],
    ["files", count(stats.files)],
    ["versions that can be read", `${count(stats.oldestVersion)} to ${count(stats.version)}`],
    ["rows of the past", count(stats.deadRows)],
    ["runs of rows", count(stats.fragments)],
    ["commits in the manifest", count(stats.inlineCommits)],
    ["the past is kept", days],
  ];
  return (
    <section aria-label="Sizes">
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Columns({ columns }: { readonly columns: readonly StudioColumn[] }) {
  return (
    <section aria-label="Columns">
      <h3>Columns</h3>
      <div class="scrolls">
        <table>
          <thead>
            <tr>
              <th scope="col">name</th>
              <th scope="col">type</th>
              <th scope="col">may be null</th>
              <th scope="col">what it is</th>
            </tr>
          </thead>
          <tbody>
            {columns.map((column) => (
              <tr key={column.name}>
                <th scope="row">{column.name}</th>
                <td class="code">{column.type}</td>
                <td>{column.nullable ? "yes" : "no"}</td>
                <td>{tellOf(column)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function tellOf({ isKey, words, indexed, sources, function: made }: StudioColumn): string {
  const told = [
    isKey ? "primary key" : "",
    words ? "searched by its words" : "",
    indexed ? "values are indexed" : "",
    sources === null ? "" : `made by ${made ?? "?"} from ${sources.join(", ")}`,
  ];
  return told.filter((one) => one !== "").join("; ");
}

interface FunctionsProps {
  readonly columns: readonly StudioColumn[];
  readonly missing: Readonly<Record<string, number>>;
}

function Functions({ columns, missing }: FunctionsProps) {
  const made = columns.filter((column) => column.function !== null);
  if (made.length === 0) return null;
  return (
    <section aria-label="Embedding functions">
      <h3>Embedding functions</h3>
      {made.map((column) => (
        <div key={column.name}>
          <p>
            <strong>{column.name}</strong>{" "}
            {`is made by ${column.function} from ${(column.sources ?? []).join(", ")}; ${count(missing[column.name] ?? 0)} vectors are missing.`}
          </p>
          <pre class="dim">{JSON.stringify(column.config, undefined, 2)}</pre>
        </div>
      ))}
    </section>
  );
}

function Indexes({ coverage }: { readonly coverage: readonly Coverage[] }) {
  if (coverage.length === 0) return null;
  return (
    <section aria-label="Indexes" class="explain">
      <h3>Indexes</h3>
      <ol class="funnel">
        {coverage.map(({ column, of, rows, uncovered, recall }) => {
          const share = uncovered === null || rows === 0 ? 0 : Math.max(0, 1 - uncovered / rows);
          return (
            <li key={`${column} ${of}`}>
              <span>{`${column}, its ${of}`}</span>
              <span class="digits">
                {uncovered === null
                  ? `none: all ${count(rows)} rows are compared`
                  : `${percent(share)} of ${count(rows)} rows${recall === null ? "" : `, recall ${percent(recall)}`}`}
              </span>
              <span class="bar-box" aria-hidden="true">
                <span style={{ width: `${share * 100}%` }} />
              </span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
