import { useState } from "preact/hooks";
import type { HitsAnswer, SchemaAnswer } from "../api-types";
import { Explain } from "./explain";
import { asOf, fromPoint } from "./history-state";
import { ShownHits } from "./hits";
import { adjust, go, keyOf, MODES, route } from "./route";
import { Failure } from "./shown-failure";
import { useAnswer } from "./use-answer";
import { useDelayed } from "./use-delayed";
import { VectorChoice } from "./vector-choice";
import { WhereField } from "./where-field";

/** Searches of the version that is read, or of all versions between two handles. */
export function SearchPane() {
  const { q, like } = route.value;
  const [isExplained, setExplained] = useState(true);
  const question = useQuestion();
  const { value, failure, isWaiting } = useAnswer<HitsAnswer>("hits", question);
  return (
    <div class="search">
      <SearchForm />
      <div class="line" aria-live="polite">
        {value === undefined ? null : <Said answer={value} isWaiting={isWaiting} />}
        <span class="grow" />
        <button type="button" aria-pressed={isExplained} onClick={() => setExplained(!isExplained)}>
          Explain
        </button>
      </div>
      {failure === undefined ? null : <Failure failure={failure} />}
      {q.trim() === "" && like === "" ? (
        <p class="empty">Write what to look for: a question, words, or "these words in a row".</p>
      ) : null}
      {value === undefined || question === undefined ? null : (
        <div class="found">
          <ShownHits answer={value} question={question} />
          {isExplained ? <Explain question={question} /> : null}
        </div>
      )}
    </div>
  );
}

function useQuestion(): object | undefined {
  const { table, q, like, mode, column, where } = route.value;
  const query = useDelayed(q.trim(), 220);
  const filter = useDelayed(where.trim(), 220);
  if (query === "" && like === "") return undefined;
  const looked = like === "" ? { query } : { like: [keyOf(like)] };
  return {
    table,
    ...looked,
    mode: like === "" && fromPoint.value === undefined ? mode : "vector",
    ...(column === "" ? {} : { column }),
    ...(filter === "" ? {} : { where: filter }),
    ...(asOf.value === undefined ? {} : { as_of: asOf.value }),
    ...(fromPoint.value === undefined ? {} : { from: fromPoint.value }),
  };
}

function SearchForm() {
  const { q, like, mode, column, table } = route.value;
  const schema = useAnswer<SchemaAnswer>("schema", { table }).value;
  const vectors = (schema?.columns ?? []).filter((one) => one.kind === "vector");
  const isSpan = fromPoint.value !== undefined;
  const shown = isSpan || like !== "" ? "vector" : mode;
  return (
    // biome-ignore lint/a11y/useSemanticElements: it is a form with a purpose, which older browsers know by its role
    <form class="ask" role="search" onSubmit={(event) => event.preventDefault()}>
      {like === "" ? (
        <input
          type="search"
          aria-label="What to look for"
          placeholder="Search"
          value={q}
          onInput={(event) => adjust({ q: event.currentTarget.value })}
        />
      ) : (
        <span class="line">
          Similar to <strong>{String(keyOf(like))}</strong>
          <button type="button" onClick={() => go({ like: "", column: "" })}>
            Search by text
          </button>
        </span>
      )}
      <fieldset class="choice" disabled={isSpan || like !== ""}>
        <legend class="unseen">How to search</legend>
        {MODES.map(([one, label]) => (
          <button key={one} type="button" aria-pressed={one === shown} onClick={() => adjust({ mode: one })}>
            {label}
          </button>
        ))}
      </fieldset>
      <VectorChoice names={vectors.map(({ name }) => name)} value={column} any="any vectors" />
      <WhereField />
    </form>
  );
}

const WAYS: Readonly<Record<HitsAnswer["mode"], string>> = {
  hybrid: "by words and meaning",
  vector: "by meaning",
  text: "by words",
};

function Said({ answer, isWaiting }: { readonly answer: HitsAnswer; readonly isWaiting: boolean }) {
  const { hits, mode, ms, from, version, confidence, reason } = answer;
  const span = from === null ? `version ${version}` : `versions ${from} to ${version}`;
  return (
    <>
      <strong>{hits.length === 0 ? (reason ?? "Nothing was found.") : `${hits.length} found`}</strong>
      <span class="dim">{`${WAYS[mode]}, ${span}, ${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`}</span>
      {confidence === null ? null : (
        <span class="chip">{confidence === "none" ? "no sure match" : `${confidence} match`}</span>
      )}
      {isWaiting ? <span class="dim">…</span> : null}
    </>
  );
}
