// The files of the page. They hold nothing of the database, so they need no token; there are no others.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const FILES: Readonly<Record<string, readonly [file: string, type: string]>> = {
  "/": ["index.html", "text/html; charset=utf-8"],
  "/page.js": ["page.js", "text/javascript; charset=utf-8"],
  "/page.css": ["page.css", "text/css; charset=utf-8"],
  "/mark.svg": ["mark.svg", "image/svg+xml"],
};

/** A file of the page. */
export interface Asset {
  readonly type: string;
  readonly content: Buffer;
}

/** The file at a path; undefined where there is none. The build puts them beside the code: `dist/studio`. */
export function assetAt(path: string): Asset | undefined {
  if (!Object.hasOwn(FILES, path)) return undefined;
  const [file = "", type = ""] = FILES[path] ?? [];
  return { type, content: readFileSync(fileURLToPath(new URL(`./studio/${file}`, import.meta.url))) };
}
