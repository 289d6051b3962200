import { useEffect, useRef, useState } from "preact/hooks";
import { deleteDocument, eraseDocument, getErasable } from "./api.ts";
import { useLoaded } from "./use-loaded.ts";

/** A document that is to go, out of the newest version or out of all. */
export interface Going {
  readonly path: string;
  readonly way: "delete" | "erase";
}

/** Asks before a document goes, and says what that means. */
export function GoDialog({
  going,
  onClose,
  onGone,
}: {
  going: Going;
  onClose: () => void;
  onGone: (sentence: string) => void;
}) {
  const { path, way } = going;
  const dialog = useRef<HTMLDialogElement>(null);
  const [isSure, setSure] = useState(way === "delete");
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  useEffect(() => dialog.current?.showModal(), []);
  const go = async (): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    try {
      onGone(await doneOf(going));
      dialog.current?.close();
    } catch (error) {
      setProblem((error as Error).message);
      setBusy(false);
    }
  };
  return (
    <dialog class="ask-first" ref={dialog} aria-labelledby="go-title" onClose={onClose}>
      <h2 id="go-title" class="ask-first-title">
        {way === "delete" ? "Delete this document?" : "Erase this document for good?"}
      </h2>
      <p class="path">{path}</p>
      {way === "delete" ? (
        <p>It goes from the newest version. Answers as of an earlier day still know it.</p>
      ) : (
        <EraseWords path={path} isSure={isSure} onSure={setSure} />
      )}
      {problem !== undefined && <p role="alert">{problem}</p>}
      <p class="acts">
        <button type="button" onClick={() => dialog.current?.close()}>
          Keep it
        </button>
        <button type="button" class="danger" disabled={!isSure || isBusy} onClick={() => void go()}>
          {way === "delete" ? "Delete" : "Erase for good"}
        </button>
      </p>
    </dialog>
  );
}

function EraseWords({
  path,
  isSure,
  onSure,
}: {
  path: string;
  isSure: boolean;
  onSure: (isSure: boolean) => void;
}) {
  const { value, problem } = useLoaded(`erase ${path}`, () => getErasable(path));
  const earlier = value && value.passages - value.current;
  return (
    <>
      <p>
        {value === undefined
          ? (problem ?? "Counting…")
          : `${count(value.current)} of the newest version and ${count(earlier ?? 0)} that only earlier versions show will be gone from every version, and their bytes from all files.`}{" "}
        Answers as of an earlier day will not know it. If the file is still in the folder that you ingest, the
        next crawl reads it again; backups of your own keep it.
      </p>
      <label>
        <input type="checkbox" checked={isSure} onChange={(event) => onSure(event.currentTarget.checked)} /> I
        know that this cannot be undone
      </label>
    </>
  );
}

async function doneOf({ path, way }: Going): Promise<string> {
  if (way === "delete") {
    await deleteDocument(path);
    return `${path} was deleted. Earlier versions still have it.`;
  }
  const { passages, filesLeft } = await eraseDocument(path);
  const left =
    filesLeft === 0
      ? ""
      : ` ${filesLeft} files are still in use: erase it again later, or end what has them open.`;
  return `${path} was erased: ${count(passages)} are gone from every version.${left}`;
}

function count(number: number): string {
  return `${number} passage${number === 1 ? "" : "s"}`;
}
