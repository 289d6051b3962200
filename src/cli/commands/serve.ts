import { usageError } from "../cli-error";
import { type Command, type Input, portOption, textOption } from "../command";
import { ExitCode } from "../exit-code";
import { withDatabaseThere } from "../open";
import { packageVersion } from "../package-version";
import { givenToken, newToken, TOKEN_MIN } from "../server-token";
import { harmless } from "../shown-text";
import type { Terminal } from "../terminal";
import { untilEnded } from "../until-ended";

const HOST = "127.0.0.1";
const PORT = 7474;
const TOKEN = "VARVE_SERVE_TOKEN";

/** `varve serve`. */
export const serveCommand: Command = {
  name: "serve",
  summary: "answer reads of a database over HTTP, as a query node that holds nothing",
  args: ["<folder>"],
  options: {
    port: { type: "string", value: "<port>", help: `the port (default: ${PORT})` },
    host: {
      type: "string",
      value: "<address>",
      help: `where to listen (default: ${HOST}, this machine alone)`,
    },
  },
  details: [
    "The database is a folder or the address of a bucket, such as s3://my-bucket/docs. Any number of",
    "nodes may serve the same one; each sees every commit, and none writes.",
    "",
    "Programs use it as they use a folder:",
    '  const db = await connect("https://tables.example.com", { token })',
    "Others send JSON: POST /v1/search, /v1/find, /v1/get and so on; /openapi.json describes all.",
    "/health says that the process is there, /ready that the database can be read.",
    "",
    `Requests bring a token: that of ${TOKEN} (${TOKEN_MIN} characters or more), or one that it makes and`,
    "prints. It speaks HTTP: put a proxy with a certificate before it where others can listen.",
    "--json prints address and token as JSON.",
  ],
  run,
};

async function run(input: Input, terminal: Terminal): Promise<ExitCode> {
  const [folder = ""] = input.args;
  if (folder === "") throw usageError("The folder has no name.");
  const port = portOption(input, "port") ?? PORT;
  const host = textOption(input, "host") ?? HOST;
  const given = givenToken(TOKEN);
  if (given === undefined && host !== HOST)
    throw usageError(
      `For other machines, ${TOKEN} has to say the token.`,
      `Set it to ${TOKEN_MIN} characters or more.`,
    );
  const token = given ?? newToken();
  // Loaded only here: nobody else pays for the server.
  const { serve } = await import("../../serve/index");
  const onListening = (url: string): void => {
    if (input.options["json"] === true) terminal.json({ url, token });
    else
      terminal.note(
        `varve serve: ${url}`,
        ...(given === undefined ? [`  Authorization: Bearer ${token}`] : []),
      );
  };
  await withDatabaseThere(folder, async (db) => {
    const onError = (error: Error): void => terminal.note(`varve serve: ${harmless(error.message)}`);
    await untilEnded(input.signal, async (signal) => {
      await serve({ db, version: packageVersion(), onError }, { host, port, token, onListening }, signal);
    });
  });
  return ExitCode.done;
}
