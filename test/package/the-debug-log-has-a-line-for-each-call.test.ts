import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

const program = `
import { connect, embed, table, text } from "varve";
import { custom } from "varve/embeddings";

const ones = custom({
  name: "ones",
  dimensions: 2,
  config: {},
  embed: async (inputs) => inputs.map(() => Float32Array.of(1, 1)),
});
const docs = table("documents", { id: text().primaryKey(), body: text() }, (c) => ({ vec: embed(ones, c.body) }));
const db = await connect("memory:");
const t = await db.table(docs);
await t.insert([{ id: "secret-1", body: "secret" }, { id: "secret-2", body: "secret" }]);
await t.search("secret", { limit: 1 });
await t.get("secret-1");
await t.insert({ id: "secret-1", body: "secret" }).catch(() => undefined);
await db.close();
`;

/** What the program says on its second way out. */
function logged(debug: string | undefined): string[] {
  const project = mkdtempSync(join(tmpdir(), "varve-log-"));
  onTestFinished(() => rmSync(project, { recursive: true, force: true }));
  mkdirSync(join(project, "node_modules"));
  symlinkSync(root, join(project, "node_modules", "varve"), "junction");
  writeFileSync(join(project, "program.mjs"), program);
  const { NODE_DEBUG: _, ...others } = process.env;
  const env = debug === undefined ? others : { ...others, NODE_DEBUG: debug };
  const { status, stdout, stderr } = spawnSync(process.execPath, ["program.mjs"], {
    cwd: project,
    encoding: "utf8",
    env,
  });
  expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
  return stderr.split("\n").filter((line) => line !== "");
}

test.each(["varve", "http2,varve", "VARVE"])("NODE_DEBUG=%s logs a line for each call", (debug) => {
  const lines = logged(debug).map((line) =>
    line.replace(/^VARVE \d+: /, "").replace(/\d+\.\d\d ms/, "0.21 ms"),
  );
  expect(lines).toEqual([
    "read table documents 0.21 ms",
    "embed documents documents 0.21 ms 1 input",
    "write insert documents 0.21 ms 2 rows v1",
    "embed query documents 0.21 ms 1 input",
    "search documents 0.21 ms 1 row v1",
    "read get documents 0.21 ms 1 row v1",
    "embed documents documents 0.21 ms 1 input",
    "write insert documents 0.21 ms DUPLICATE_KEY",
  ]);
});

test.each([undefined, "http2", "varves"])("NODE_DEBUG=%s logs nothing of Varve", (debug) => {
  expect(logged(debug)).toEqual([]);
});
