import { useRef, useState } from "preact/hooks";
import { AnswerCard, type Turn } from "./answer-card.tsx";
import { ask, type Crawl, type Point } from "./api.ts";
import { crawlOn, dayOf, pointLabel } from "./time.ts";

const EXAMPLES = [
  "How many days do I have to return something I bought?",
  "What is the deposit for a rental bicycle?",
  "When is the shop open on Sunday?",
  "How do I give a version a name?",
];

/** Asking, and what was answered. */
export function AskPage({ crawls, usesModel }: { crawls: readonly Crawl[]; usesModel: boolean }) {
  const [turns, setTurns] = useState<readonly Turn[]>([]);
  const [question, setQuestion] = useState("");
  const [day, setDay] = useState("");
  const running = useRef<AbortController>(undefined);
  const count = useRef(0);
  const isBusy = turns.at(-1)?.isOpen ?? false;

  const put = (asked: string, asOf: string | number | undefined): void => {
    if (asked.trim() === "") return;
    running.current?.abort();
    running.current = new AbortController();
    count.current += 1;
    const turn: Turn = { key: count.current, question: asked.trim(), sources: [], parts: [], isOpen: true };
    setTurns((all) => [...all.map(closed), turn]);
    const update = (key: number, change: (turn: Turn) => Turn): void =>
      setTurns((all) => all.map((one) => (one.key === key ? change(one) : one)));
    void follow(turn, asOf, running.current.signal, update);
  };

  /** Asks as of a point, and stays there. */
  const askAsOf = (asked: string, { version, effectiveAt }: Point): void => {
    setDay(version === crawls[0]?.version ? "" : (effectiveAt?.slice(0, 10) ?? ""));
    put(asked, version);
  };

  return (
    <section class="ask" aria-label="Ask the documents">
      {turns.length === 0 && (
        <Welcome usesModel={usesModel} onAsk={(example) => put(example, day || undefined)} />
      )}
      <div class="turns" aria-live="polite" aria-busy={isBusy}>
        {turns.map((turn) => (
          <AnswerCard key={turn.key} turn={turn} crawls={crawls} usesModel={usesModel} onAsk={askAsOf} />
        ))}
      </div>
      <form
        class="question"
        onSubmit={(event) => {
          event.preventDefault();
          put(question, day || undefined);
          setQuestion("");
        }}
      >
        <div class="line">
          <input
            type="text"
            aria-label="Your question"
            placeholder="Ask the documents"
            maxLength={500}
            autoComplete="off"
            value={question}
            onInput={(event) => setQuestion(event.currentTarget.value)}
          />
          <button type="submit" disabled={question.trim() === ""}>
            Ask
          </button>
        </div>
        <AsOfPicker crawls={crawls} day={day} onDay={setDay} />
      </form>
    </section>
  );
}

/** Reads the events of an answer into its turn. */
async function follow(
  { key, question }: Turn,
  asOf: string | number | undefined,
  signal: AbortSignal,
  update: (key: number, change: (turn: Turn) => Turn) => void,
): Promise<void> {
  try {
    for await (const { event, data } of ask(question, asOf, signal)) {
      if (event === "sources") update(key, (turn) => ({ ...turn, ...data }));
      else if (event === "part") update(key, (turn) => ({ ...turn, parts: [...turn.parts, data] }));
      else if (event === "times") update(key, (turn) => ({ ...turn, ...data }));
      else if (event === "refusal") update(key, (turn) => ({ ...turn, refusal: data.reason }));
      else if (event === "error") update(key, (turn) => ({ ...turn, problem: data.message }));
    }
  } catch (error) {
    if (!signal.aborted) update(key, (turn) => ({ ...turn, problem: (error as Error).message }));
  } finally {
    update(key, closed);
  }
}

function closed(turn: Turn): Turn {
  return turn.isOpen ? { ...turn, isOpen: false } : turn;
}

function Welcome({ usesModel, onAsk }: { usesModel: boolean; onAsk: (question: string) => void }) {
  return (
    <div class="welcome">
      <h1>Ask the documents, as they are or as they were</h1>
      <p>
        {usesModel
          ? "A language model answers, and only from passages that it cites."
          : "There is no language model here: answers are sentences of the documents, word for word."}{" "}
        Every citation opens the passage at the version at which it was read.
      </p>
      <ul class="examples">
        {EXAMPLES.map((example) => (
          <li>
            <button type="button" onClick={() => onAsk(example)}>
              {example}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The day from whose end the documents are read. */
function AsOfPicker({
  crawls,
  day,
  onDay,
}: {
  crawls: readonly Crawl[];
  day: string;
  onDay: (day: string) => void;
}) {
  const crawl = day === "" ? crawls[0] : crawlOn(crawls, day);
  const past = crawl === undefined ? "from before the first crawl" : pointLabel(crawl);
  const shown = day === "" ? `version ${crawl?.version ?? 0}` : past;
  return (
    <div class="as-of">
      <label>
        As of <input type="date" value={day} onInput={(event) => onDay(event.currentTarget.value)} />
      </label>
      <div class="crawls">
        <button type="button" aria-pressed={day === ""} onClick={() => onDay("")}>
          now
        </button>
        {crawls.slice(1, 4).map(({ version, effectiveAt }) => {
          const on = effectiveAt?.slice(0, 10) ?? "";
          return (
            <button
              type="button"
              key={version}
              aria-pressed={day === on}
              disabled={on === ""}
              onClick={() => onDay(on)}
            >
              {dayOf(effectiveAt)}
            </button>
          );
        })}
      </div>
      <output>{crawls.length > 0 && `reads ${shown}`}</output>
    </div>
  );
}
