import { anthropic } from "@ai-sdk/anthropic";
import type { BaseStore as ByteStore } from "@langchain/core/stores";
import { MessagesAnnotation, StateGraph } from "@langchain/langgraph";
import type { BaseCheckpointSaver, BaseStore, Item } from "@langchain/langgraph-checkpoint";
import { MastraCompositeStore, type MemoryStorage } from "@mastra/core/storage";
import type {
  Session,
  SessionHistoryRewriteAwareSession,
  SessionHistoryTransactionAwareSession,
} from "@openai/agents-core";
import type { ToolSet } from "ai";
import { connect, type RowVersion } from "varve";
import { factTable, factTools, memoryTable, memoryTool } from "varve/ai";
import type { VarveByteStore } from "varve/langchain";
import type { VarveSaver, VarveStore } from "varve/langgraph";
import { VarveMemory } from "varve/mastra";
import type { VarveSession } from "varve/openai-agents";
import { expectTypeOf, test } from "vitest";

declare const store: VarveStore;
declare const checkpointer: VarveSaver;

test("a graph takes both", () => {
  expectTypeOf(checkpointer).toExtend<BaseCheckpointSaver>();
  new StateGraph(MessagesAnnotation).compile({ checkpointer, store });
});

test("the store of LangGraph is one of its stores, and knows its past", async () => {
  expectTypeOf(store).toExtend<BaseStore>();
  expectTypeOf(store.asOf("2026-11-23")).toExtend<BaseStore>();
  expectTypeOf(store.history(["a"], "b")).toEqualTypeOf<Promise<RowVersion<Item>[]>>();
  await store.delete(["a"], "b", { purge: true });
  // @ts-expect-error a namespace is a list of labels
  await store.history("a", "b");
  // @ts-expect-error a function of Varve embeds, no Embeddings
  await (await import("varve/langgraph")).VarveStore.open("memory:", { embedding: { embedQuery: () => [] } });
});

test("the memories of the AI SDK are its tools, and that of Anthropic takes the files", async () => {
  const db = await connect("memory:");
  const memory = memoryTool(await db.table(memoryTable()), { scope: "ada" });
  expectTypeOf({ memory }).toExtend<ToolSet>();
  expectTypeOf({ memory: anthropic.tools.memory_20250818({ execute: memory.execute }) }).toExtend<ToolSet>();
  expectTypeOf(factTools(await db.table(factTable("facts")))).toExtend<ToolSet>();
  // @ts-expect-error facts are in a table of facts
  factTools(await db.table(memoryTable()));
});

test("a session is one of the OpenAI Agents SDK, with all that is optional", () => {
  expectTypeOf<VarveSession>().toExtend<Session>();
  expectTypeOf<VarveSession>().toExtend<SessionHistoryTransactionAwareSession>();
  expectTypeOf<VarveSession>().toExtend<SessionHistoryRewriteAwareSession>();
});

test("the byte store is a store of LangChain", () => {
  expectTypeOf<VarveByteStore>().toExtend<ByteStore<string, Uint8Array>>();
});

test("the memory of Mastra is the memory of a composite store", () => {
  expectTypeOf<VarveMemory>().toExtend<MemoryStorage>();
  new MastraCompositeStore({ id: "app", domains: { memory: new VarveMemory({ location: "memory:" }) } });
});
