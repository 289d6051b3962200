// What a tool is, whatever protocol carries it: an input that is checked, an output that is plain JSON, and what may be said of both.

import { type Database, VarveError } from "varve";
import { objectSchema, type Part, type ToolSchema } from "../../integrations/support/retrieval/tool-schema";
import type { Report } from "./failure";
import type { JsonSchema } from "./output";

/** What every call of a tool is given beside its input. */
export interface ToolContext {
  readonly db: Database;
  /** What tables hold, in the words of whoever serves them. */
  readonly about: ReadonlyMap<string, string>;
  /** Is aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal | undefined;
  /** Is told in full what no model is told. */
  readonly report: Report;
}

/** A tool of a database. */
export interface DatabaseTool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Whether it writes. */
  readonly writes: boolean;
  /** Whether it takes away what somebody else may want; the past keeps it. */
  readonly destructive: boolean;
  /** Whether doing it again changes nothing more. */
  readonly idempotent: boolean;
  readonly input: ToolSchema<unknown>;
  readonly output: JsonSchema;
  /** Checks the input and runs the tool; throws errors of Varve. */
  readonly call: (input: unknown, context: ToolContext) => Promise<Record<string, unknown>>;
}

/** How a tool is written down. */
interface ToolDeclaration<I> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly writes?: { readonly destructive: boolean; readonly idempotent: boolean };
  readonly input: { readonly [K in keyof Required<I>]: Part };
  readonly output: JsonSchema;
  readonly run: (input: I, context: ToolContext) => Promise<Record<string, unknown>>;
}

/** A tool that checks what it is told before it runs. */
export function databaseTool<I>(declaration: ToolDeclaration<I>): DatabaseTool {
  const { name, title, description, writes, output, run } = declaration;
  const input = objectSchema<I>(declaration.input);
  return {
    name,
    title,
    description,
    writes: writes !== undefined,
    destructive: writes?.destructive ?? false,
    idempotent: writes?.idempotent ?? true,
    input,
    output,
    call: async (given, context) => {
      const checked = input["~standard"].validate(given ?? {});
      if ("value" in checked) return await run(checked.value, context);
      const message = checked.issues.map((issue) => issue.message).join(" ");
      throw new VarveError("INVALID_ARGUMENT", `${name}: ${message}`);
    },
  };
}
