// Listing and hashing the files of this repository.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** The top folder of the repository. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** An absolute path from one that starts at the top folder. */
export const at = (...parts) => join(root, ...parts);

const skipped = new Set(["node_modules", "target", "dist", "fixtures", ".git"]);

/** All files below `folder` (which may be missing), as sorted paths from the top folder with forward slashes. */
export function filesBelow(folder, wanted = () => true) {
  const start = at(folder);
  if (!existsSync(start)) return [];
  return readdirSync(start, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      relative(root, join(entry.parentPath ?? entry.path, entry.name))
        .split(sep)
        .join("/"),
    )
    .filter((path) => !path.split("/").some((part) => skipped.has(part)) && wanted(path))
    .sort();
}

/** One hash over the names and contents of files; a missing file counts as such. */
export function hashOf(paths) {
  const hash = createHash("sha256");
  for (const path of paths) {
    const content = existsSync(at(path)) ? readFileSync(at(path)) : "missing";
    hash.update(`${path}\n${content.length}\n`).update(content);
  }
  return hash.digest("hex");
}

/** A parsed JSON file, or `undefined` where there is none that can be read. */
export function readJson(path) {
  try {
    return JSON.parse(readFileSync(at(path), "utf8"));
  } catch {
    return undefined;
  }
}
