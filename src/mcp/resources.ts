// What clients may attach without a tool: the schema of a table, now or in a version, and its history.

import {
  ProtocolError,
  ProtocolErrorCode,
  type ReadResourceResult,
  ResourceNotFoundError,
} from "@modelcontextprotocol/server";
import {
  type DatabaseTool,
  describeTableTool,
  historyTool,
  type ShownFailure,
  shownFailure,
  type ToolContext,
} from "./tools/index";

const JSON_TYPE = "application/json";
const URI = /^varve:\/\/([^/@]+)(?:@([^/@]+))?\/(schema|history)$/;

/** The forms of addresses. */
export const resourceTemplates = [
  {
    name: "schema",
    title: "Schema of a table",
    uriTemplate: "varve://{table}/schema",
    description: "The columns, rows, versions and tags of a table.",
    mimeType: JSON_TYPE,
  },
  {
    name: "history",
    title: "History of a table",
    uriTemplate: "varve://{table}/history",
    description: "The newest commits of a table.",
    mimeType: JSON_TYPE,
  },
  {
    name: "schema-of-version",
    title: "Schema of a version",
    uriTemplate: "varve://{table}@{version}/schema",
    description: "The columns and rows of a table in a version: a number, a tag or a date.",
    mimeType: JSON_TYPE,
  },
];

/** The resources that there are: two for each table. */
export async function listResources({ db, about, report }: ToolContext) {
  const tables = await db.tables().catch((error: unknown) => {
    const { code, message } = shownFailure("resources/list", error, report);
    throw new ProtocolError(ProtocolErrorCode.InternalError, `${code}: ${message}`);
  });
  return tables.flatMap((table) =>
    (["schema", "history"] as const).map((kind) => ({
      uri: `varve://${encodeURIComponent(table)}/${kind}`,
      name: `${table} ${kind}`,
      title: kind === "schema" ? `Schema of ${table}` : `History of ${table}`,
      description: about.get(table) ?? `The ${kind} of the table ${table}.`,
      mimeType: JSON_TYPE,
    })),
  );
}

/** Reads a resource. */
export async function readResource(uri: string, context: ToolContext): Promise<ReadResourceResult> {
  const [, table, version, kind] = URI.exec(uri) ?? [];
  if (table === undefined || (kind === "history" && version !== undefined))
    throw new ResourceNotFoundError(uri);
  const asked = {
    table: decoded(table, uri),
    ...(version === undefined ? {} : { as_of: decoded(version, uri) }),
  };
  const tool: DatabaseTool = kind === "schema" ? describeTableTool : historyTool;
  const found = await tool.call(asked, context).catch((error: unknown) => {
    throw refused(uri, shownFailure(tool.name, error, context.report));
  });
  return { contents: [{ uri, mimeType: JSON_TYPE, text: JSON.stringify(found, undefined, 2) }] };
}

function refused(uri: string, failure: ShownFailure): ProtocolError {
  if (failure.code === "TABLE_NOT_FOUND") return new ResourceNotFoundError(uri);
  return new ProtocolError(ProtocolErrorCode.InvalidParams, `${failure.code}: ${failure.message}`, failure);
}

/** A part of an address; one that cannot be decoded names nothing. */
function decoded(part: string, uri: string): string {
  const text = textOf(part);
  if (text === undefined) throw new ResourceNotFoundError(uri);
  return text;
}

function textOf(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
