import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import { command, Workplace } from "../support/varve-command";

let place: Workplace;

beforeAll(() => {
  place = new Workplace();
  for (let file = 0; file < 20; file++) place.write(`docs/${file}.md`, `# ${file}\n\nabout apples ${file}\n`);
  place.run("ingest", "docs");
});

afterAll(() => place[Symbol.dispose]());

/** Runs the command with readers that have left before it writes. */
async function statusWithout(streams: readonly ("stdout" | "stderr")[], args: readonly string[]) {
  const child = spawn(process.execPath, [command, ...args], { cwd: place.folder });
  for (const name of ["stdout", "stderr"] as const) {
    if (streams.includes(name)) child[name].destroy();
    else child[name].resume();
  }
  const [code] = (await once(child, "close")) as [number | null];
  return code;
}

const commands: readonly (readonly [number, readonly string[]])[] = [
  [0, ["search", "apples", "--limit", "20"]],
  [0, ["log"]],
  [0, ["ingest", "docs"]],
  [1, ["search", "apples", "--table", "nonsense"]],
  [2, ["nonsense"]],
];

test.each([
  ["the results", ["stdout"]],
  ["the messages", ["stderr"]],
  ["both", ["stdout", "stderr"]],
] as const)("nobody reads %s", { timeout: 60_000 }, async (_name, streams) => {
  for (const [code, args] of commands) {
    for (let round = 0; round < 3; round++) {
      expect([args, await statusWithout(streams, args)]).toEqual([args, code]);
    }
  }
});
