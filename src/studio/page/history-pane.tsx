import { useState } from "preact/hooks";
import type { StudioCommit } from "../api-types";
import { ask, type Failed } from "./api";
import { kindOf } from "./commit-kind";
import { count, moment } from "./format";
import { readAgain } from "./generation";
import { atIndex, moveTo, stops, timeline } from "./history-state";
import { go, route } from "./route";
import { Failure } from "./shown-failure";
import { failureOf } from "./use-answer";

const STEP = 200;

/** The commits, the newest first. */
export function HistoryPane({ write }: { readonly write: boolean }) {
  const [most, setMost] = useState(STEP);
  const [failure, setFailure] = useState<Failed>();
  const commits = (timeline.value?.commits ?? []).toReversed();
  const here = stops.value[atIndex.value]?.version;
  const done = async (name: string, input: object): Promise<void> => {
    try {
      await ask(name, { table: route.value.table, ...input });
      setFailure(undefined);
      readAgain();
    } catch (error) {
      setFailure(failureOf(error));
    }
  };
  return (
    <>
      {failure === undefined ? null : <Failure failure={failure} />}
      <ol class="commits" aria-label="Commits">
        {commits.slice(0, most).map((commit) => (
          <OneCommit
            key={commit.version}
            commit={commit}
            isHere={commit.version === here}
            write={write}
            onWrite={(name, input) => void done(name, input)}
          />
        ))}
      </ol>
      {commits.length > most ? (
        <button type="button" onClick={() => setMost(most + STEP)}>
          Show more
        </button>
      ) : null}
    </>
  );
}

interface OneCommitProps {
  readonly commit: StudioCommit;
  readonly isHere: boolean;
  readonly write: boolean;
  readonly onWrite: (name: string, input: object) => void;
}

function OneCommit({ commit, isHere, write, onWrite }: OneCommitProps) {
  const { version, operation, message, committedAt, effectiveAt, tags, inserted, updated, deleted } = commit;
  return (
    <li class={`commit ${kindOf(commit)}${isHere ? " here" : ""}`} aria-current={isHere ? "true" : undefined}>
      <span class="version">{version}</span>
      <div>
        <p class="message">
          <span class="what">{operation}</span> {message ?? ""}{" "}
          {tags.map((tag) => (
            <span key={tag} class="chip tag">
              {tag}
            </span>
          ))}
        </p>
        <p class="dim digits">
          {`+${count(inserted)} ~${count(updated)} -${count(deleted)}, committed ${moment(committedAt)}`}
          {effectiveAt === null ? "" : `, effective ${moment(effectiveAt)}`}
        </p>
      </div>
      <div class="line">
        <button
          type="button"
          onClick={() =>
            moveTo(
              "at",
              stops.value.findIndex((stop) => stop.version === version),
            )
          }
        >
          Read it
        </button>
        <button type="button" onClick={() => go({ pane: "diff", at: String(version), from: "" })}>
          What it changed
        </button>
        {write ? <WriteButtons version={version} onWrite={onWrite} /> : null}
      </div>
    </li>
  );
}

interface WriteProps {
  readonly version: number;
  readonly onWrite: (name: string, input: object) => void;
}

/** Naming and bringing back: only where the studio may write, and bringing back only when it is said twice. */
function WriteButtons({ version, onWrite }: WriteProps) {
  const [name, setName] = useState<string>();
  const [isSure, setSure] = useState(false);
  if (name !== undefined)
    return (
      <form
        class="line"
        onSubmit={(event) => {
          event.preventDefault();
          onWrite("tag", { name, at: `v${version}` });
          setName(undefined);
        }}
      >
        <input
          type="text"
          aria-label={`Name of version ${version}`}
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <button type="submit" disabled={name.trim() === ""}>
          Tag
        </button>
        <button type="button" onClick={() => setName(undefined)}>
          Cancel
        </button>
      </form>
    );
  if (isSure)
    return (
      <>
        <button
          type="button"
          class="main"
          onClick={() => {
            onWrite("restore", { to: `v${version}`, message: `restored version ${version}` });
            setSure(false);
          }}
        >
          {`Restore version ${version} in a new commit`}
        </button>
        <button type="button" onClick={() => setSure(false)}>
          Cancel
        </button>
      </>
    );
  return (
    <>
      <button type="button" onClick={() => setName("")}>
        Tag
      </button>
      <button type="button" onClick={() => setSure(true)}>
        Restore
      </button>
    </>
  );
}
