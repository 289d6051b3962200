// What a config of LangGraph says of threads and checkpoints.

import type { RunnableConfig } from "@langchain/core/runnables";
import { getCheckpointId } from "@langchain/langgraph-checkpoint";
import type { CheckpointPlace } from "./checkpoint-table";
import { badArgument, noThread } from "./langgraph-errors";

/** Which checkpoints are asked for: all where nothing is said. */
export type AskedPlace = { readonly [K in keyof CheckpointPlace]: string | undefined };

/** Where something is to be kept. */
export interface GivenPlace extends AskedPlace {
  readonly thread: string;
  readonly namespace: string;
}

/** What a read asks for. */
export function askedPlace(call: string, config: RunnableConfig): AskedPlace {
  const { thread_id: thread, checkpoint_ns: namespace } = config.configurable ?? {};
  const checkpoint: unknown = getCheckpointId(config);
  return {
    thread: optionalText(call, "thread_id", thread),
    namespace: optionalText(call, "checkpoint_ns", namespace),
    checkpoint: checkpoint === "" ? undefined : optionalText(call, "checkpoint_id", checkpoint),
  };
}

/** Where a write belongs; throws where no thread is named. */
export function givenPlace(call: string, config: RunnableConfig): GivenPlace {
  const { thread, namespace = "", checkpoint } = askedPlace(call, config);
  if (thread === undefined) throw noThread(call);
  return { thread, namespace, checkpoint };
}

/** The config of a checkpoint. */
export function toConfig({ thread, namespace, checkpoint }: CheckpointPlace): RunnableConfig {
  return { configurable: { thread_id: thread, checkpoint_ns: namespace, checkpoint_id: checkpoint } };
}

function optionalText(call: string, name: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw badArgument(call, name, "a text", value);
  return value;
}
