import type { ListedDocument } from "./api.ts";
import type { Going } from "./go-dialog.tsx";
import { passageLink } from "./route.ts";
import { dayOf } from "./time.ts";

/** A document in the list: what it is, whether it could be read, and what can be done with it. */
export function DocumentItem({
  document,
  version,
  isNewest,
  onGo,
}: {
  document: ListedDocument;
  version: number;
  isNewest: boolean;
  onGo: (going: Going) => void;
}) {
  const { path, title, first, passages, bytes, changedAt, unread, isUpload } = document;
  const name = path.split("/").at(-1) ?? path;
  const facts = [
    bytes ? sizeOf(bytes) : undefined,
    `${passages} passage${passages === 1 ? "" : "s"}`,
    changedAt === null ? undefined : `changed ${dayOf(changedAt)}`,
    isUpload ? "uploaded" : undefined,
  ];
  return (
    <li class="item">
      <div class="what">
        <h3 class="document-name">
          {first === null ? title : <a href={passageLink(version, first)}>{title}</a>}
        </h3>
        <p class="path">{[name, ...facts].filter((fact) => fact !== undefined).join(" · ")}</p>
        {unread && (
          <p class="unread">
            <strong>{passages > 0 ? "An earlier text is shown." : "Not read."}</strong> {unread.problem}{" "}
            {unread.next}
          </p>
        )}
      </div>
      <span class={unread ? "state failed" : "state"}>{unread ? "not read" : "up to date"}</span>
      {isNewest && (
        <span class="acts">
          <button
            type="button"
            class="quiet"
            aria-label={`Delete ${path}`}
            onClick={() => onGo({ path, way: "delete" })}
          >
            Delete
          </button>
          <button
            type="button"
            class="quiet"
            aria-label={`Erase ${path} for good`}
            onClick={() => onGo({ path, way: "erase" })}
          >
            Erase
          </button>
        </span>
      )}
    </li>
  );
}

function sizeOf(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  const [size, unit] = bytes < 1_000_000 ? [bytes / 1000, "kB"] : [bytes / 1_000_000, "MB"];
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${unit}`;
}
