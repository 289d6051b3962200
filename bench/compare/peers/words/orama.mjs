// Orama holds everything in memory, and its calls block.

import { create, insertMultiple, search } from "@orama/orama";

const heap = () => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

export function opened(_folder, dimensions) {
  const plain = { id: "string", body: "string", bucket: "number" };
  const before = heap();
  const db = create({
    schema: dimensions === undefined ? plain : { ...plain, vec: `vector[${dimensions}]` },
    components: { tokenizer: { language: "english", stemming: true } },
  });
  let texts = 0;
  const rowsOf = ({ hits }) => hits.map(({ document }) => ({ id: Number(document.id), body: document.body }));
  // Beginnings of words are what it looks for anyway; it has no phrases.
  const asked = ({ kind, text }) => {
    if (kind === "phrase") throw new Error("it has no search for phrases");
    return { term: text, properties: ["body"], limit: 10 };
  };
  return {
    async add(rows) {
      for (const { body } of rows) texts += body.length;
      await insertMultiple(
        db,
        rows.map(({ id, vec, ...row }) => ({
          id: String(id),
          ...row,
          ...(vec === undefined ? {} : { vec: Array.from(vec) }),
        })),
        rows.length,
      );
    },
    finish: () => undefined,
    indexBytes: () => heap() - before - texts,
    search: async (query) => rowsOf(await search(db, asked(query))),
    filtered: async (query) => rowsOf(await search(db, { ...asked(query), where: { bucket: { lt: 10 } } })),
    hybrid: async (query, vec) =>
      rowsOf(
        await search(db, {
          ...asked(query),
          ...{ mode: "hybrid", vector: { value: Array.from(vec), property: "vec" }, similarity: 0 },
        }),
      ),
    blocks: true,
    close: () => undefined,
  };
}
