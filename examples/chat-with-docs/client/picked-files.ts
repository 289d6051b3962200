// Files that somebody chose or dropped, folders with all that is in them.

/** A file, and its path in what was chosen. */
export interface Picked {
  readonly path: string;
  readonly file: File;
}

/** The most files that are taken at once. */
const FILES = 5000;

/** The files of an input; a chosen folder's have their paths in it. */
export function pickedOf(files: Iterable<File>): Picked[] {
  return visible([...files].map((file) => ({ path: file.webkitRelativePath || file.name, file })));
}

/** The files of what was dropped. What it holds is only known until the event has ended, so it is taken at once. */
export async function pickedFrom({ items }: DataTransfer): Promise<Picked[]> {
  const entries = [...items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  const picked: Picked[] = [];
  for (const entry of entries) await walk(entry, picked);
  return visible(picked);
}

async function walk(entry: FileSystemEntry, picked: Picked[]): Promise<void> {
  if (picked.length > FILES)
    throw new Error(`That is more than ${FILES} files. Use npm run ingest for them.`);
  if (isHidden(entry.name)) return;
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    picked.push({ path: entry.fullPath.replace(/^\//, ""), file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return;
    for (const one of some) await walk(one, picked);
  }
}

/** Hidden files and folders are left out, as a crawl does. */
function visible(picked: readonly Picked[]): Picked[] {
  return picked.filter(({ path }) => !path.split("/").some(isHidden));
}

function isHidden(name: string): boolean {
  return name.startsWith(".") || name === "node_modules";
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}
