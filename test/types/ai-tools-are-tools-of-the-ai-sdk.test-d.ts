import {
  generateText,
  type InferToolInput,
  type InferToolOutput,
  type RerankingModel,
  rerank,
  type ToolSet,
} from "ai";
import type { Table } from "varve";
import {
  type RerankHook,
  retrievalTools,
  type SearchInput,
  type SearchResult,
  type TimelineInput,
  type TimelineResult,
} from "varve/ai";
import { expectTypeOf, test } from "vitest";
import type { docs } from "./docs";

declare const t: Table<typeof docs>;
declare const model: RerankingModel;

test("the tools are a ToolSet, with their inputs and outputs", async () => {
  const tools = await retrievalTools(t, { select: ["id", "title"], where: (c) => c.lang.eq("en") });
  expectTypeOf(tools).toExtend<ToolSet>();
  expectTypeOf<InferToolInput<typeof tools.search>>().toEqualTypeOf<SearchInput>();
  expectTypeOf<InferToolOutput<typeof tools.search>>().toEqualTypeOf<SearchResult>();
  expectTypeOf<InferToolInput<typeof tools.timeline>>().toEqualTypeOf<TimelineInput>();
  expectTypeOf<InferToolOutput<typeof tools.timeline>>().toEqualTypeOf<TimelineResult>();
  const { steps } = await generateText({ model: "x", prompt: "x", tools });
  for (const result of steps[0]?.toolResults ?? []) {
    if (!result.dynamic && result.toolName === "diff")
      expectTypeOf(result.output.counts.added).toEqualTypeOf<number>();
  }
});

test("the AI SDK's rerank is a hook once its model is chosen", () => {
  const hook: RerankHook = (request) => rerank({ model, ...request });
  expectTypeOf(hook).toEqualTypeOf<RerankHook>();
});

test("columns and filters are checked", async () => {
  // @ts-expect-error a column that there is not
  await retrievalTools(t, { select: ["nothing"] });
  // @ts-expect-error a value of another type
  await retrievalTools(t, { where: { views: "many" } });
});
