import type { ExplainAnswer } from "../api-types";
import { bytes, count, number, percent } from "./format";
import { Failure } from "./shown-failure";
import { useAnswer } from "./use-answer";

type Told = ExplainAnswer["explanation"];

/** How a search was answered, drawn: how many rows each step left, and what the ranking was made of. */
export function Explain({ question }: { readonly question: object }) {
  const { value, failure } = useAnswer<ExplainAnswer>("explain", question);
  if (failure !== undefined) return <Failure failure={failure} />;
  if (value === undefined) return null;
  const told = value.explanation;
  return (
    <section class="explain" aria-label="How it was found">
      <h3>How it was found</h3>
      <p class="dim">{wayOf(told)}</p>
      <Funnel told={told} />
      {told.fusion === undefined ? null : <Fused fusion={told.fusion} />}
      {told.confidence === undefined ? null : <Sure confidence={told.confidence} />}
    </section>
  );
}

function wayOf({ exact, recall, indexes, because, from, bytes: read }: Told): string {
  const way = exact
    ? "Every row that could be among the best was compared: the answer is exact."
    : `${indexes} ${indexes === 1 ? "index" : "indexes"} chose the candidates: ${percent(recall)} of the true best are to be expected.`;
  const size = read > 0 ? ` ${bytes(read)} of vectors were read.` : "";
  const why = because === undefined || from !== undefined ? "" : ` Searched so because ${because}.`;
  return `${way}${size}${why}`;
}

function Funnel({ told }: { readonly told: Told }) {
  const { rows, candidates, scanned, refined, uncovered, filter, lists } = told;
  const steps: (readonly [label: string, value: number])[] = [
    [told.from === undefined ? "rows of the version" : "rows of these versions", rows],
  ];
  if (filter !== undefined) steps.push([`after the filter (${filter.way})`, candidates]);
  if (scanned > 0) steps.push([`codes read in ${count(lists)} lists`, scanned]);
  if (refined > 0) steps.push(["vectors compared in full", refined]);
  if (uncovered > 0 && !told.exact) steps.push(["read, as no index covers them yet", uncovered]);
  const most = Math.max(1, ...steps.map(([, value]) => value));
  return (
    <ol class="funnel">
      {steps.map(([label, value]) => (
        <li key={label}>
          <span>{label}</span>
          <span class="digits">{count(value)}</span>
          <span class="bar-box" aria-hidden="true">
            <span style={{ width: `${(value / most) * 100}%` }} />
          </span>
        </li>
      ))}
    </ol>
  );
}

function Fused({ fusion: { weights, terms } }: { readonly fusion: NonNullable<Told["fusion"]> }) {
  return (
    <>
      <h4>Words and meaning</h4>
      <ol class="funnel">
        {[["words count for", weights.text] as const, ["meaning counts for", weights.vector] as const].map(
          ([label, weight]) => (
            <li key={label}>
              <span>{label}</span>
              <span class="digits">{percent(weight)}</span>
              <span class="bar-box" aria-hidden="true">
                <span style={{ width: `${weight * 100}%` }} />
              </span>
            </li>
          ),
        )}
      </ol>
      <table>
        <thead>
          <tr>
            <th>word</th>
            <th>column</th>
            <th class="digits">rows</th>
            <th class="digits">most</th>
          </tr>
        </thead>
        <tbody>
          {terms.map((term) => (
            <tr key={`${term.column} ${term.terms.join(" ")}`}>
              <td>{term.terms.join(" ")}</td>
              <td class="dim">{term.column ?? ""}</td>
              <td class="digits">{term.rowsWithTerm.map(count).join(", ")}</td>
              <td class="digits">{number(term.most)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** Above this number a match is strong, and below the other one there is none. */
const [STRONG, NONE, MOST] = [1.3, 0.7, 2];

function Sure({
  confidence: { level, text, vector },
}: {
  readonly confidence: NonNullable<Told["confidence"]>;
}) {
  const parts = [
    { label: "words", value: text },
    { label: "meaning", value: vector },
  ].flatMap(({ label, value }) => (value === null ? [] : [{ label, value }]));
  return (
    <>
      <h4>{`How sure: ${level}`}</h4>
      <p class="dim">{`A match is strong from ${STRONG} on, and there is none below ${NONE}.`}</p>
      <ol class="funnel">
        {parts.map(({ label, value }) => (
          <li key={label}>
            <span>{label}</span>
            <span class="digits">{number(value)}</span>
            <span class="bar-box" aria-hidden="true">
              <span style={{ width: `${(Math.min(MOST, Math.max(0, value)) / MOST) * 100}%` }} />
            </span>
          </li>
        ))}
      </ol>
    </>
  );
}
