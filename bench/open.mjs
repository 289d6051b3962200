// A fresh process: import, open a table, answer the first query. What Node itself needs to start is taken off.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { connect, embed, table, text } from "varve";
import { builtin } from "varve/embeddings";
import { inFolder, median, random, report, text as words } from "./support.mjs";

const script = (folder) => `
  const start = performance.now();
  const { connect } = await import("varve");
  await import("varve/embeddings");
  const db = await connect(${JSON.stringify(folder)});
  const t = await db.openTable("docs");
  const hits = await t.search("layers of sediment in a lake", { limit: 5 });
  if (hits.length !== 5) throw new Error("no hits");
  process.stdout.write(String(performance.now() - start));
`;

export async function run() {
  await inFolder(async (folder) => {
    const docs = table("docs", { id: text().primaryKey(), body: text() }, (c) => ({ vec: embed(builtin(), c.body) }));
    const db = await connect(folder);
    const t = await db.table(docs);
    const next = random(5);
    await t.insert(Array.from({ length: 1000 }, (_, i) => ({ id: String(i), body: words(300, next) })));
    await db.close();
    const cwd = join(import.meta.dirname ?? ".", "..");
    const once = () =>
      Number(execFileSync(process.execPath, ["--input-type=module", "-e", script(folder)], { cwd, encoding: "utf8" }));
    once();
    const taken = Array.from({ length: 15 }, once);
    report("import, open, first query by text (1,000 rows), fresh process", median(taken), "ms", "at most 15");
  });
}
