import { expect, test } from "vitest";
import { describeType } from "../../src/sdk/schema/column-type";
import { columnOfProperty, type JsonSchema } from "../../src/sdk/schema/json-schema";

const root: JsonSchema = {
  $defs: {
    name: { type: "string" },
    loop: { $ref: "#/$defs/loop" },
    list: { type: "array", items: { $ref: "#/$defs/name" } },
  },
};

const cases: readonly [JsonSchema, string][] = [
  [{ type: "string" }, "text"],
  [{ type: "string", format: "uuid" }, "text"],
  [{ type: "string", format: "date-time" }, "text"],
  [{ type: "string", format: "date" }, "date"],
  [{ type: "string", enum: ["a", "b"] }, 'one of "a", "b"'],
  [{ type: "string", const: "a" }, 'one of "a"'],
  [{ type: ["string", "null"], enum: ["a", null] }, 'one of "a", nullable'],
  [{ type: "integer" }, "int"],
  [{ type: "number" }, "float"],
  [{ type: ["number", "null"] }, "float, nullable"],
  [{ type: "boolean" }, "boolean"],
  [{ type: "array", items: { type: "string" } }, "list of text"],
  [{ type: "array", items: { type: ["integer", "null"] } }, "list of int or null"],
  [{ type: "array", items: { type: "array", items: { type: "string" } } }, "json"],
  [{ type: "array", items: { type: "object" } }, "json"],
  [{ type: "array", prefixItems: [{ type: "string" }] }, "json"],
  [{ type: "array" }, "json"],
  [{ type: "object", properties: { a: { type: "string" } } }, "json"],
  [{ type: ["string", "number"] }, "json"],
  [{ anyOf: [{ type: "string" }, { type: "null" }] }, "text, nullable"],
  [{ oneOf: [{ type: "string" }, { type: "number" }, { type: "null" }] }, "json, nullable"],
  [{ $ref: "#/$defs/name" }, "text"],
  [{ $ref: "#/$defs/list" }, "list of text"],
  [{ $ref: "#/$defs/loop" }, "json"],
  [{ $ref: "#/$defs/__proto__" }, "json"],
  [{ $ref: "https://example.com/schema" }, "json"],
  [{}, "json, vague"],
  [{ description: "anything" }, "json, vague"],
];

test.each(cases)("%j is %s", (schema, expected) => {
  const { type, nullable, vague } = columnOfProperty(schema, root);
  expect(`${describeType(type)}${nullable ? ", nullable" : ""}${vague ? ", vague" : ""}`).toBe(expected);
});
