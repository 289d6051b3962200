/**
 * Varve for the OpenAI Agents SDK: sessions whose history stays, with every state of it.
 *
 * @example
 * ```ts
 * import { run } from "@openai/agents";
 * import { VarveSession } from "varve/openai-agents";
 *
 * const session = new VarveSession({ location: "./data", sessionId: user.id });
 * await run(agent, "What did I order?", { session });
 * ```
 *
 * @module
 */

export { VarveSession, type VarveSessionConfig } from "./session";
