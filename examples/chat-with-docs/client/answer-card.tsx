import { useEffect, useRef } from "preact/hooks";
import type { Crawl, Part, Point, Reading, Source, Spoken } from "./api.ts";
import type { Turn } from "./conversation.ts";
import { CopyButton } from "./copy-button.tsx";
import { Prose, Words } from "./prose.tsx";
import { Readings } from "./readings.tsx";
import { changesLink, passageLink } from "./route.ts";
import { dayOf, pointLabel } from "./time.ts";

/** What a turn is asked again with. */
interface Again {
  readonly asOf?: string | number | undefined;
  readonly without?: readonly Reading["kind"][];
}

/** One question with its answer, its citations, and the way to the same question at another time. */
export function AnswerCard({
  turn,
  crawls,
  usesModel,
  onAsk,
  onAgain,
}: {
  turn: Turn;
  crawls: readonly Crawl[];
  usesModel: boolean;
  /** Asks the same as of another point, below. */
  onAsk: (asOf: Point) => void;
  /** Asks the same in its place. */
  onAgain: (change: Again) => void;
}) {
  const { question, point, sources, parts, times = [], refusal, problem, isOpen, isStopped } = turn;
  const newest = crawls[0]?.version;
  const card = useRef<HTMLElement>(null);
  // Again at the end, when there is room below to bring its beginning up.
  useEffect(() => card.current?.scrollIntoView({ block: "start" }), [isOpen]);
  return (
    <article class="turn" ref={card} aria-label={question}>
      <h2>{question}</h2>
      <Readings
        readings={turn.readings}
        effectiveAt={point?.effectiveAt ?? null}
        onWithout={(kind) =>
          onAgain(
            kind === "time"
              ? { asOf: undefined, without: withoutAlso(turn, kind) }
              : { without: withoutAlso(turn, kind) },
          )
        }
        onTake={(asOf) => onAgain({ asOf, without: withoutAlso(turn, "time") })}
      />
      {point && (
        <p class="point">
          <span class={point.version === newest ? "stamp" : "stamp past"}>{pointLabel(point)}</span>
          <Certainty turn={turn} />
          {parts.length > 0 && !usesModel && (
            <span>Word for word from the documents. No language model.</span>
          )}
        </p>
      )}
      <div class="answer">
        <Parts parts={parts} point={point} sources={sources} />
        {refusal !== undefined && <p class="refusal">{refusal}</p>}
        {problem !== undefined && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        {isStopped && <p class="refusal">Stopped.</p>}
        {isOpen && <p class="waiting">Reading…</p>}
      </div>
      {point && times.length > 0 && <Times point={point} times={times} onAsk={onAsk} />}
      {point && sources.length > 0 && (
        <Sources point={point} sources={sources} cited={new Set(parts.flatMap(({ cites }) => cites))} />
      )}
      {!isOpen && <Actions turn={turn} crawls={crawls} onAsk={onAsk} onRetry={() => onAgain({})} />}
    </article>
  );
}

function withoutAlso({ without }: Turn, kind: Reading["kind"]): Reading["kind"][] {
  return [...new Set([...without, kind])];
}

/** How sure the search is, in one of three states, with the reason. */
function Certainty({ turn: { confidence, unknown, parts, isOpen } }: { turn: Turn }) {
  if (confidence === undefined || (parts.length === 0 && !isOpen)) return null;
  if (confidence === "none") return null;
  if (confidence === "strong") return <span class="sure strong">The documents speak of this</span>;
  const words = unknown.map((word) => `“${word}”`).join(", ");
  const why = words === "" ? "the nearest passages may be about something else" : `no document has ${words}`;
  return <span class="sure weak">Not certain: {why}</span>;
}

/** When the answer changed, as a line of time; each time leads to the question as of then. */
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
    <ol class="times" aria-label="When the answer changed">
      {times.map((time, index) => (
        <li key={time.from.version} aria-current={isIn(point, time) ? "true" : undefined}>
          <span class="when">{whenOf(time, times[index - 1])}</span>{" "}
          <button type="button" onClick={() => onAsk(time.from)}>
            {time.text}
          </button>
        </li>
      ))}
    </ol>
  );
}

function isIn({ version }: Point, { from, to }: Spoken): boolean {
  return from.version <= version && (to === null || version < to.version);
}

function whenOf({ from, to }: Spoken, before: Spoken | undefined): string {
  const follows = before?.to?.version === from.version;
  if (to === null) return `since ${dayOf(from.effectiveAt)}`;
  const until = `until ${dayOf(to.effectiveAt)}`;
  return before === undefined || follows ? until : `from ${dayOf(from.effectiveAt)} ${until}`;
}

interface Shown {
  readonly point: Point | undefined;
  readonly sources: readonly Source[];
}

/** Sentences of a model one after the other; quotes as marks in their whole passages. */
function Parts({ parts, ...shown }: { parts: readonly Part[] } & Shown) {
  const quotes = parts.filter(({ isQuote }) => isQuote);
  const cites = [...new Set(quotes.flatMap((part) => part.cites.slice(0, 1)))];
  return (
    <>
      {parts
        .filter(({ isQuote }) => !isQuote)
        .map((part) => (
          <p>
            <Words text={part.text} /> <Cites part={part} {...shown} />
          </p>
        ))}
      {cites.map((cite) => {
        const said = quotes.filter((part) => part.cites[0] === cite);
        const source = shown.sources[cite - 1];
        const [first] = said;
        if (source === undefined || first === undefined) return null;
        return (
          <figure class="quote" key={cite}>
            <figcaption>
              <Cites part={first} {...shown} /> {nameOf(source)}
              {source.page !== null && `, page ${source.page}`}
            </figcaption>
            <Prose text={source.body} marks={said.map(({ text }) => text)} />
          </figure>
        );
      })}
    </>
  );
}

function Cites({ part, point, sources }: { part: Part } & Shown) {
  return (
    <>
      {part.cites.map((cite) => {
        const source = sources[cite - 1];
        if (source === undefined || point === undefined) return null;
        const link = passageLink(point.version, source.id, part.isQuote ? part.text : undefined);
        return (
          <a class="cite" href={link} aria-label={`Source ${cite}: ${nameOf(source)}`}>
            {cite}
          </a>
        );
      })}
    </>
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
  const count = sources.length === 1 ? "1 passage was read" : `${sources.length} passages were read`;
  return (
    <details class="sources" open={cited.size === 0}>
      <summary>{cited.size === 0 ? "The nearest passages" : `${count}, ${cited.size} cited`}</summary>
      <ol>
        {sources.map((source, index) => (
          <li class={cited.has(index + 1) ? "cited" : ""}>
            <a href={passageLink(point.version, source.id)}>{nameOf(source)}</a>
            <span class="path">
              {source.path}
              {source.page !== null && `, page ${source.page}`}
            </span>
          </li>
        ))}
      </ol>
    </details>
  );
}

/** What can be done with an answer that has ended. */
function Actions({
  turn,
  crawls,
  onAsk,
  onRetry,
}: {
  turn: Turn;
  crawls: readonly Crawl[];
  onAsk: (asOf: Point) => void;
  onRetry: () => void;
}) {
  const { point, parts, problem, isStopped } = turn;
  const newest = crawls[0]?.version;
  const others =
    point === undefined ? [] : crawls.filter(({ version }) => version !== point.version).slice(0, 3);
  return (
    <p class="again">
      {(problem !== undefined || isStopped) && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
      {others.length > 0 && "Same question as of"}
      {others.map((crawl) => (
        <button type="button" key={crawl.version} onClick={() => onAsk(crawl)}>
          {dayOf(crawl.effectiveAt)}
        </button>
      ))}
      {point && newest !== undefined && point.version !== 0 && point.version < newest && (
        <a href={changesLink(point.version, newest)}>What changed since</a>
      )}
      {parts.length > 0 && <CopyButton text={() => textOf(turn)}>Copy</CopyButton>}
    </p>
  );
}

/** An answer as text, with where and when each part stands. */
function textOf({ question, point, parts, sources }: Turn): string {
  const cited = [...new Set(parts.flatMap(({ cites }) => cites))];
  const lines = parts.map(({ text, cites }) => `${text} ${cites.map((cite) => `[${cite}]`).join("")}`);
  const notes = cited.flatMap((cite) => {
    const source = sources[cite - 1];
    if (source === undefined || point === undefined) return [];
    const address = new URL(passageLink(point.version, source.id), location.href).href;
    return [`[${cite}] ${nameOf(source)}, ${source.path}, as of ${dayOf(point.effectiveAt)}: ${address}`];
  });
  return [question, "", ...lines, "", ...notes].join("\n");
}

function nameOf({ title, heading }: Source): string {
  return heading === "" ? title : `${title} › ${heading}`;
}
