import { useState } from "preact/hooks";
import { type Change, type Changes, type Crawl, getChanges } from "./api.ts";
import { DiffText } from "./diff-text.tsx";
import { Prose } from "./prose.tsx";
import { changesLink, passageLink } from "./route.ts";
import { useLoaded } from "./use-loaded.ts";
import { VersionSelect } from "./version-select.tsx";

interface Range {
  readonly crawls: readonly Crawl[];
  readonly from: number | undefined;
  readonly to: number | undefined;
}

/** Up to so many changes all documents are unfolded. */
const UNFOLDED = 12;

/** What changed between two versions. */
export function ChangesPage({ crawls, from, to }: Range) {
  const newest = crawls[0]?.version ?? 0;
  const end = to ?? newest;
  const start = from ?? Math.max(0, end - 1);
  return (
    <section class="changes" aria-labelledby="changes-title">
      <h1 id="changes-title">What changed</h1>
      {crawls.length > 0 && (
        <>
          <div class="range">
            <VersionSelect label="from" crawls={crawls} version={start} onVersion={(one) => go(one, end)} />
            <VersionSelect label="to" crawls={crawls} version={end} onVersion={(one) => go(start, one)} />
          </div>
          <ChangeList from={start} to={end} />
        </>
      )}
    </section>
  );
}

function go(from: number, to: number): void {
  location.hash = changesLink(from, to);
}

function ChangeList({ from, to }: { from: number; to: number }) {
  const { value, problem } = useLoaded(`${from} ${to}`, () => getChanges(from, to));
  if (problem !== undefined) return <p role="alert">{problem}</p>;
  if (value === undefined) return <p class="waiting">Comparing…</p>;
  return <ChangedDocuments key={`${from} ${to}`} found={value} from={from} to={to} />;
}

/** The changes by document. Where there are many, documents are folded: they are what to choose from. */
function ChangedDocuments({ found, from, to }: { found: Changes; from: number; to: number }) {
  const { changes } = found;
  const [words, setWords] = useState("");
  const [turned, setTurned] = useState<ReadonlyMap<string, boolean>>(new Map());
  const groups = byDocument(changes.filter((change) => fits(change, words)));
  const isOpen = (path: string): boolean =>
    turned.get(path) ?? (words !== "" || changes.length <= UNFOLDED || groups.size === 1);
  const turn = (paths: Iterable<string>, to: boolean): void =>
    setTurned((now) => new Map([...now, ...[...paths].map((path) => [path, to] as const)]));
  const areOpen = [...groups.keys()].every(isOpen);
  return (
    <>
      <p class="summary">{summaryOf(found)}</p>
      {changes.length > 0 && (
        <div class="filter">
          <input
            type="search"
            aria-label="Filter what changed"
            placeholder="Filter by document or words"
            value={words}
            onInput={(event) => setWords(event.currentTarget.value)}
          />
          {groups.size > 1 && (
            <button type="button" onClick={() => turn(groups.keys(), !areOpen)}>
              {areOpen ? "Fold all" : "Unfold all"}
            </button>
          )}
          <output>{words !== "" && `in ${groups.size} document${groups.size === 1 ? "" : "s"}`}</output>
        </div>
      )}
      {[...groups].map(([path, inDocument]) => (
        <details
          class="changed"
          key={path}
          open={isOpen(path)}
          onToggle={(event) => {
            const { open } = event.currentTarget;
            if (open !== isOpen(path)) turn([path], open);
          }}
        >
          <summary>
            <h2 class="changed-name">{inDocument[0]?.title}</h2> <span class="path">{path}</span>{" "}
            <span class="counts">{countsOf(inDocument)}</span>
          </summary>
          {isOpen(path) &&
            inDocument.map((change) => (
              <ChangeView key={`${change.kind} ${change.id}`} change={change} from={from} to={to} />
            ))}
        </details>
      ))}
    </>
  );
}

const KINDS = { added: "new", changed: "changed", removed: "gone" } as const;

function ChangeView({ change, from, to }: { change: Change; from: number; to: number }) {
  const { kind, id, heading, title, before, after } = change;
  const link = passageLink(kind === "removed" ? from : to, id);
  return (
    <article class={`change ${kind}`}>
      <h3>
        <span class="kind">{KINDS[kind]}</span> <a href={link}>{heading === "" ? title : heading}</a>
      </h3>
      {/* What is wholly new or gone needs no mark for each of its words. */}
      {kind === "changed" ? (
        <DiffText before={before} after={after} />
      ) : (
        <Prose text={after ?? before ?? ""} marks={[]} />
      )}
    </article>
  );
}

function byDocument(changes: readonly Change[]): Map<string, Change[]> {
  const groups = new Map<string, Change[]>();
  for (const change of changes) {
    const group = groups.get(change.path);
    if (group === undefined) groups.set(change.path, [change]);
    else group.push(change);
  }
  return groups;
}

function fits({ path, title, heading, before = "", after = "" }: Change, words: string): boolean {
  const text = `${path} ${title} ${heading} ${before} ${after}`.toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function countsOf(changes: readonly Change[]): string {
  return (["added", "changed", "removed"] as const)
    .flatMap((kind) => {
      const count = changes.filter((change) => change.kind === kind).length;
      return count > 0 ? [`${count} ${KINDS[kind]}`] : [];
    })
    .join(", ");
}

function summaryOf({ changes, moved, more }: Changes): string {
  const count = (kind: Change["kind"]): number => changes.filter((change) => change.kind === kind).length;
  const said = `${count("added")} passages are new, ${count("changed")} say something else, ${count("removed")} are gone`;
  const others = moved > 0 ? `; ${moved} only moved in their document` : "";
  const left = more > 0 ? `; ${more} more are not listed` : "";
  return `${said}${others}${left}.`.replace(/\b1 passages are/, "1 passage is");
}
