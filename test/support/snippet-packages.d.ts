// Packages that the documentation uses and that are not installed here, as far as its snippets need them.

declare module "@ai-sdk/cohere" {
  import type { MockEmbeddingModelV4, MockRerankingModelV4 } from "ai/test";

  export const cohere: {
    embeddingModel(model: string): MockEmbeddingModelV4;
    reranking(model: string): MockRerankingModelV4;
  };
}

declare module "@ai-sdk/openai" {
  import type { LanguageModel } from "ai";

  export function openai(model: string): LanguageModel;
}

declare module "@langchain/cohere" {
  import { Embeddings } from "@langchain/core/embeddings";

  export class CohereEmbeddings extends Embeddings {
    constructor(options: { model: string; maxRetries?: number });
    embedDocuments(documents: string[]): Promise<number[][]>;
    embedQuery(document: string): Promise<number[]>;
  }
}

declare module "llamaindex" {
  import type { BaseNode, Document, NodeWithScore } from "@llamaindex/core/schema";
  import type { BaseVectorStore, MetadataFilters } from "@llamaindex/core/vector-store";

  export { Settings } from "@llamaindex/core/global";
  export { Document } from "@llamaindex/core/schema";
  export type { MetadataFilters } from "@llamaindex/core/vector-store";

  interface StorageContext {
    readonly vectorStores: object;
  }
  export function storageContextFromDefaults(options: {
    vectorStore: BaseVectorStore<unknown, unknown>;
  }): Promise<StorageContext>;
  export class VectorStoreIndex {
    static fromDocuments(
      documents: Document[],
      options: { storageContext: StorageContext },
    ): Promise<VectorStoreIndex>;
    static fromVectorStore(store: BaseVectorStore<unknown, unknown>): Promise<VectorStoreIndex>;
    asRetriever(options: { similarityTopK: number; filters: MetadataFilters }): {
      retrieve(query: string): Promise<(NodeWithScore & { node: BaseNode & { text: string } })[]>;
    };
  }
}

declare module "@openai/agents" {
  export { Agent, run } from "@openai/agents-core";
}
