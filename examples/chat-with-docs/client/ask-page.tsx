import { useState } from "preact/hooks";
import { AnswerCard } from "./answer-card.tsx";
import { type Crawl, getSuggestions, type Point, type Status } from "./api.ts";
import { Composer, type Scope } from "./composer.tsx";
import { useConversation } from "./conversation.ts";
import { CopyButton } from "./copy-button.tsx";
import type { Asked } from "./route.ts";
import { forget, saved } from "./saved.ts";
import { useLoaded } from "./use-loaded.ts";

/** Asking, and what was answered. */
export function AskPage({
  crawls,
  status,
  chat,
}: {
  crawls: readonly Crawl[];
  status: Status | undefined;
  chat: readonly Asked[];
}) {
  const { turns, isBusy, put, again, stop } = useConversation(chat);
  const [scope, setScope] = useState<Scope>({ day: "", folder: "" });
  const usesModel = status?.answerer.usesModel ?? false;

  const ask = (question: string): void =>
    put({ question, asOf: scope.day || undefined, folder: scope.folder || undefined });
  /** Asks the same as of another point, below, so that both can be seen. */
  const askAsOf = (question: string, { version }: Point, folder: string | undefined): void =>
    put({ question, asOf: version, folder, without: ["follow-up"] });
  return (
    <section class="ask" aria-label="Ask the documents">
      {turns.length === 0 && <Welcome version={crawls[0]?.version} usesModel={usesModel} onAsk={ask} />}
      <div class="turns" aria-live="polite" aria-busy={isBusy}>
        {turns.length > 0 && <h1 class="unseen">Conversation</h1>}
        {turns.map((turn) => (
          <AnswerCard
            key={turn.key}
            turn={turn}
            crawls={crawls}
            usesModel={usesModel}
            onAsk={(point) => askAsOf(turn.understood ?? turn.question, point, turn.folder)}
            onAgain={(change) => again(turn, change)}
          />
        ))}
        {turns.length > 0 && !isBusy && (
          <p class="after">
            <CopyButton text={() => location.href}>Copy link</CopyButton>
            <a href="#/">New conversation</a>
          </p>
        )}
      </div>
      <Composer
        crawls={crawls}
        folders={status?.folders ?? []}
        scope={scope}
        isBusy={isBusy}
        onScope={setScope}
        onAsk={ask}
        onStop={stop}
      />
    </section>
  );
}

function Welcome({
  version,
  usesModel,
  onAsk,
}: {
  version: number | undefined;
  usesModel: boolean;
  onAsk: (question: string) => void;
}) {
  const { value: suggestions = [] } = useLoaded(`suggestions ${version}`, getSuggestions);
  const [earlier, setEarlier] = useState(saved);
  return (
    <div class="welcome">
      <h1>Ask the documents, as they are or as they were</h1>
      <p>
        {usesModel
          ? "A language model answers, and only from passages that it cites."
          : "There is no language model here: answers are passages of the documents, word for word."}{" "}
        Every citation opens the passage as it was when it was read.
      </p>
      <ul class="examples" aria-label="Questions that the documents answer">
        {suggestions.map((example) => (
          <li key={example}>
            <button type="button" onClick={() => onAsk(example)}>
              {example}
            </button>
          </li>
        ))}
      </ul>
      {earlier.length > 0 && (
        <details class="earlier">
          <summary>Earlier conversations</summary>
          <ul>
            {earlier.map(({ title, link }) => (
              <li key={link}>
                <a href={link}>{title}</a>
              </li>
            ))}
          </ul>
          <button
            type="button"
            class="quiet"
            onClick={() => {
              forget();
              setEarlier([]);
            }}
          >
            Forget them
          </button>
        </details>
      )}
    </div>
  );
}
