import { join } from "node:path";
import { connect, Index, MatchQuery, PhraseQuery, rerankers } from "@lancedb/lancedb";
import {
  Field,
  FixedSizeList,
  Float32,
  Int32,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  Table,
  Utf8,
  vectorFromArray,
} from "apache-arrow";
import { sizeOf } from "../../words/size.mjs";

/** Arrow batches, which is the fastest way in that it has. */
function batch(rows, dimensions) {
  const numbers = (name) =>
    makeData({ type: new Int32(), length: rows.length, data: Int32Array.from(rows, (row) => row[name]) });
  const fields = [
    new Field("id", new Int32()),
    new Field("body", new Utf8()),
    new Field("bucket", new Int32()),
  ];
  const bodies = vectorFromArray(
    rows.map(({ body }) => body),
    new Utf8(),
  ).data[0];
  const children = [numbers("id"), bodies, numbers("bucket")];
  if (dimensions !== undefined) {
    const floats = new Float32Array(rows.length * dimensions);
    for (const [i, { vec }] of rows.entries()) floats.set(vec, i * dimensions);
    const list = new FixedSizeList(dimensions, new Field("item", new Float32(), true));
    const child = makeData({ type: new Float32(), length: floats.length, data: floats });
    fields.push(new Field("vec", list));
    children.push(makeData({ type: list, length: rows.length, child }));
  }
  const struct = makeData({ type: new Struct(fields), length: rows.length, children });
  return new Table(new RecordBatch(new Schema(fields), struct));
}

function asked({ kind, text, words }) {
  if (kind === "prefix") throw new Error("it has no search for beginnings of words");
  return kind === "phrase" ? new PhraseQuery(words.join(" "), "body") : new MatchQuery(text, "body");
}

export async function opened(folder, dimensions) {
  const db = await connect(folder);
  const rrf = dimensions === undefined ? undefined : await rerankers.RRFReranker.create();
  let t;
  let then;
  let indexed = false;
  let bytes = 0;
  const rowsOf = async (query) =>
    (await query.select(["id", "body"]).limit(10).toArray()).map(({ id, body }) => ({ id, body }));
  const found = (table, query) => table.query().fullTextSearch(asked(query));
  return {
    async add(rows) {
      if (t === undefined) t = await db.createTable("rows", batch(rows, dimensions));
      else await t.add(batch(rows, dimensions));
    },
    async finish() {
      if (indexed) return await t.optimize();
      indexed = true;
      const words = { withPosition: true, stem: true, removeStopWords: false, language: "English" };
      await t.createIndex("body", { config: Index.fts(words) });
      bytes = sizeOf(join(folder, "rows.lance", "_indices"));
      await t.createIndex("bucket", { config: Index.btree() });
      if (dimensions !== undefined)
        await t.createIndex("vec", { config: Index.ivfRq({ distanceType: "cosine" }) });
    },
    indexBytes: () => bytes,
    search: (query) => rowsOf(found(t, query)),
    filtered: (query) => rowsOf(found(t, query).where("bucket < 10")),
    hybrid: async (query, vec) => {
      const both = t.query().nearestTo(vec).distanceType("cosine").fullTextSearch(asked(query)).rerank(rrf);
      return (await both.limit(10).toArray()).map(({ id, body }) => ({ id, body }));
    },
    async mark() {
      then = await db.openTable("rows");
      await then.checkout(await t.version());
    },
    earlier: (query) => rowsOf(found(then, query)),
    async uncovered() {
      return (await t.indexStats("body_idx"))?.numUnindexedRows;
    },
    close: () => db.close(),
  };
}
