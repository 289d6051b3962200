import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { temporaryFolder } from "../support/database";
import { fillNotes } from "../support/mcp";
import { command, Workplace } from "../support/varve-command";

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const INITIALIZE = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "t", version: "1" } },
};

/** Starts the server, says some lines, and lets `then` act once it has answered. */
async function session(
  options: readonly string[],
  lines: readonly string[],
  then: (child: ChildProcess) => void,
): Promise<Ended> {
  const folder = temporaryFolder();
  await fillNotes(folder);
  const child = spawn(process.execPath, [command, "mcp", folder, ...options]);
  const output = { stdout: "", stderr: "" };
  const answered = new Promise<void>((resolve) => {
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output.stdout += text;
      if (output.stdout.includes('"id":1') || output.stdout.includes('"url"')) resolve();
    });
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output.stderr += text;
  });
  const closed = new Promise<number | null>((resolve) => child.on("close", resolve));
  for (const line of lines) child.stdin.write(`${line}\n`);
  await answered;
  then(child);
  return { code: await closed, ...output };
}

it.each([
  ["its input ends", (child: ChildProcess) => child.stdin?.end()],
  ["SIGTERM arrives", (child: ChildProcess) => child.kill("SIGTERM")],
  ["SIGINT arrives", (child: ChildProcess) => child.kill("SIGINT")],
])("over stdio it ends when %s", async (_when, end) => {
  const { code, stdout, stderr } = await session([], [JSON.stringify(INITIALIZE)], end);
  expect([code, stderr]).toEqual([0, ""]);
  expect(
    stdout
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { jsonrpc: string }).jsonrpc),
  ).toEqual(["2.0"]);
});

it.each(["SIGTERM", "SIGINT"] as const)("over HTTP it ends when %s arrives", async (signal) => {
  const { code, stdout, stderr } = await session(["--http", "0", "--json"], [], (child) =>
    child.kill(signal),
  );
  expect([code, stderr]).toEqual([0, ""]);
  expect(JSON.parse(stdout)).toEqual({
    url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/mcp$/) as string,
    token: expect.stringMatching(/^[\w-]{32}$/) as string,
  });
});

it("what was asked before the input ended is answered", async () => {
  const folder = temporaryFolder();
  await fillNotes(folder);
  const ask = (id: number, name: string, args: object) => ({
    jsonrpc: "2.0",
    id,
    method: "tools/call",
    params: { name, arguments: args },
  });
  const searches = [2, 3, 4].map((id) => ask(id, "search", { table: "notes", query: "refunds", limit: 1 }));
  const messages = [
    INITIALIZE,
    { jsonrpc: "2.0", method: "notifications/initialized" },
    ...searches,
    ask(5, "find", { table: "notes" }),
    { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 5 } },
  ];
  const input = messages.map((message) => `${JSON.stringify(message)}\n`).join("");
  const started = performance.now();
  const { status, stdout } = spawnSync(process.execPath, [command, "mcp", folder], {
    input,
    encoding: "utf8",
  });
  expect(status).toBe(0);
  const answers = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { id: number; result: object });
  for (const id of [1, 2, 3, 4]) expect(answers.find((answer) => answer.id === id)?.result).toBeDefined();
  expect(performance.now() - started).toBeLessThan(9000);
});

it("asks nothing of Node that its first version 20 lacks", async () => {
  const folder = temporaryFolder();
  await fillNotes(folder);
  const first = ["--import", "data:text/javascript,delete AbortSignal.any"];
  const { status, stdout } = spawnSync(process.execPath, [...first, command, "mcp", folder], {
    input: `${JSON.stringify(INITIALIZE)}\n`,
    encoding: "utf8",
  });
  expect([status, (JSON.parse(stdout) as { id: number }).id]).toEqual([0, 1]);
});

it("the last message is answered without a line break after it", async () => {
  const folder = temporaryFolder();
  await fillNotes(folder);
  const input = JSON.stringify(INITIALIZE);
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, "mcp", folder], {
    input,
    encoding: "utf8",
  });
  expect([status, stderr]).toEqual([0, ""]);
  expect(JSON.parse(stdout)).toMatchObject({ id: 1, result: { serverInfo: { name: "varve" } } });
});

it("lines that are no messages end nothing, and stdout holds only the protocol", async () => {
  const odd = ["", "nonsense", "{", "[]", "null", '{"jsonrpc":"1.0"}', '{"id":{}}', "\u0000\u0001"];
  const lines = [...odd, JSON.stringify(INITIALIZE)];
  const { code, stdout } = await session([], lines, (child) => child.stdin?.end());
  expect(code).toBe(0);
  const messages = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { id?: number; result?: object });
  expect(messages.at(-1)).toMatchObject({ id: 1, result: { serverInfo: { name: "varve" } } });
});

it("what cannot be served is said before anything is", () => {
  const place = new Workplace();
  place.write("texts/a.md", "# A\n\nabout apples\n");
  place.run("ingest", "texts", "--db", "data");
  place.write("tools.json", '{ "tools": { "serach": "x" } }');
  place.write("list.json", "[]");
  place.write("broken.json", "{");
  place.write("number.json", '{ "tables": { "docs": 1 } }');
  place.write("more.json", '{ "title": "x" }');
  place.write("text.json", '{ "instructions": [] }');
  const lines = [
    ["mcp"],
    ["mcp", ""],
    ["mcp", "nowhere"],
    ["mcp", "data", "more"],
    ["mcp", "data", "--http", "70000"],
    ["mcp", "data", "--http="],
    ["mcp", "data", "--http", "8e3"],
    ["mcp", "data", "--json"],
    ["mcp", "data", "--descriptions", "missing.json"],
    ...["tools", "list", "broken", "number", "more", "text"].map((name) => [
      "mcp",
      "data",
      "--descriptions",
      `${name}.json`,
    ]),
  ];
  const said = lines.map((line) => {
    const { code, stdout, stderr } = place.run(...line);
    expect(stdout).toBe("");
    return [line.join(" "), code, stderr];
  });
  const { stdout } = place.run("help", "mcp");
  place[Symbol.dispose]();
  expect(said).toMatchSnapshot();
  expect(stdout).toMatchSnapshot("help");
});
