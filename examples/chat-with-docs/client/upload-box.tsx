import { useRef, useState } from "preact/hooks";
import { type Status, type Uploaded, uploadFiles } from "./api.ts";
import { type Picked, pickedFrom, pickedOf } from "./picked-files.ts";

/** Where files and folders are dropped or chosen; what became of each. */
export function UploadBox({ status, onDone }: { status: Status; onDone: () => void }) {
  const [into, setInto] = useState("");
  const [isOver, setOver] = useState(false);
  const [left, setLeft] = useState<number>();
  const [done, setDone] = useState<readonly Uploaded[]>([]);
  const [problem, setProblem] = useState<string>();
  const bring = async (picking: Promise<readonly Picked[]> | readonly Picked[]): Promise<void> => {
    setProblem(undefined);
    setDone([]);
    setLeft(0);
    try {
      const picked = await picking;
      setLeft(picked.length);
      if (picked.length === 0) setProblem("There is nothing in it to read.");
      for await (const files of uploadFiles(placed(picked, into), status.upload)) {
        setDone((before) => [...before, ...files]);
        setLeft((count = 0) => count - files.length);
      }
    } catch (error) {
      setProblem((error as Error).message);
    }
    setLeft(undefined);
    onDone();
  };
  return (
    <section
      class={isOver ? "drop over" : "drop"}
      aria-label="Add documents"
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        if (event.dataTransfer && left === undefined) void bring(pickedFrom(event.dataTransfer));
      }}
    >
      <p>
        Drop files or folders here, or{" "}
        <FileButtons isBusy={left !== undefined} status={status} onFiles={bring} />
      </p>
      <label>
        into the folder{" "}
        <input
          list="folders"
          value={into}
          placeholder="none"
          maxLength={120}
          onInput={(event) => setInto(event.currentTarget.value)}
        />
      </label>
      <datalist id="folders">
        {status.folders.map((folder) => (
          <option key={folder} value={folder} />
        ))}
      </datalist>
      <p class="room">
        Markdown, HTML, PDF and plain text, each at most {status.upload.bytes >> 20} MB. All that is brought
        at once is one version; it stays on this machine.
      </p>
      <div role="status">
        {left !== undefined && <p class="waiting">Reading {left > 0 ? `${left} files` : ""}…</p>}
        {left === undefined && done.length > 0 && <Outcome files={done} />}
      </div>
      {problem !== undefined && <p role="alert">{problem}</p>}
    </section>
  );
}

function FileButtons({
  isBusy,
  status,
  onFiles,
}: {
  isBusy: boolean;
  status: Status;
  onFiles: (picked: readonly Picked[]) => Promise<void>;
}) {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const take = (input: HTMLInputElement): void => {
    const picked = pickedOf(input.files ?? []);
    input.value = "";
    void onFiles(picked);
  };
  return (
    <>
      <button type="button" disabled={isBusy} onClick={() => files.current?.click()}>
        choose files
      </button>{" "}
      <button type="button" disabled={isBusy} onClick={() => folder.current?.click()}>
        choose a folder
      </button>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        aria-label="Files"
        accept={status.upload.endings.join(",")}
        onChange={(event) => take(event.currentTarget)}
      />
      <input
        ref={folder}
        type="file"
        multiple
        hidden
        aria-label="A folder"
        {...{ webkitdirectory: true }}
        onChange={(event) => take(event.currentTarget)}
      />
    </>
  );
}

function Outcome({ files }: { files: readonly Uploaded[] }) {
  const failed = files.filter(({ unread }) => unread !== null);
  const count = (state: Uploaded["state"]): number => files.filter((one) => one.state === state).length;
  const said = [
    [count("new"), "new"],
    [count("changed"), "changed"],
    [count("same"), "as before"],
    [failed.length, "not read"],
  ] as const;
  return (
    <>
      <p>
        {files.length} file{files.length === 1 ? "" : "s"}:{" "}
        {said.flatMap(([number, what]) => (number > 0 ? [`${number} ${what}`] : [])).join(", ")}.
      </p>
      {failed.length > 0 && (
        <ul class="failed">
          {failed.map(({ path, unread }) => (
            <li key={path}>
              <strong>{path}</strong>: {unread?.problem} {unread?.next}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function placed(picked: readonly Picked[], into: string): readonly Picked[] {
  const folder = into.replace(/^\/+|\/+$/g, "").trim();
  return folder === "" ? picked : picked.map(({ path, file }) => ({ path: `${folder}/${path}`, file }));
}
