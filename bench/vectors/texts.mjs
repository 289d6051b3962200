// Real text from folders of files: prose, documentation without its tags, the comments of declarations, and source code, cut into chunks.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";

/** Characters of a chunk: whole lines are gathered up to the first, and cut at the second. */
const ENOUGH = 450;
const MOST = 900;
/** Shorter ones say too little, and a file of more bytes is data rather than text. */
const LEAST = 80;
const FILE_BYTES = 4 << 20;
/** Lines that are longer on average come from a program that packs others. */
const LINE_CHARS = 300;

const CODE = "source code";
const KINDS = {
  prose: [".md", ".mdx", ".rst", ".txt", ".adoc", ".markdown"],
  documentation: [".html", ".htm"],
  "comments of declarations": [".d.ts", ".d.mts", ".d.cts"],
  [CODE]: [
    ...[
      ".rs",
      ".py",
      ".pyi",
      ".js",
      ".mjs",
      ".cjs",
      ".ts",
      ".mts",
      ".go",
      ".java",
      ".rb",
      ".pl",
      ".pm",
      ".sh",
    ],
    ...[".c", ".h", ".cc", ".cpp", ".hpp", ".cs", ".lua", ".vim", ".el", ".cmake", ".sql", ".proto"],
  ],
};

const KIND_OF = new Map(Object.entries(KINDS).flatMap(([kind, ends]) => ends.map((end) => [end, kind])));

/** The files of the folders that hold text, source code last; otherwise in an order that mixes folders and is the same every time. */
export function textFiles(folders) {
  const files = folders.flatMap((folder) => filesBelow(folder, folder));
  return files.sort((a, b) => (a.order < b.order ? -1 : 1));
}

function filesBelow(root, folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(root, path);
    const kind = entry.isFile() ? kindOf(entry.name) : undefined;
    if (kind === undefined) return [];
    const mixed = createHash("sha1").update(path.slice(root.length)).digest("hex");
    return [{ path, kind, order: `${kind === CODE ? 1 : 0}${mixed}` }];
  });
}

function kindOf(name) {
  const declaration = /\.d\.[cm]?ts$/.exec(name)?.[0];
  return KIND_OF.get(declaration ?? extname(name).toLowerCase());
}

/** The chunks of a file; none where it is too large, packed or no text at all. */
export function chunksOf({ path, kind }) {
  if (statSync(path).size > FILE_BYTES) return [];
  const content = readFileSync(path, "utf8");
  if (content.includes("\0") || content.includes("\ufffd")) return [];
  const text = textOf(content, kind);
  if (kind === CODE && text.length / text.split("\n").length > LINE_CHARS) return [];
  return [...chunks(text)];
}

function textOf(content, kind) {
  if (kind === "documentation") return withoutTags(content);
  if (kind === "comments of declarations") return commentsOf(content);
  return content;
}

function* chunks(text) {
  let chunk = "";
  for (const line of text.split("\n")) {
    const bare = line.replace(/\s+/g, " ").trim();
    // An empty line ends a chunk that is long enough, a heading begins one.
    if (chunk.length >= ENOUGH || (bare === "" && chunk.length >= ENOUGH / 2)) {
      yield chunk;
      chunk = "";
    }
    if (bare !== "") chunk = chunk === "" ? bare : `${chunk}\n${bare}`;
    while (chunk.length > MOST) {
      const end = chunk.lastIndexOf(" ", MOST);
      const at = end > ENOUGH ? end : MOST;
      yield chunk.slice(0, at);
      chunk = chunk.slice(at).trimStart();
    }
  }
  if (chunk.length >= LEAST) yield chunk;
}

const BLOCKS =
  /<\/?(?:p|div|section|article|h[1-6]|li|ul|ol|dl|dt|dd|tr|table|pre|blockquote|br|summary|details)\b[^>]*>/gi;
const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " ", mdash: "—", ndash: "–" };

function withoutTags(html) {
  const main = /<main\b[^>]*>([\s\S]*?)<\/main>/i.exec(html)?.[1] ?? html;
  return main
    .replace(/<(script|style|nav|head|svg|template)\b[\s\S]*?<\/\1>/gi, " ")
    .replace(BLOCKS, "\n")
    .replace(/<[^>]*>/g, "")
    .replace(/&(\w+);/g, (whole, name) => ENTITIES[name] ?? whole)
    .replace(/&#(x?)([0-9a-f]+);/gi, (whole, hex, digits) => {
      const code = Number.parseInt(digits, hex === "" ? 10 : 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    });
}

function commentsOf(source) {
  const blocks = source.match(/\/\*\*[\s\S]*?\*\//g) ?? [];
  return blocks.map((block) => block.replace(/^\s*\/?\*+\/?/gm, "").replace(/\*\/$/, "")).join("\n\n");
}
