import { readdirSync } from "node:fs";
import { join } from "node:path";
import zvec from "@zvec/zvec";
import { sizeOf } from "../../words/size.mjs";

const {
  ZVecCollectionSchema,
  ZVecCreateAndOpen,
  ZVecDataType,
  ZVecIndexType,
  ZVecMetricType,
  ZVecQuantizeType,
} = zvec;

const FTS = { indexType: ZVecIndexType.FTS, tokenizerName: "standard", filters: ["lowercase", "stemmer"] };
const HNSW = {
  ...{ indexType: ZVecIndexType.HNSW, metricType: ZVecMetricType.COSINE, m: 16, efConstruction: 200 },
  quantizeType: ZVecQuantizeType.INT8,
};

function asked({ kind, text, words }) {
  if (kind === "prefix") throw new Error("it has no search for beginnings of words");
  return kind === "phrase" ? { queryString: `"${words.join(" ")}"` } : { matchString: text };
}

function schemaOf(dimensions) {
  return new ZVecCollectionSchema({
    name: "rows",
    vectors: [
      {
        name: "vec",
        dataType: ZVecDataType.VECTOR_FP32,
        // It has no collections without vectors.
        dimension: dimensions ?? 2,
        indexParams:
          dimensions === undefined
            ? { indexType: ZVecIndexType.FLAT, metricType: ZVecMetricType.COSINE }
            : HNSW,
      },
    ],
    fields: [
      { name: "body", dataType: ZVecDataType.STRING, indexParams: FTS },
      { name: "bucket", dataType: ZVecDataType.INT32, indexParams: { indexType: ZVecIndexType.INVERT } },
    ],
  });
}

/** Each part of a collection has a folder for its index of words. */
function ftsBytes(folder) {
  const folders = readdirSync(folder, { withFileTypes: true, recursive: true }).filter(
    (entry) => entry.isDirectory() && entry.name.startsWith("fts."),
  );
  return folders.reduce((sum, entry) => sum + sizeOf(join(entry.parentPath ?? entry.path, entry.name)), 0);
}

export function opened(folder, dimensions) {
  const collection = ZVecCreateAndOpen(folder, schemaOf(dimensions));
  const none = new Float32Array([1, 0]);
  const rowsOf = async (found) =>
    (await found).map(({ id, fields }) => ({ id: Number(id), body: fields.body }));
  const find = (query, more) =>
    rowsOf(
      collection.query({ fieldName: "body", fts: asked(query), topk: 10, outputFields: ["body"], ...more }),
    );
  return {
    add(rows) {
      const docs = rows.map(({ id, body, bucket, vec = none }) => ({
        ...{ id: String(id), vectors: { vec } },
        fields: { body, bucket },
      }));
      collection.insertSync(docs);
    },
    finish: () => collection.optimize(),
    indexBytes: () => ftsBytes(folder),
    search: (query) => find(query),
    filtered: (query) => find(query, { filter: "bucket < 10" }),
    hybrid: (query, vec) =>
      rowsOf(
        collection.multiQuery({
          queries: [
            { fieldName: "body", fts: asked(query), numCandidates: 100 },
            { fieldName: "vec", vector: vec, numCandidates: 100 },
          ],
          ...{ topk: 10, outputFields: ["body"] },
        }),
      ),
    close: () => collection.closeSync(),
  };
}
