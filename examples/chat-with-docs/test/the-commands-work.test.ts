import { type ChildProcess, execFile, spawn } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { ask, folderOf, partsOf } from "./support/site.ts";

const built = (name: string): string => join(import.meta.dirname, "../dist/server", name);

/** Runs a built command to its end, whatever the end is. */
async function command(name: string, args: readonly string[], data: string) {
  const env = { ...process.env, CHAT_DATA: join(data, "library") };
  const end = promisify(execFile)(process.execPath, [built(name), ...args], { env });
  return await end.then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
      code,
      stdout,
      stderr,
    }),
  );
}

/** Starts the server on a free port and gives its address when it answers. */
async function start(data: string): Promise<string> {
  const env = { ...process.env, CHAT_DATA: join(data, "library"), PORT: "0" };
  const server: ChildProcess = spawn(process.execPath, [built("serve.js")], { env });
  onTestFinished(async () => {
    const gone = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGTERM");
    expect(await gone).toBe(0);
  });
  let output = "";
  for await (const chunk of server.stdout ?? []) {
    output += String(chunk);
    const address = /http:\/\/localhost:\d+/.exec(output)?.[0];
    if (address !== undefined) return address.replace("localhost", "127.0.0.1");
  }
  throw new Error(`The server ended: ${output}`);
}

it("the server reads its documents the first time, and sees what another process ingests", async () => {
  const data = folderOf({});
  const site = await start(data);
  expect(partsOf(await ask(site, "How large is the deposit for a rental bicycle?"))[0]).toContain(
    "150 euros",
  );
  const folder = folderOf({
    "rental.md": "# Renting a bicycle\n\n## Deposit\n\nThe deposit for a rental bicycle is 175 euros.\n",
  });
  const ingest = await command("ingest.js", [folder, "--date", "2025-11-03"], data);
  expect(ingest).toMatchObject({ code: 0, stderr: "" });
  expect(ingest.stdout).toMatch(
    /^2025-11-03 {2}1 document, 1 passage; version 4: 1 passage new, 0 changed, \d+ gone\n$/,
  );
  expect(partsOf(await ask(site, "How large is the deposit for a rental bicycle?"))).toEqual([
    "The deposit for a rental bicycle is 175 euros.",
  ]);
  const again = await command("ingest.js", [folder, "--date", "2025-11-04"], data);
  expect(again.stdout).toBe("2025-11-04  1 document, 1 passage; nothing is different: still version 4\n");
});

it("ingest says what is wrong", async () => {
  const data = folderOf({ "docs/a.md": "# A\n\nOne.", "docs/broken.pdf": "none" });
  const docs = join(data, "docs");
  expect(await command("ingest.js", [], data)).toMatchObject({
    code: 2,
    stdout: expect.stringContaining("npm run ingest") as unknown,
  });
  expect(await command("ingest.js", [join(data, "nothing")], data)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("There is no folder") as unknown,
  });
  expect(await command("ingest.js", [docs, "--date", "soon"], data)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("--date is a day") as unknown,
  });
  const partly = await command("ingest.js", [docs, "--date", "2025-02-01"], data);
  expect(partly).toMatchObject({
    code: 1,
    stdout: expect.stringContaining("version 1: 1 passage new") as unknown,
  });
  expect(partly.stderr).toContain("not read: broken.pdf");
  const earlier = await command(
    "ingest.js",
    [folderOf({ "b.md": "# B\n\nTwo." }), "--date", "2025-01-01"],
    data,
  );
  expect(earlier).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(
      "2025-01-01 is before 2025-02-01, the day of the newest version.",
    ) as unknown,
  });
});
