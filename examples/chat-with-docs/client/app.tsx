import { useEffect, useRef, useState } from "preact/hooks";
import { getCrawls, getStatus } from "./api.ts";
import { AskPage } from "./ask-page.tsx";
import { ChangesPage } from "./changes-page.tsx";
import { DocumentsPage } from "./documents-page.tsx";
import { PassagePanel } from "./passage-panel.tsx";
import { type Asked, currentChat, type Route, useRoute } from "./route.ts";
import { useLoaded } from "./use-loaded.ts";

/** How often a new crawl is looked for. */
const LOOK_MS = 5_000;

/** The whole page. */
export function App() {
  const route = useRoute();
  const [look, setLook] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setLook((count) => count + 1), LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  const { value: status, problem } = useKept(useLoaded(`status ${look}`, getStatus));
  const { value: crawls = [] } = useKept(useLoaded(`crawls ${look}`, getCrawls));
  // A passage lies over the page that it was opened from.
  const below = useRef<Exclude<Route, { page: "passage" }>>({ page: "ask", chat: [] });
  if (route.page !== "passage") below.current = route;
  const { page } = below.current;
  const asked = useRef<readonly Asked[]>([]);
  if (route.page === "ask") asked.current = route.chat;
  return (
    <>
      <header class="top">
        <a class="brand" href="#/">
          <span class="layers" aria-hidden="true" />
          <span>Chat with docs</span>
        </a>
        <nav aria-label="Pages">
          <a href={currentChat()} aria-current={page === "ask" ? "page" : undefined}>
            Ask
          </a>
          <a href="#/documents" aria-current={page === "documents" ? "page" : undefined}>
            Documents
          </a>
          <a href="#/changes" aria-current={page === "changes" ? "page" : undefined}>
            What changed
          </a>
        </nav>
        <p class="status">
          {problem ??
            (status && `${count(status.documents, "document")}, ${count(status.passages, "passage")}`)}
          {status && <span class="badge">{status.answerer.name}</span>}
        </p>
      </header>
      <main>
        <div hidden={page !== "ask"}>
          <AskPage crawls={crawls} status={status} chat={asked.current} />
        </div>
        {below.current.page === "documents" && (
          <DocumentsPage crawls={crawls} status={status} asOf={below.current.asOf} />
        )}
        {below.current.page === "changes" && (
          <ChangesPage crawls={crawls} from={below.current.from} to={below.current.to} />
        )}
      </main>
      {route.page === "passage" && <PassagePanel version={route.version} id={route.id} quote={route.quote} />}
    </>
  );
}

function count(number: number, one: string): string {
  return `${number} ${one}${number === 1 ? "" : "s"}`;
}

/** The last thing that was loaded, while the next is on its way. */
function useKept<T extends object>(loaded: T): T {
  const kept = useRef(loaded);
  if (Object.keys(loaded).length > 0) kept.current = loaded;
  return kept.current;
}
