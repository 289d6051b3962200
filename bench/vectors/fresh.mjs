// Opens a table, asks it once, then 1,000 times, and prints what that took as JSON.

import { readFileSync } from "node:fs";
import { random, unitVector } from "../support.mjs";

const [folder, dimensions] = [process.argv[2], Number(process.argv[3])];
const before = anonymous();
const next = random(3);
const query = () => unitVector(dimensions, next);
const { connect } = await import("varve");
const { definition, searcher } = await import("./filled.mjs");
const start = performance.now();
const db = await connect(folder);
const t = await db.table(definition(dimensions));
const opened = performance.now();
const search = searcher(t);
await search(query());
const first = performance.now();
for (let i = 0; i < 1000; i += 1) await search(query());
const memory = (anonymous() - before) / 1024;
console.log(JSON.stringify({ openMs: opened - start, firstMs: first - opened, memory }));
await db.close();

/** KiB of memory that are the process's own; 0 where the system does not say. */
function anonymous() {
  try {
    return Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
