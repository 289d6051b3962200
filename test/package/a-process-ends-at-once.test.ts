// process.exit() and worker.terminate() do not wait for what the engine does on its threads, and nothing is damaged by that.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { connect, int, table, vector } from "varve";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "varve-exit-"));
const rows = 60_000;
const dimensions = 96;
const declared = table("t", { id: int().primaryKey(), v: vector(dimensions) });

/** What every program starts with: the table, and rows for it. */
const start = `
const row = (id) => ({ id, v: Float32Array.from({ length: ${dimensions} }, () => Math.random() - 0.5) });
const more = (count, from = 1_000_000) => Array.from({ length: count }, (_, i) => row(from + i));
const db = await connect(${JSON.stringify(folder)});
const t = await db.table(table("t", { id: int().primaryKey(), v: vector(${dimensions}) }));
const query = row(0).v;
`;

/** What goes on when the process ends. None of it is awaited. */
const works: Record<string, string> = {
  optimize: "t.optimize();",
  // What was awaited is there for the next program, which needs keys of its own.
  "upkeep after a write":
    "const from = Date.now() * 1000; await t.insert(more(20_000, from)); t.insert(more(20_000, from + 20_000));",
  "a large write": "t.insert(more(40_000)).catch(() => {});",
  "a write of many batches":
    "t.insert((function* () { for (let i = 0; ; i++) yield row(1_000_000 + i); })()).catch(() => {});",
  "exact searches": "for (let i = 0; i < 2000; i++) t.search(query, { exact: true, limit: 100 });",
  "reads of everything": 'for (let i = 0; i < 20; i++) t.find({ select: ["id", "v"] });',
  "a scan": "(async () => { for (;;) for await (const _ of t.scan({ batchRows: 5000 })); })();",
  verify: "for (let i = 0; i < 50; i++) t.verify();",
  explain: "for (let i = 0; i < 2000; i++) t.explain(query, { exact: true });",
};

beforeAll(async () => {
  const db = await connect(folder);
  const t = await db.table(declared);
  const random = () => Float32Array.from({ length: dimensions }, () => Math.random() - 0.5);
  for (let from = 0; from < rows; from += 10_000) {
    await t.insert(Array.from({ length: 10_000 }, (_, i) => ({ id: from + i, v: random() })));
  }
  await db.close();
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a program, which ends with status 7; returns what it printed, and when it had ended. */
async function run(program: string): Promise<{ printed: number; ended: number }> {
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], { cwd: root });
  const output = { out: "", err: "" };
  child.stdout.on("data", (chunk) => {
    output.out += chunk;
  });
  child.stderr.on("data", (chunk) => {
    output.err += chunk;
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  const ended = Date.now();
  expect([output.err, code]).toEqual(["", 7]);
  return { printed: Number(output.out), ended };
}

async function expectWhole(): Promise<void> {
  const db = await connect(folder);
  const t = await db.table(declared);
  expect((await t.verify()).problems).toEqual([]);
  expect(await t.asOf(rows / 10_000).count()).toBe(rows);
  expect((await t.count()) % 10_000).toBe(0);
  await db.close();
}

describe("process.exit does not wait for", () => {
  test.each(Object.keys(works))(
    "%s",
    async (name) => {
      const { printed, ended } = await run(`
      import { connect, int, table, vector } from "varve";
      ${start}
      ${works[name]}
      setTimeout(() => { process.stdout.write(String(Date.now())); process.exit(7); }, 150);
    `);
      await expectWhole();
      expect(ended - printed).toBeLessThan(1000);
    },
    60_000,
  );
});

describe("worker.terminate does not wait for", () => {
  test.each(Object.keys(works))(
    "%s",
    async (name) => {
      const worker = `
      const { connect, int, table, vector } = require("varve");
      (async () => {
        ${start}
        setTimeout(() => require("node:worker_threads").parentPort.postMessage("begun"), 150);
        ${works[name]}
      })();
      setInterval(() => {}, 1000);
    `;
      const { printed } = await run(`
      import { Worker } from "node:worker_threads";
      const worker = new Worker(${JSON.stringify(worker)}, { eval: true, execArgv: [] });
      await new Promise((resolve) => worker.once("message", resolve));
      const before = Date.now();
      await worker.terminate();
      process.stdout.write(String(Date.now() - before));
      process.exit(7);
    `);
      await expectWhole();
      expect(printed).toBeLessThan(1000);
    },
    60_000,
  );
});
