import type { Database } from "varve";
import { usageError } from "../cli-error";
import { type Command, type Input, portOption, textOption } from "../command";
import { ExitCode } from "../exit-code";
import { withDatabaseThere } from "../open";
import { packageVersion } from "../package-version";
import { readText } from "../read-text";
import { givenToken, newToken, TOKEN_MIN } from "../server-token";
import { harmless } from "../shown-text";
import type { Terminal } from "../terminal";
import { untilEnded } from "../until-ended";

const PORT = 7373;
const TOKEN = "VARVE_MCP_TOKEN";

/** `varve mcp`. */
export const mcpCommand: Command = {
  name: "mcp",
  summary: "serve a database to agents, over the Model Context Protocol",
  args: ["<folder>"],
  options: {
    write: { type: "boolean", help: "also the tools that write: upsert, delete, tag, restore" },
    http: {
      type: "string",
      value: "[port]",
      alone: String(PORT),
      help: `over HTTP on this machine alone, not stdio (default port: ${PORT})`,
    },
    descriptions: { type: "string", value: "<file>", help: "what to tell agents of tools and tables (JSON)" },
  },
  details: [
    "Agents list and describe tables, search them now, as of any point and over time, get and find rows,",
    "and read histories and differences. Nothing is written unless --write says so.",
    "",
    "Programs such as Claude Code start it themselves:",
    "  claude mcp add notes -- npx -y varve mcp ./data",
    "",
    "Over stdio it ends when its input does, and prints nothing but the protocol. Over HTTP, requests",
    `bring a token: that of ${TOKEN} (${TOKEN_MIN} characters or more), or one that it makes and prints.`,
    "--json prints address and token as JSON.",
    "",
    'Descriptions: { "instructions": "...", "tools": { "search": "..." }, "tables": { "docs": "..." } }',
  ],
  run,
};

type Mcp = typeof import("../../mcp/index");

async function run(input: Input, terminal: Terminal): Promise<ExitCode> {
  const [folder = ""] = input.args;
  if (folder === "") throw usageError("The folder has no name.");
  const port = portOption(input, "http");
  const isJson = input.options["json"] === true;
  if (isJson && port === undefined)
    throw usageError("--json goes with --http: over stdio, nothing is printed.");
  const given = port === undefined ? undefined : givenToken(TOKEN);
  const file = textOption(input, "descriptions");
  // Loaded only here: nobody else pays for the protocol.
  const mcp = await import("../../mcp/index");
  const descriptions =
    file === undefined ? mcp.noDescriptions : mcp.readDescriptions(await readText(file), file);
  await withDatabaseThere(folder, async (db) => {
    const served = {
      db,
      write: input.options["write"] === true,
      descriptions,
      version: packageVersion(),
      onError: (error: Error) => terminal.note(`varve mcp: ${harmless(error.message)}`),
    };
    await noteStrangers(db, descriptions.tables, terminal);
    await untilEnded(input.signal, async (signal) => {
      if (port === undefined) return await mcp.serveStdio(served, signal);
      await serveHttp(mcp, served, { port, given, isJson }, signal, terminal);
    });
  });
  return ExitCode.done;
}

/** Tables may be made later, so what is said of others is no failure. */
async function noteStrangers(
  db: Database,
  described: ReadonlyMap<string, string>,
  terminal: Terminal,
): Promise<void> {
  if (described.size === 0) return;
  const there = await db.tables();
  const strangers = [...described.keys()].filter((name) => !there.includes(name));
  if (strangers.length === 0) return;
  const names = strangers.map((name) => JSON.stringify(name)).join(", ");
  const known = there.length === 0 ? "there are none yet" : `there are ${there.join(", ")}`;
  terminal.note(harmless(`varve mcp: the descriptions name tables that are not there: ${names}; ${known}.`));
}

async function serveHttp(
  mcp: Mcp,
  served: Parameters<Mcp["serveHttp"]>[0],
  {
    port,
    given,
    isJson,
  }: { readonly port: number; readonly given: string | undefined; readonly isJson: boolean },
  signal: AbortSignal,
  terminal: Terminal,
): Promise<void> {
  const token = given ?? newToken();
  const onListening = (url: string): void => {
    if (isJson) terminal.json({ url, token });
    else
      terminal.note(
        `varve mcp: ${url}`,
        ...(given === undefined ? [`  Authorization: Bearer ${token}`] : []),
      );
  };
  await mcp.serveHttp(served, { port, token, onListening }, signal);
}
