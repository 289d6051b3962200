// The vector store of LangChain keeps the contract of adapters, embedded by LangChain and by the table.

import type { EmbeddingsInterface } from "@langchain/core/embeddings";
import { custom } from "varve/embeddings";
import { type VarveSnapshotStore, VarveVectorStore } from "varve/langchain";
import { describe } from "vitest";
import { CONTRACT_DIMENSIONS, type ContractStore, contractVector, testAdapter } from "./contract";

const embeddings: EmbeddingsInterface = {
  embedQuery: (text) => Promise.resolve(contractVector(text)),
  embedDocuments: (texts) => Promise.resolve(texts.map(contractVector)),
};

const fn = custom<string>({
  name: "contract",
  dimensions: CONTRACT_DIMENSIONS,
  embed: (texts) => Promise.resolve(texts.map((text) => Float32Array.from(contractVector(text)))),
});

function storeOf(store: VarveVectorStore | VarveSnapshotStore): ContractStore {
  return {
    async add(documents) {
      return await store.addDocuments(
        documents.map(({ text, ...document }) => ({ metadata: {}, ...document, pageContent: text })),
      );
    },
    async search(text, { limit, filter }) {
      const hits = await store.similaritySearchWithScore(text, limit, filter);
      return hits.map(([{ id, pageContent, metadata }, score]) => ({
        id,
        text: pageContent,
        metadata,
        score,
      }));
    },
    deleteIds: (ids) => store.delete({ ids }),
    deleteFilter: (filter) => store.delete({ filter }),
    deleteAll: () => store.delete({ deleteAll: true }),
    searchVector: (vector) => store.similaritySearchVectorWithScore(vector, 1),
    close: async () => {
      if (store instanceof VarveVectorStore) await store.close();
    },
    ...(store instanceof VarveVectorStore ? { asOf: (at) => storeOf(store.asOf(at)) } : {}),
  };
}

describe("embedded by LangChain", () => {
  testAdapter({ open: (db, table) => storeOf(new VarveVectorStore(embeddings, { db, table })) });
});

describe("embedded by the table", () => {
  testAdapter({ open: (db, table) => storeOf(new VarveVectorStore(fn, { db, table })) });
});
