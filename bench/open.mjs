// A fresh process: import, open a table, answer the first query. Timed from outside, in turn with a process that does nothing, so that
// what Node itself needs to start is taken off.
import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { connect, embed, table, text } from "varve";
import { builtin } from "varve/embeddings";
import { inFolder, median, random, report, text as words } from "./support.mjs";

/** A vector with the length of the built-in model's. */
const DIMENSIONS = 256;

const vectorQuery = (folder) => `
  import { connect } from "varve";
  const db = await connect(${JSON.stringify(folder)});
  const t = await db.openTable("docs");
  const hits = await t.search(new Float32Array(${DIMENSIONS}).fill(0.1), { limit: 5 });
  if (hits.length !== 5) throw new Error("no hits");
`;

const query = (folder) => `
  import { connect } from "varve";
  import "varve/embeddings";
  const db = await connect(${JSON.stringify(folder)});
  const t = await db.openTable("docs");
  const hits = await t.search("layers of sediment in a lake", { mode: "vector", limit: 5 });
  if (hits.length !== 5) throw new Error("no hits");
`;

async function fill(folder) {
  const docs = table("docs", { id: text().primaryKey(), body: text() }, (c) => ({
    vec: embed(builtin(), c.body),
  }));
  const db = await connect(folder);
  const t = await db.table(docs);
  const next = random(5);
  await t.insert(Array.from({ length: 1000 }, (_, i) => ({ id: String(i), body: words(300, next) })));
  await db.close();
}

function timed(script) {
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, [script], { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return performance.now() - start;
}

export async function run() {
  // Beside this file, so that "varve" resolves.
  const scripts = ["first-query", "first-vector", "nothing"].map((name) =>
    fileURLToPath(new URL(`.${name}-${process.pid}.mjs`, import.meta.url)),
  );
  await inFolder(async (folder) => {
    await fill(folder);
    writeFileSync(scripts[0], query(folder));
    writeFileSync(scripts[1], vectorQuery(folder));
    writeFileSync(scripts[2], "await 0;\n");
    try {
      scripts.forEach(timed);
      const rounds = Array.from({ length: 25 }, () => scripts.map(timed));
      const beyond = (at) => median(rounds.map((times) => times[at] - times[2]));
      report("first query by text (1,000 rows), beyond Node's own start", beyond(0), "ms", "at most 15");
      report("first query by vector, beyond Node's own start", beyond(1), "ms", "at most 12");
    } finally {
      for (const script of scripts) rmSync(script, { force: true });
    }
  });
}
