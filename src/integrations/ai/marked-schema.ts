import type { ToolSchema } from "../support/retrieval/tool-schema";

const SCHEMA = Symbol.for("vercel.ai.schema");
const VALIDATOR = Symbol.for("vercel.ai.validator");

/**
 * A schema with the marks by which the AI SDK 5 knows its own schemas. From version 6 on it takes a Standard Schema with a JSON Schema as it
 * is.
 */
export function marked<T>(schema: ToolSchema<T>): ToolSchema<T> {
  const { jsonSchema, validate } = schema["~standard"];
  const marks = {
    [SCHEMA]: true,
    [VALIDATOR]: true,
    _type: undefined,
    get jsonSchema() {
      return jsonSchema.input({ target: "draft-07" });
    },
    validate: (value: unknown) => {
      const result = validate(value);
      if ("value" in result) return { success: true, value: result.value };
      return { success: false, error: new Error(result.issues.map(({ message }) => message).join(" ")) };
    },
  };
  return { ...schema, ...marks };
}
