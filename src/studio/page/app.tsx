import { useEffect } from "preact/hooks";
import type { TimelineAnswer } from "../api-types";
import { type About, isOpen } from "./api";
import { Closed } from "./closed";
import { DiffPane } from "./diff-pane";
import { readAgain } from "./generation";
import { HistoryPane } from "./history-pane";
import { timeline } from "./history-state";
import { MapPane } from "./map-pane";
import { go, PANES, type Pane, route } from "./route";
import { RowsPane } from "./rows-pane";
import { SchemaPane } from "./schema-pane";
import { SearchPane } from "./search-pane";
import { Failure } from "./shown-failure";
import { TablesList } from "./tables-list";
import { Timeline } from "./timeline";
import { useAnswer } from "./use-answer";

const TITLES: Readonly<Record<Pane, string>> = {
  rows: "Rows",
  search: "Search",
  diff: "Diff",
  map: "Map",
  schema: "Schema",
  history: "History",
};

/** The whole page. */
export function App() {
  return isOpen.value === false ? <Closed /> : <Studio />;
}

function Studio() {
  const about = useAnswer<About>("about", {}).value;
  const { table } = route.value;
  return (
    <div class="studio">
      <header class="top">
        <img src="/mark.svg" alt="" width="22" height="22" />
        <strong>Varve</strong>
        <span class="place" title={about?.place}>
          {about?.place ?? ""}
        </span>
        {about?.write === true ? (
          <span class="chip warn">can write</span>
        ) : (
          <span class="chip">read only</span>
        )}
        <button type="button" class="quiet" onClick={readAgain}>
          Read again
        </button>
      </header>
      <TablesList />
      <main class="table" aria-label={table === "" ? "No table" : `Table ${table}`}>
        {table === "" ? (
          <p class="empty">Choose a table.</p>
        ) : (
          <OneTable table={table} write={about?.write === true} />
        )}
      </main>
    </div>
  );
}

function OneTable({ table, write }: { readonly table: string; readonly write: boolean }) {
  const { value, failure } = useAnswer<TimelineAnswer>("timeline", { table });
  useEffect(() => {
    timeline.value = value?.table === table ? value : undefined;
  }, [value, table]);
  if (failure !== undefined) return <Failure failure={failure} />;
  if (timeline.value?.table !== table) return <p class="empty">Reading …</p>;
  return (
    <>
      <Timeline />
      <Tabs />
      <section
        class="pane"
        id="pane"
        role="tabpanel"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a pane that scrolls is reached with keys
        tabIndex={0}
        aria-labelledby={`tab-${route.value.pane}`}
      >
        <OnePane pane={route.value.pane} write={write} />
      </section>
    </>
  );
}

function OnePane({ pane, write }: { readonly pane: Pane; readonly write: boolean }) {
  switch (pane) {
    case "rows":
      return <RowsPane />;
    case "search":
      return <SearchPane />;
    case "diff":
      return <DiffPane />;
    case "map":
      return <MapPane />;
    case "schema":
      return <SchemaPane />;
    case "history":
      return <HistoryPane write={write} />;
  }
}

/** The panes, which arrow keys walk through. */
function Tabs() {
  const { pane } = route.value;
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = PANES.at((PANES.indexOf(pane) + step) % PANES.length) ?? "rows";
    go({ pane: next });
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label="Panes" onKeyDown={onKeyDown}>
      {PANES.map((one) => (
        <button
          key={one}
          type="button"
          role="tab"
          id={`tab-${one}`}
          aria-selected={one === pane}
          aria-controls="pane"
          tabIndex={one === pane ? 0 : -1}
          onClick={() => go({ pane: one })}
        >
          {TITLES[one]}
        </button>
      ))}
    </div>
  );
}
