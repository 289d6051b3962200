// What the page can ask: the tools of a database, and what a person wants to see and an agent does not. Both check what they are told.

import { VarveError } from "varve";
import { objectSchema, type Part } from "../integrations/support/retrieval/tool-schema";
import type { DatabaseTool, ToolContext } from "../mcp/tools/tool";

/** A function of the studio; each tool of a database is one. */
export type StudioFunction = Pick<DatabaseTool, "name" | "writes"> & {
  /** Checks the input and answers; what is no JSON is bytes. */
  readonly call: (input: unknown, context: ToolContext) => Promise<object>;
};

/** A function that reads, and checks its input before it does. */
export function studioFunction<I>(
  name: string,
  input: { readonly [K in keyof Required<I>]: Part },
  run: (input: I, context: ToolContext) => Promise<object>,
): StudioFunction {
  const schema = objectSchema<I>(input);
  return {
    name,
    writes: false,
    call: async (given, context) => {
      const checked = schema["~standard"].validate(given ?? {});
      if ("value" in checked) return await run(checked.value, context);
      const message = checked.issues.map((issue) => issue.message).join(" ");
      throw new VarveError("INVALID_ARGUMENT", `${name}: ${message}`);
    },
  };
}
