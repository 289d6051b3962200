// The table: the pieces of all files, what the files consist of, and which commit it all stands for.
import { connect, embed, int, json, table, text } from "varve";
import { codeWords } from "./code-words.mjs";

/**
 * Three kinds of rows. A piece of a file: `path`, `symbol`, `body`. A file: `path` and `outline`, the lines on which its pieces stand; they
 * are kept apart so that a piece that only moves keeps its row and its vector. And a commit: `version`, and its message as `body`; because of
 * it, every commit is a version, also one that changes no text.
 */
export const code = table(
  "code",
  {
    id: text().primaryKey(),
    path: text().nullable(),
    symbol: text().nullable(),
    body: text().nullable(),
    outline: json().nullable(),
    version: int().nullable(),
  },
  (c) => ({ vec: embed(codeWords(), [c.symbol, c.body]) }),
);

const nothing = { path: null, symbol: null, body: null, outline: null, version: null };

/** The key of the row of a piece. No path in a git tree holds `//`. */
export const pieceId = (path, symbol) => `${path}//${symbol}`;

/** The row of a piece. */
export const pieceRow = (path, symbol, body) => ({
  ...nothing,
  id: pieceId(path, symbol),
  path,
  symbol,
  body,
});

/** The row of a file. */
export const fileRow = (path, outline) => ({ ...nothing, id: path, path, outline });

/** The row of a commit. */
export const commitRow = (sha, version, subject) => ({ ...nothing, id: `//${sha}`, version, body: subject });

/** Lets the rows of pieces through. */
export const isPiece = (c) => c.symbol.isNotNull();

/** Opens the table of a folder. */
export async function openCode(folder) {
  const db = await connect(folder);
  return { db, t: await db.table(code) };
}

const PAGE = 1000;

/** All commits of a table, newest first. */
export async function* commitsOf(t) {
  let before;
  while (true) {
    const page = await t.history({ limit: PAGE, before });
    yield* page;
    if (page.length < PAGE) return;
    before = page.at(-1).version;
  }
}

/** The commit that made a version; undefined for version 0. */
export async function commitOf(t, version) {
  if (version === 0) return undefined;
  const [commit] = await t.history({ limit: 1, before: version + 1 });
  return commit;
}
