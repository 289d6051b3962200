// What other stores do when several processes write: refuse, lock, or lose. Here every acknowledged commit is there, once, whatever is
// killed meanwhile. `npm run endurance` does the same for longer.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

interface Figures {
  readonly acknowledged: number;
  readonly versions: number;
  readonly kills: number;
  readonly files: number;
}

const program = fileURLToPath(new URL("../endurance/index.mjs", import.meta.url));

/** The program fails where a commit was lost, happened twice or by half; what it found is said on standard error. */
async function endure(...args: string[]): Promise<Figures> {
  const { stdout } = await promisify(execFile)(process.execPath, [program, "--json", ...args]);
  return JSON.parse(stdout) as Figures;
}

test("4 processes with 150 mixed commits each make gapless versions, each one operation, and leave few files", async () => {
  const { acknowledged, versions, files } = await endure("--writers", "4", "--commits", "150");
  expect([acknowledged, versions]).toEqual([600, 600]);
  expect(files).toBeLessThanOrEqual(40);
}, 120_000);

test("of 20 processes that are killed at any moment nothing is lost that was acknowledged", async () => {
  const { acknowledged, versions, kills } = await endure(
    "--writers",
    "3",
    "--commits",
    "10",
    "--kills",
    "20",
  );
  expect(kills).toBe(20);
  expect(versions).toBeGreaterThanOrEqual(acknowledged);
}, 120_000);
