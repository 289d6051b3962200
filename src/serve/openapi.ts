import type { DatabaseTool } from "../mcp/tools/index";
import { ROOT } from "../wire";

const FAILURE = {
  type: "object",
  properties: { code: { type: "string" }, message: { type: "string" }, hint: { type: "string" } },
  required: ["code", "message"],
} as const;

/** What the server answers, as OpenAPI 3.1; made of the schemas of the tools. */
export function openApi(tools: readonly DatabaseTool[], version: string): object {
  return {
    openapi: "3.1.0",
    info: {
      title: "Varve",
      version,
      description:
        "Tables that remember every version, searched, read and compared as of any moment. Nothing is written.",
    },
    security: [{ token: [] }],
    paths: {
      ...Object.fromEntries(tools.map((tool) => [`${ROOT}/${tool.name}`, { post: operation(tool) }])),
      "/health": { get: probe("The process is there.") },
      "/ready": { get: probe("The database can be read.") },
    },
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
      schemas: { Failure: FAILURE },
    },
  };
}

function operation({ name, title, description, input, output }: DatabaseTool): object {
  const failure = {
    description: "The call failed: what happened, and what to do next.",
    content: { "application/json": { schema: { $ref: "#/components/schemas/Failure" } } },
  };
  return {
    operationId: name,
    summary: title,
    description,
    requestBody: {
      required: true,
      content: {
        "application/json": { schema: input["~standard"].jsonSchema.input({ target: "draft-2020-12" }) },
      },
    },
    responses: {
      "200": { description: "The answer.", content: { "application/json": { schema: output } } },
      "400": failure,
      "401": failure,
      "404": failure,
      "503": failure,
    },
  };
}

function probe(description: string): object {
  return { security: [], responses: { "200": { description }, "503": { description: "Not now." } } };
}
