// What a model may say to its memory. The names are those of Anthropic's memory tool.

import { badInput } from "../support/retrieval/tool-errors";
import { objectSchema, type Part, type ToolSchema } from "../support/retrieval/tool-schema";
import { failed } from "./memory-errors";

/** A command of a model to its memory, as `memory_20250818` of Anthropic has it. */
export type MemoryCommand =
  | { command: "view"; path: string; view_range?: [number, number] | undefined }
  | { command: "create"; path: string; file_text: string }
  | { command: "str_replace"; path: string; old_str: string; new_str?: string | undefined }
  | { command: "insert"; path: string; insert_line: number; insert_text: string }
  | { command: "delete"; path: string }
  | { command: "rename"; old_path: string; new_path: string };

/** The parts that each command needs. */
const NEEDS = {
  view: ["path"],
  create: ["path", "file_text"],
  str_replace: ["path", "old_str"],
  insert: ["path", "insert_line", "insert_text"],
  delete: ["path"],
  rename: ["old_path", "new_path"],
} as const satisfies Record<MemoryCommand["command"], readonly string[]>;

const COMMANDS = Object.keys(NEEDS);

const parts: Record<string, Part> = {
  command: {
    schema: { type: "string", enum: COMMANDS, description: "What to do." },
    optional: false,
    problem: (value, path) =>
      COMMANDS.includes(value as string) ? undefined : badInput(path, `one of ${COMMANDS.join(", ")}`, value),
  },
  path: plain("The file or folder, below /memories; for all commands but rename."),
  view_range: {
    schema: {
      type: "array",
      items: { type: "integer" },
      minItems: 2,
      maxItems: 2,
      description: "For view: the first and the last line to show; -1 is the end.",
    },
    optional: true,
    problem: (value, path) =>
      Array.isArray(value) && value.length === 2 && value.every(Number.isSafeInteger)
        ? undefined
        : badInput(path, "a list of two line numbers", value),
  },
  file_text: plain("For create: the text of the new file."),
  old_str: plain("For str_replace: the text to replace, which must be in the file exactly once."),
  new_str: plain("For str_replace: the text in its place; nothing, if left out."),
  insert_line: {
    schema: { type: "integer", minimum: 0, description: "For insert: after which line; 0 is the beginning." },
    optional: true,
    problem: (value, path) =>
      Number.isSafeInteger(value) ? undefined : badInput(path, "the number of a line", value),
  },
  insert_text: plain("For insert: the text to insert."),
  old_path: plain("For rename: the file or folder."),
  new_path: plain("For rename: its new path, where nothing may be yet."),
};

/** The schema of all commands. */
export const memorySchema: ToolSchema<MemoryCommand> = objectSchema(parts);

/** A command, checked; throws for what it lacks. */
export function commandOf(input: unknown): MemoryCommand {
  const result = memorySchema["~standard"].validate(input);
  if ("issues" in result) throw failed(result.issues.map(({ message }) => message).join(" "));
  const { value } = result;
  for (const part of NEEDS[value.command]) {
    if (Reflect.get(value, part) === undefined)
      throw failed(`Error: ${value.command} needs ${NEEDS[value.command].join(", ")}`);
  }
  return value;
}

function plain(description: string): Part {
  return {
    schema: { type: "string", description },
    optional: true,
    problem: (value, path) => (typeof value === "string" ? undefined : badInput(path, "a text", value)),
  };
}
