import { useEffect, useRef } from "preact/hooks";
import { getPassage, type PassageView } from "./api.ts";
import { DiffText } from "./diff-text.tsx";
import { Prose } from "./prose.tsx";
import { changesLink, leavePassage } from "./route.ts";
import { pointLabel } from "./time.ts";
import { useLoaded } from "./use-loaded.ts";

/** A passage in its document, as it was at the version at which it was read. */
export function PassagePanel({
  version,
  id,
  quote,
}: {
  version: number;
  id: string;
  quote?: string | undefined;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const { value, problem } = useLoaded(`${version} ${id}`, () => getPassage(version, id));
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  useEffect(() => {
    dialog.current?.querySelector(".here")?.scrollIntoView({ block: "center" });
  }, [value]);
  return (
    <dialog
      class="panel"
      ref={dialog}
      aria-label="The passage in its document"
      onClose={leavePassage}
      onClick={(event) => event.target === dialog.current && dialog.current?.close()}
      onKeyDown={() => {}}
    >
      <div class="sheet">
        <button type="button" class="close" onClick={() => dialog.current?.close()}>
          Close
        </button>
        {problem !== undefined && <p role="alert">{problem}</p>}
        {value && <PassageSheet found={value} quote={quote} />}
      </div>
    </dialog>
  );
}

function PassageSheet({ found, quote }: { found: PassageView; quote: string | undefined }) {
  const { point, passage, document, now } = found;
  return (
    <>
      <h2>{passage.title}</h2>
      <p class="point">
        <span class={point.version === now.version ? "stamp" : "stamp past"}>{pointLabel(point)}</span>
        <span class="path">
          {passage.path}
          {passage.page !== null && `, page ${passage.page}`}
        </span>
      </p>
      <Since found={found} />
      <div class="document">
        {document.map(({ id, heading, body }, index) => {
          const isHere = id === passage.id;
          return (
            <section key={id} class={isHere ? "here" : ""} aria-current={isHere ? "true" : undefined}>
              {heading !== "" && heading !== document[index - 1]?.heading && <h3>{heading}</h3>}
              <Prose text={body} marks={isHere && quote !== undefined ? [quote] : []} />
            </section>
          );
        })}
      </div>
    </>
  );
}

/** What became of the passage since. */
function Since({ found: { point, passage, now } }: { found: PassageView }) {
  if (point.version === now.version) return null;
  if (now.state === "same") return <p class="since same">The newest version says the same.</p>;
  return (
    <div class="since">
      <p>
        {now.state === "gone" ? "The newest version has no such passage." : "The newest version says:"}{" "}
        <a href={changesLink(point.version, now.version)}>What else changed</a>
      </p>
      {now.body !== undefined && <DiffText before={passage.body} after={now.body} />}
    </div>
  );
}
