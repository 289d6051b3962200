import { spawn } from "node:child_process";
import { usageError } from "../cli-error";
import { type Command, type Input, portOption } from "../command";
import { ExitCode } from "../exit-code";
import { withDatabaseThere } from "../open";
import { packageVersion } from "../package-version";
import { harmless } from "../shown-text";
import type { Terminal } from "../terminal";
import { untilEnded } from "../until-ended";

/** `varve studio`. */
export const studioCommand: Command = {
  name: "studio",
  summary: "look at a database in a browser, now and as it was",
  args: ["<folder>"],
  options: {
    port: { type: "string", value: "<port>", help: "the port (default: any that is free)" },
    write: { type: "boolean", help: "also name versions and bring them back" },
    "no-open": { type: "boolean", help: "do not start a browser" },
  },
  details: [
    "One page with the tables: their rows, searches, differences, history, and a map of their vectors.",
    "The timeline on top moves all of it to any version.",
    "",
    "It is served on this machine alone, to whoever has the address that is printed. The page loads",
    "nothing from elsewhere. It only reads, unless --write lets it tag and restore versions.",
    "",
    "The folder may be the address of a bucket: s3://, gs://, az://.",
    "--json prints the address as JSON and starts no browser. Ctrl-C ends it.",
  ],
  run,
};

async function run(input: Input, terminal: Terminal): Promise<ExitCode> {
  const [folder = ""] = input.args;
  if (folder === "") throw usageError("The folder has no name.");
  const port = portOption(input, "port") ?? 0;
  const isJson = input.options["json"] === true;
  const opens = !isJson && input.options["no-open"] !== true && process.stdout.isTTY === true;
  // Loaded only here: nobody else pays for it.
  const { serveStudio } = await import("../../studio/index");
  await withDatabaseThere(folder, async (db) => {
    const served = {
      db,
      port,
      place: folder,
      write: input.options["write"] === true,
      version: packageVersion(),
      onError: (error: Error) => terminal.note(`varve studio: ${harmless(error.message)}`),
      onListening: ({ url, once }: { readonly url: string; readonly once: string }) => {
        if (isJson) terminal.json({ url });
        else terminal.print(`varve studio: ${url}`);
        if (opens) openBrowser(once);
      },
    };
    await untilEnded(input.signal, (signal) => serveStudio(served, signal));
  });
  return ExitCode.done;
}

const OPENERS: Readonly<Record<string, readonly string[]>> = {
  darwin: ["open"],
  win32: ["cmd", "/c", "start", ""],
};

/** Starts the browser of whoever sits here. Where there is none, the address that was printed is enough. */
function openBrowser(url: string): void {
  const [program = "xdg-open", ...args] = OPENERS[process.platform] ?? ["xdg-open"];
  const child = spawn(program, [...args, url], { stdio: "ignore", detached: true });
  child.on("error", () => undefined);
  child.unref();
}
