import hnswlib from "hnswlib-node";
import { vectorAt } from "../../vectors/sets.mjs";

export const variants = {
  "m=16 efc=200": (set) => {
    const index = new hnswlib.HierarchicalNSW("ip", set.dimensions);
    index.initIndex(set.rows, 16, 200, 100);
    for (const { from, vectors } of set.base.batches())
      for (let i = 0; i < vectors.length / set.dimensions; i += 1)
        index.addPoint(Array.from(vectorAt(vectors, set.dimensions, i)), from + i);
    const search = (query, { ef }) => {
      index.setEf(ef);
      return index.searchKnn(Array.from(query), 10).neighbors;
    };
    return { search, settings: [16, 32, 64, 128, 256].map((ef) => ({ ef })), blocks: true };
  },
};
