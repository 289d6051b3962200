import zvec from "@zvec/zvec";
import { vectorAt } from "../../vectors/sets.mjs";

const {
  ZVecCollectionSchema,
  ZVecCreateAndOpen,
  ZVecDataType,
  ZVecIndexType,
  ZVecMetricType,
  ZVecQuantizeType,
} = zvec;
const BATCH = 1000;

async function filled(set, folder, indexParams, settings, toParams, exact = false) {
  const schema = new ZVecCollectionSchema({
    name: "rows",
    vectors: [
      {
        name: "vec",
        dataType: ZVecDataType.VECTOR_FP32,
        dimension: set.dimensions,
        indexParams: { metricType: ZVecMetricType.COSINE, ...indexParams },
      },
    ],
    fields: [{ name: "title", dataType: ZVecDataType.STRING }],
  });
  const collection = ZVecCreateAndOpen(folder, schema);
  for (const { from, vectors } of set.base.batches(BATCH)) {
    const docs = Array.from({ length: vectors.length / set.dimensions }, (_, i) => ({
      id: String(from + i),
      vectors: { vec: vectorAt(vectors, set.dimensions, i) },
      fields: { title: `row ${from + i} of a set of vectors, about as long as a title` },
    }));
    collection.insertSync(docs);
  }
  const start = performance.now();
  await collection.optimize();
  const buildSeconds = (performance.now() - start) / 1000;
  const search = async (query, setting) => {
    const docs = await collection.query({
      fieldName: "vec",
      vector: query,
      topk: 10,
      outputFields: ["title"],
      ...toParams(setting),
    });
    return docs.map(({ id }) => Number(id));
  };
  return { buildSeconds, search, settings, exact, close: () => collection.closeSync() };
}

const hnsw = { indexType: ZVecIndexType.HNSW, m: 16, efConstruction: 200 };
const byEf = [20, 50, 100, 200, 400].map((ef) => ({ ef }));

export const variants = {
  exact: (set, folder) => filled(set, folder, { indexType: ZVecIndexType.FLAT }, [{}], () => ({}), true),
  "HNSW int8": (set, folder) =>
    filled(set, folder, { ...hnsw, quantizeType: ZVecQuantizeType.INT8 }, byEf, ({ ef }) => ({
      params: { indexType: ZVecIndexType.HNSW, ef, isUsingRefiner: true },
    })),
};
