// What answers a question at a version.
import { isPiece } from "./code-table.mjs";

/** The columns of a passage. */
export const COLUMNS = ["id", "path", "symbol", "body"];

/** The passages that answer a question at a version, the best first, with the lines on which they stand. */
export async function answersAt(t, version, question, limit) {
  const view = t.asOf(version);
  const hits = await view.search(question, { limit, select: COLUMNS, where: isPiece });
  return await Promise.all(hits.map(async (hit) => ({ ...hit, ...(await placeOf(view, hit)) })));
}

/** The first and the last line of a piece, from the outline of its file. */
export async function placeOf(view, { path, symbol }) {
  const { outline } = (await view.get(path, { select: ["outline"] })) ?? {};
  const [, start, end] = outline?.find(([name]) => name === symbol) ?? [];
  return { start, end };
}
