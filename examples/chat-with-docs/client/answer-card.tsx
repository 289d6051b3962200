import { useEffect, useRef } from "preact/hooks";
import type { Confidence, Crawl, Part, Point, Source, Spoken } from "./api.ts";
import { Words } from "./prose.tsx";
import { changesLink, passageLink } from "./route.ts";
import { dayOf, pointLabel } from "./time.ts";

/** A question and what has been answered so far. */
export interface Turn {
  readonly key: number;
  readonly question: string;
  readonly point?: Point;
  readonly sources: readonly Source[];
  readonly parts: readonly Part[];
  /** When the answer changed; nothing where it never did. */
  readonly times?: readonly Spoken[];
  /** How sure the search is that the sources are about the question. */
  readonly confidence?: Confidence;
  readonly refusal?: string;
  readonly problem?: string;
  /** Whether more may come. */
  readonly isOpen: boolean;
}

/** One question with its answer, its citations, and the way to the same question at another time. */
export function AnswerCard({
  turn,
  crawls,
  usesModel,
  onAsk,
}: {
  turn: Turn;
  crawls: readonly Crawl[];
  usesModel: boolean;
  /** Asks again, as of another point. */
  onAsk: (question: string, asOf: Point) => void;
}) {
  const { question, point, sources, parts, times = [], confidence, refusal, problem, isOpen } = turn;
  const others = crawls.filter(({ version }) => version !== point?.version).slice(0, 3);
  const newest = crawls[0]?.version;
  const card = useRef<HTMLElement>(null);
  // Again at the end, when there is room below to bring its beginning up.
  useEffect(() => card.current?.scrollIntoView({ block: "start" }), [isOpen]);
  return (
    <article class="turn" ref={card}>
      <h2>{question}</h2>
      {point && (
        <p class="point">
          <span class={point.version === newest ? "stamp" : "stamp past"}>{pointLabel(point)}</span>
          {parts.length > 0 && !usesModel && (
            <span>Quotes from the documents, word for word. No language model.</span>
          )}
        </p>
      )}
      <div class="answer">
        {confidence === "weak" && parts.length > 0 && (
          <p class="refusal">Not certain that this is about your question.</p>
        )}
        {parts.map((part) => (
          <PartView part={part} point={point} sources={sources} />
        ))}
        {refusal !== undefined && <p class="refusal">{refusal}</p>}
        {problem !== undefined && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        {isOpen && <p class="waiting">Reading…</p>}
      </div>
      {point && times.length > 0 && (
        <Times point={point} times={times} onAsk={(asOf) => onAsk(question, asOf)} />
      )}
      {point && sources.length > 0 && (
        <Sources point={point} sources={sources} cited={new Set(parts.flatMap(({ cites }) => cites))} />
      )}
      {!isOpen && point && others.length > 0 && (
        <p class="again">
          Same question as of
          {others.map((crawl) => (
            <button type="button" key={crawl.version} onClick={() => onAsk(question, crawl)}>
              {dayOf(crawl.effectiveAt)}
            </button>
          ))}
          {newest !== undefined && point.version !== 0 && point.version < newest && (
            <a href={changesLink(point.version, newest)}>What changed since</a>
          )}
        </p>
      )}
    </article>
  );
}

/** When the answer changed, on one line; each time leads to the question as of then. */
function Times({
  point,
  times,
  onAsk,
}: {
  point: Point;
  times: readonly Spoken[];
  onAsk: (asOf: Point) => void;
}) {
  return (
    <p class="times">
      {times.map((time, index) => (
        <>
          {index > 0 && "; "}
          <button
            type="button"
            key={time.from.version}
            aria-current={isIn(point, time) ? "true" : undefined}
            onClick={() => onAsk(time.from)}
          >
            ‘{time.text}’
          </button>{" "}
          {whenOf(time, times[index - 1])}
        </>
      ))}
    </p>
  );
}

function isIn({ version }: Point, { from, to }: Spoken): boolean {
  return from.version <= version && (to === null || version < to.version);
}

function whenOf({ from, to }: Spoken, before: Spoken | undefined): string {
  const follows = before?.to?.version === from.version;
  if (to === null) return follows ? "since" : `since ${dayOf(from.effectiveAt)}`;
  const until = `until ${dayOf(to.effectiveAt)}`;
  return before === undefined || follows ? until : `from ${dayOf(from.effectiveAt)} ${until}`;
}

function PartView({
  part,
  point,
  sources,
}: {
  part: Part;
  point: Point | undefined;
  sources: readonly Source[];
}) {
  const marks = part.cites.map((cite) => {
    const source = sources[cite - 1];
    if (source === undefined || point === undefined) return null;
    const link = passageLink(point.version, source.id, part.isQuote ? part.text : undefined);
    return (
      <a class="cite" href={link} aria-label={`Source ${cite}: ${nameOf(source)}`}>
        {cite}
      </a>
    );
  });
  if (!part.isQuote) {
    return (
      <p>
        <Words text={part.text} /> {marks}
      </p>
    );
  }
  const first = sources[(part.cites[0] ?? 0) - 1];
  return (
    <figure class="quote">
      <blockquote>
        <Words text={part.text} /> {marks}
      </blockquote>
      {first && <figcaption>{nameOf(first)}</figcaption>}
    </figure>
  );
}

function Sources({
  point,
  sources,
  cited,
}: {
  point: Point;
  sources: readonly Source[];
  cited: ReadonlySet<number>;
}) {
  return (
    <details class="sources" open={cited.size === 0}>
      <summary>
        {sources.length} passages were read, {cited.size} cited
      </summary>
      <ol>
        {sources.map((source, index) => (
          <li class={cited.has(index + 1) ? "cited" : ""}>
            <a href={passageLink(point.version, source.id)}>{nameOf(source)}</a>
            <span class="path">
              {source.path}
              {source.page !== null && `, page ${source.page}`}
            </span>
            <span
              class="score"
              title="How well the passage fits the question by words and meaning, from 0 to 1"
            >
              {source.score.toFixed(2)}
            </span>
          </li>
        ))}
      </ol>
    </details>
  );
}

function nameOf({ title, heading }: Source): string {
  return heading === "" ? title : `${title} › ${heading}`;
}
