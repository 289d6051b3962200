import { useState } from "preact/hooks";
import { type Crawl, getDocuments, type ListedDocument, type Listing, type Status } from "./api.ts";
import { DocumentItem } from "./document-item.tsx";
import { GoDialog, type Going } from "./go-dialog.tsx";
import { documentsLink } from "./route.ts";
import { dayOf, pointLabel } from "./time.ts";
import { UploadBox } from "./upload-box.tsx";
import { useLoaded } from "./use-loaded.ts";
import { VersionSelect } from "./version-select.tsx";

/** The most documents that are shown at once. */
const SHOWN = 200;

interface Filter {
  readonly words: string;
  readonly folder: string;
  readonly isUnread: boolean;
}

/** The documents of the library, now or as of a day; where documents are brought, deleted and erased. */
export function DocumentsPage({
  crawls,
  status,
  asOf,
}: {
  crawls: readonly Crawl[];
  status: Status | undefined;
  asOf: string | undefined;
}) {
  const [changes, setChanges] = useState(0);
  const [going, setGoing] = useState<Going>();
  const [said, setSaid] = useState("");
  const [filter, setFilter] = useState<Filter>({ words: "", folder: "", isUnread: false });
  const newest = crawls[0]?.version ?? 0;
  const key = `documents ${asOf} ${newest} ${changes}`;
  const { value, problem } = useLoaded(key, () => getDocuments(asOf));
  const [shown, setShown] = useState<Listing>();
  if (value !== undefined && value !== shown) setShown(value);
  const again = (sentence: string): void => {
    setSaid(sentence);
    setChanges((count) => count + 1);
  };
  return (
    <section class="documents" aria-labelledby="documents-title">
      <h1 id="documents-title">Documents</h1>
      <PointPicker crawls={crawls} asOf={asOf} listing={shown} />
      {asOf === undefined && status && <UploadBox status={status} onDone={() => again("")} />}
      <p class="said" role="status">
        {said}
      </p>
      {problem !== undefined && <p role="alert">{problem}</p>}
      {shown && problem === undefined && (
        <Documents listing={shown} filter={filter} onFilter={setFilter} onGo={setGoing} />
      )}
      {going && <GoDialog going={going} onClose={() => setGoing(undefined)} onGone={again} />}
    </section>
  );
}

function PointPicker({
  crawls,
  asOf,
  listing,
}: {
  crawls: readonly Crawl[];
  asOf: string | undefined;
  listing: Listing | undefined;
}) {
  const go = (to: string | number | undefined): void => {
    location.hash = documentsLink(to);
  };
  const newest = crawls[0]?.version ?? 0;
  const version = asOf === undefined ? newest : (listing?.point.version ?? newest);
  return (
    <div class="range">
      <VersionSelect
        label="As of"
        crawls={crawls}
        version={version}
        onVersion={(one) => go(one === newest ? undefined : one)}
      />
      <label>
        or any day{" "}
        <input
          type="date"
          min={crawls.at(-1)?.effectiveAt?.slice(0, 10)}
          max={new Date().toISOString().slice(0, 10)}
          value={asOf?.includes("-") ? asOf : ""}
          onInput={(event) => go(event.currentTarget.value || undefined)}
        />
      </label>
      {asOf !== undefined && listing && (
        <p class="point">
          <span class="stamp past">{pointLabel(listing.point)}</span>{" "}
          <a href={documentsLink(undefined)}>Now</a>
        </p>
      )}
    </div>
  );
}

function Documents({
  listing,
  filter,
  onFilter,
  onGo,
}: {
  listing: Listing;
  filter: Filter;
  onFilter: (filter: Filter) => void;
  onGo: (going: Going) => void;
}) {
  const { documents, point, isNewest } = listing;
  const found = documents.filter((document) => fits(document, filter));
  const shown = found.slice(0, SHOWN);
  const folders = [...new Set(shown.map(folderOf))].sort();
  const unread = documents.filter((one) => one.unread !== null).length;
  return (
    <>
      {documents.length > 0 && <FilterBar {...{ documents, filter, unread, onFilter }} />}
      <p class="summary" role="status">
        {summaryOf(listing, found.length)}
      </p>
      {folders.map((folder) => (
        <section class="folder" key={folder} aria-label={folder === "" ? "Without a folder" : folder}>
          <h2 class="folder-name">{folder === "" ? "Without a folder" : `${folder}/`}</h2>
          <ul>
            {shown
              .filter((one) => folderOf(one) === folder)
              .map((document) => (
                <DocumentItem key={document.path} {...{ document, version: point.version, isNewest, onGo }} />
              ))}
          </ul>
        </section>
      ))}
      {found.length > SHOWN && (
        <p class="summary">{found.length - SHOWN} more are not shown. Filter them by name or folder.</p>
      )}
    </>
  );
}

function FilterBar({
  documents,
  filter,
  unread,
  onFilter,
}: {
  documents: readonly ListedDocument[];
  filter: Filter;
  unread: number;
  onFilter: (filter: Filter) => void;
}) {
  const folders = [...new Set(documents.map(folderOf))].filter((folder) => folder !== "").sort();
  return (
    <div class="filter">
      <input
        type="search"
        aria-label="Filter the documents"
        placeholder="Filter by name or title"
        value={filter.words}
        onInput={(event) => onFilter({ ...filter, words: event.currentTarget.value })}
      />
      {folders.length > 1 && (
        <select
          aria-label="Folder"
          value={filter.folder}
          onChange={(event) => onFilter({ ...filter, folder: event.currentTarget.value })}
        >
          <option value="">all folders</option>
          {folders.map((folder) => (
            <option key={folder} value={folder}>
              {folder}/
            </option>
          ))}
        </select>
      )}
      {unread > 0 && (
        <label>
          <input
            type="checkbox"
            checked={filter.isUnread}
            onChange={(event) => onFilter({ ...filter, isUnread: event.currentTarget.checked })}
          />{" "}
          only those not read ({unread})
        </label>
      )}
    </div>
  );
}

function fits({ path, title, unread }: ListedDocument, { words, folder, isUnread }: Filter): boolean {
  if (isUnread && unread === null) return false;
  if (folder !== "" && !path.startsWith(`${folder}/`)) return false;
  const text = `${path} ${title}`.toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function folderOf({ path }: ListedDocument): string {
  return path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
}

function summaryOf({ documents, point, isNewest }: Listing, found: number): string {
  const when = isNewest ? "" : ` on ${dayOf(point.effectiveAt)}`;
  if (documents.length === 0) {
    if (point.version === 0 && !isNewest) return "The library begins later: it has no documents then.";
    return isNewest ? "There are no documents yet. Drop some above." : `There were no documents${when}.`;
  }
  const all = `${documents.length} document${documents.length === 1 ? "" : "s"}${when}`;
  return found === documents.length ? `${all}.` : `${found} of ${all}.`;
}
