import { connect, Index } from "@lancedb/lancedb";
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

const BATCH = 50_000;

/** Arrow batches, which is the fastest way in that it has. */
function batch({ dimensions }, { from, vectors }) {
  const count = vectors.length / dimensions;
  const item = new Field("item", new Float32(), true);
  const list = new FixedSizeList(dimensions, item);
  const floats = makeData({ type: new Float32(), length: vectors.length, data: vectors });
  const columns = {
    id: makeData({
      type: new Int32(),
      length: count,
      data: Int32Array.from({ length: count }, (_, i) => from + i),
    }),
    title: vectorFromArray(
      Array.from(
        { length: count },
        (_, i) => `row ${from + i} of a set of vectors, about as long as a title`,
      ),
      new Utf8(),
    ).data[0],
    vec: makeData({ type: list, length: count, child: floats }),
  };
  const fields = [new Field("id", new Int32()), new Field("title", new Utf8()), new Field("vec", list)];
  const struct = makeData({ type: new Struct(fields), length: count, children: Object.values(columns) });
  return new Table(new RecordBatch(new Schema(fields), struct));
}

async function filled(set, folder, index, settings, exact = false) {
  const db = await connect(folder);
  let t;
  for (const some of set.base.batches(BATCH)) {
    if (t === undefined) t = await db.createTable("rows", batch(set, some));
    else await t.add(batch(set, some));
  }
  const start = performance.now();
  if (index !== undefined) await t.createIndex("vec", { config: index });
  const buildSeconds = (performance.now() - start) / 1000;
  const search = async (query, { nprobes, refine, ef }) => {
    let asked = t
      .query()
      .nearestTo(query)
      .distanceType("cosine")
      .select(["id", "title", "_distance"])
      .limit(10);
    if (index === undefined) asked = asked.bypassVectorIndex();
    if (nprobes !== undefined) asked = asked.nprobes(nprobes);
    if (refine !== undefined) asked = asked.refineFactor(refine);
    if (ef !== undefined) asked = asked.ef(ef);
    const rows = await asked.toArray();
    return rows.map(({ id }) => id);
  };
  return { buildSeconds, search, settings, exact, close: () => db.close() };
}

const few = (settings) => settings.map(([nprobes, refine, ef]) => ({ nprobes, refine, ef }));

export const variants = {
  exact: (set, folder) => filled(set, folder, undefined, [{}], true),
  IVF_RQ: (set, folder) =>
    filled(
      set,
      folder,
      Index.ivfRq({ distanceType: "cosine" }),
      few([
        [10, 5],
        [20, 5],
        [20, 10],
        [40, 20],
        [100, 20],
      ]),
    ),
  IVF_PQ: (set, folder) =>
    filled(
      set,
      folder,
      Index.ivfPq({ distanceType: "cosine" }),
      few([
        [20, 10],
        [20, 20],
        [20, 50],
        [40, 50],
        [100, 100],
      ]),
    ),
  HNSW_SQ: (set, folder) =>
    filled(
      set,
      folder,
      Index.hnswSq({ distanceType: "cosine" }),
      few([
        [1, undefined, 50],
        [1, 2, 50],
        [1, 2, 100],
        [4, 2, 200],
      ]),
    ),
};
