import { useEffect, useRef, useState } from "preact/hooks";
import type { Crawl } from "./api.ts";
import { crawlOn, dayOf, pointLabel } from "./time.ts";

/** What is asked of: a day, and a folder; empty for now and for all. */
export interface Scope {
  readonly day: string;
  readonly folder: string;
}

const LENGTH = 500;
/** From here on it is said how much room is left. */
const NEAR_END = 400;

/** Where a question is written. Enter asks, `/` leads here from anywhere. */
export function Composer({
  crawls,
  folders,
  scope,
  isBusy,
  onScope,
  onAsk,
  onStop,
}: {
  crawls: readonly Crawl[];
  folders: readonly string[];
  scope: Scope;
  isBusy: boolean;
  onScope: (scope: Scope) => void;
  onAsk: (question: string) => void;
  onStop: () => void;
}) {
  const [question, setQuestion] = useState("");
  const field = useFocus();
  const send = (): void => {
    if (question.trim() === "") return;
    onAsk(question);
    setQuestion("");
  };
  return (
    <form
      class="question"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div class="line">
        <textarea
          ref={field}
          rows={1}
          aria-label="Your question"
          placeholder="Ask the documents, also “in March” or “before it changed”"
          maxLength={LENGTH}
          value={question}
          onInput={(event) => setQuestion(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            send();
          }}
        />
        {isBusy ? (
          <button type="button" class="stop" onClick={onStop}>
            Stop
          </button>
        ) : (
          <button type="submit" disabled={question.trim() === ""}>
            Ask
          </button>
        )}
      </div>
      <ScopePicker crawls={crawls} folders={folders} scope={scope} onScope={onScope} />
      {question.length > NEAR_END && <p class="room">{LENGTH - question.length} characters left</p>}
    </form>
  );
}

/** The field that has the focus from the start, and gets it back by `/`. */
function useFocus() {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    // On a phone the keyboard would cover the page.
    if (matchMedia("(min-width: 40rem)").matches) field.current?.focus();
    const listen = (event: KeyboardEvent): void => {
      const isTyping =
        event.target instanceof HTMLElement && event.target.closest("input, textarea, select, dialog");
      if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      field.current?.focus();
    };
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, []);
  return field;
}

function ScopePicker({
  crawls,
  folders,
  scope,
  onScope,
}: {
  crawls: readonly Crawl[];
  folders: readonly string[];
  scope: Scope;
  onScope: (scope: Scope) => void;
}) {
  const { day, folder } = scope;
  const box = useRef<HTMLDetailsElement>(null);
  const set = (change: Partial<Scope>): void => {
    onScope({ ...scope, ...change });
    if (box.current) box.current.open = false;
  };
  const crawl = day === "" ? crawls[0] : crawlOn(crawls, day);
  const time = day === "" ? "As of now" : `As of ${dayOf(day)}`;
  return (
    <details class="scope" ref={box}>
      <summary class={day === "" ? "" : "past"}>
        {time}
        {folder !== "" && `, in ${folder}/`}
      </summary>
      <div class="sheet-up">
        <CrawlButtons
          crawls={crawls}
          version={day === "" ? undefined : crawl?.version}
          isNow={day === ""}
          onDay={(one) => set({ day: one })}
        />
        <label>
          Any day{" "}
          <input
            type="date"
            aria-label="As of"
            min={crawls.at(-1)?.effectiveAt?.slice(0, 10)}
            max={new Date().toISOString().slice(0, 10)}
            value={day}
            onInput={(event) => onScope({ ...scope, day: event.currentTarget.value })}
          />
        </label>
        {folders.length > 0 && (
          <label>
            Documents{" "}
            <select value={folder} onChange={(event) => set({ folder: event.currentTarget.value })}>
              <option value="">all</option>
              {folders.map((one) => (
                <option key={one} value={one}>
                  {one}/
                </option>
              ))}
            </select>
          </label>
        )}
        <output>
          {crawls.length > 0 && `Reads ${crawl ? pointLabel(crawl) : "nothing: the library begins later"}`}
        </output>
      </div>
    </details>
  );
}

/** Now, and each crawl before. */
function CrawlButtons({
  crawls,
  version,
  isNow,
  onDay,
}: {
  crawls: readonly Crawl[];
  version: number | undefined;
  isNow: boolean;
  onDay: (day: string) => void;
}) {
  return (
    <div class="crawls">
      <button type="button" aria-pressed={isNow} onClick={() => onDay("")}>
        Now
      </button>
      {crawls.slice(1).map((crawl) => (
        <button
          type="button"
          key={crawl.version}
          aria-pressed={crawl.version === version}
          disabled={crawl.effectiveAt === null}
          onClick={() => onDay(crawl.effectiveAt?.slice(0, 10) ?? "")}
        >
          {dayOf(crawl.effectiveAt)}
        </button>
      ))}
    </div>
  );
}
