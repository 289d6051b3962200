import { join } from "node:path";
import { connect, int, table, text, vector } from "varve";
import { sizeOf } from "../../words/size.mjs";

const ASKED = { phrase: (words) => `"${words.join(" ")}"`, prefix: ([start]) => `${start}*` };
const typed = ({ kind, text: asked, words }) => ASKED[kind]?.(words) ?? asked;

export async function opened(folder, dimensions) {
  const db = await connect(folder);
  const columns = { id: int().primaryKey(), body: text({ search: true }), bucket: int() };
  const t = await db.table(
    table("rows", dimensions === undefined ? columns : { ...columns, vec: vector(dimensions) }),
  );
  const options = { limit: 10, select: ["id", "body"] };
  const byWords = (view, query, more) => view.search(typed(query), { mode: "text", ...options, ...more });
  let then;
  return {
    add: (rows) => t.insert(rows),
    finish: () => t.optimize(),
    indexBytes: () => sizeOf(join(folder, "rows.varve", "index"), ".text.index"),
    search: (query) => byWords(t, query),
    filtered: (query) => byWords(t, query, { where: { bucket: { $lt: 10 } } }),
    hybrid: (query, vec) => t.search({ text: typed(query), vector: vec }, { mode: "hybrid", ...options }),
    async mark() {
      then = t.asOf(await t.version());
    },
    earlier: (query) => byWords(then, query),
    /** Rows that the index does not hold yet: upkeep adds them to it by itself after a moment. */
    async uncovered() {
      return (await t.explain("row", { mode: "text" })).uncovered;
    },
    close: () => db.close(),
  };
}
