import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** The bytes of all files below a folder whose names end so. */
export function sizeOf(folder, end = "") {
  const sizes = readdirSync(folder, { withFileTypes: true }).map((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sizeOf(path, end);
    return entry.name.endsWith(end) ? statSync(path).size : 0;
  });
  return sizes.reduce((sum, size) => sum + size, 0);
}
