// A database that is served to agents, and the official client that asks it.

import { type CallToolResult, Client, type Transport } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { bytes, connect, embed, int, table, text, timestamp } from "varve";
import { builtin } from "varve/embeddings";
import { onTestFinished } from "vitest";
import { command } from "./varve-command";

const notes = table(
  "notes",
  {
    id: text().primaryKey(),
    body: text(),
    lang: text({ enum: ["en", "de"] }),
    views: int().default(0),
    at: timestamp().nullable(),
    raw: bytes().nullable(),
  },
  (c) => ({ vec: embed(builtin(), c.body) }),
);
const words = table("words", { word: text({ search: true }) });

/** Three versions of notes, the first one named launch, and a table whose rows have no key. */
export async function fillNotes(folder: string): Promise<void> {
  const db = await connect(folder);
  const t = await db.table(notes);
  const note = (id: string, body: string, views = 0) => ({
    id,
    body,
    lang: "en" as const,
    views,
    at: null,
    raw: null,
  });
  await t.insert(
    [
      { ...note("refunds", "Refunds take 14 days.", 3), raw: new Uint8Array([1, 2, 3]) },
      { ...note("parcels", "Parcels leave in the morning.", 9), at: new Date("2026-05-01T10:00:00Z") },
      note("offices", "The office in Bern is closed on Sundays."),
    ],
    { message: "first notes", effectiveAt: "2026-01-10" },
  );
  await t.tag("launch");
  await t.upsert([note("refunds", "Refunds take 30 days.", 4)], { effectiveAt: "2026-06-10" });
  await t.delete({ where: { id: "offices" } });
  await (await db.table(words)).insert([{ word: "alpha" }, { word: "beta" }]);
  await db.close();
}

/** A client of a served database. */
export class McpClient {
  readonly client: Client;

  constructor(client: Client) {
    this.client = client;
  }

  /** What a tool answers, checked by the client against the schema that the tool declares; it must not fail. */
  async answer(name: string, args: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    const result = await this.call(name, args);
    if (result.isError === true) throw new Error(JSON.stringify(result.content));
    const [part] = result.content;
    if (
      part?.type !== "text" ||
      JSON.stringify(JSON.parse(part.text)) !== JSON.stringify(result.structuredContent)
    )
      throw new Error("The text says something else than the structured content.");
    return result.structuredContent as Record<string, unknown>;
  }

  /** How a tool fails; it must. */
  async failure(name: string, args: Record<string, unknown> = {}): Promise<unknown> {
    const { isError, content } = await this.call(name, args);
    const [part] = content;
    if (isError !== true || part?.type !== "text") throw new Error(`${name} did not fail.`);
    return (JSON.parse(part.text) as { error: unknown }).error;
  }

  async call(name: string, args: Record<string, unknown>): Promise<CallToolResult> {
    return (await this.client.callTool({ name, arguments: args })) as CallToolResult;
  }
}

/** Connects a client, which knows what tools answer, and closes it when the test has finished. */
export async function connectClient(
  transport: Transport,
  mode: "legacy" | "auto" = "auto",
): Promise<McpClient> {
  const client = new Client({ name: "test", version: "1" }, { versionNegotiation: { mode } });
  await client.connect(transport);
  onTestFinished(() => client.close());
  await client.listTools();
  return new McpClient(client);
}

/** The built command over real pipes. */
export function stdioTransport(folder: string, ...options: readonly string[]): StdioClientTransport {
  const args = [command, "mcp", folder, ...options];
  return new StdioClientTransport({ command: process.execPath, args, stderr: "pipe" });
}

/** A client of a database over real pipes. */
export async function stdioClient(folder: string, ...options: readonly string[]): Promise<McpClient> {
  return await connectClient(stdioTransport(folder, ...options));
}
