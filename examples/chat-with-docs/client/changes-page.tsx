import { type Change, type Changes, type Crawl, getChanges } from "./api.ts";
import { DiffText } from "./diff-text.tsx";
import { changesLink, passageLink } from "./route.ts";
import { pointLabel } from "./time.ts";
import { useLoaded } from "./use-loaded.ts";

interface Range {
  readonly crawls: readonly Crawl[];
  readonly from: number | undefined;
  readonly to: number | undefined;
}

/** What changed between two crawls. */
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

function VersionSelect({
  label,
  crawls,
  version,
  onVersion,
}: {
  label: string;
  crawls: readonly Crawl[];
  version: number;
  onVersion: (version: number) => void;
}) {
  return (
    <label>
      {label}{" "}
      <select value={version} onChange={(event) => onVersion(Number(event.currentTarget.value))}>
        {crawls.map((crawl) => (
          <option key={crawl.version} value={crawl.version}>
            {pointLabel(crawl)}
          </option>
        ))}
        <option value={0}>before the first crawl</option>
      </select>
    </label>
  );
}

function ChangeList({ from, to }: { from: number; to: number }) {
  const { value, problem } = useLoaded(`${from} ${to}`, () => getChanges(from, to));
  if (problem !== undefined) return <p role="alert">{problem}</p>;
  if (value === undefined) return <p class="waiting">Comparing…</p>;
  const { changes } = value;
  const paths = [...new Set(changes.map(({ path }) => path))];
  return (
    <>
      <p class="summary">{summaryOf(value)}</p>
      {paths.map((path) => {
        const inDocument = changes.filter((change) => change.path === path);
        return (
          <section class="changed" key={path} aria-label={path}>
            <h2>
              {inDocument[0]?.title} <span class="path">{path}</span>
            </h2>
            {inDocument.map((change) => (
              <ChangeView key={`${change.kind} ${change.id}`} change={change} from={from} to={to} />
            ))}
          </section>
        );
      })}
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
      <DiffText before={before} after={after} />
    </article>
  );
}

function summaryOf({ changes, moved, more }: Changes): string {
  const count = (kind: Change["kind"]): number => changes.filter((change) => change.kind === kind).length;
  const said = `${count("added")} passages are new, ${count("changed")} say something else, ${count("removed")} are gone`;
  const others = moved > 0 ? `; ${moved} only moved in their document` : "";
  const left = more > 0 ? `; ${more} more are not listed` : "";
  return `${said}${others}${left}.`;
}
