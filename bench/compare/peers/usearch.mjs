import usearch from "usearch";

const THREADS = 2;
const EXPANSIONS = [16, 32, 64, 128, 256];

export const variants = {
  f32: (set, folder) => {
    const config = { dimensions: set.dimensions, metric: "ip", quantization: "f32", connectivity: 16 };
    const make = (expansion) =>
      new usearch.Index({ ...config, expansion_add: 128, expansion_search: expansion, multi: false });
    const first = make(64);
    first.add(
      BigUint64Array.from({ length: set.rows }, (_, i) => BigInt(i)),
      set.base.read(0, set.rows),
      THREADS,
    );
    const path = `${folder}.usearch`;
    first.save(path);
    const opened = new Map();
    const search = (query, { expansion }) => {
      if (!opened.has(expansion)) {
        const index = make(expansion);
        index.load(path);
        opened.set(expansion, index);
      }
      return Array.from(opened.get(expansion).search(query, 10, 1).keys, Number);
    };
    return { search, settings: EXPANSIONS.map((expansion) => ({ expansion })), blocks: true };
  },
};
