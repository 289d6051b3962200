// Opens a table, asks it once, then once for each query, then eight at a time, and prints what that took as JSON.

import { throughput } from "./ask.mjs";
import { ownMemory, watchMemory } from "./memory.mjs";
import { VectorFile } from "./vector-file.mjs";

const [folder, path, dimensions] = [process.argv[2], process.argv[3], Number(process.argv[4])];
const queries = new VectorFile(path, dimensions);
const watch = await watchMemory();
const { connect } = await import("varve");
const { definition, searcher } = await import("./filled.mjs");
const start = performance.now();
const db = await connect(folder);
const t = await db.table(definition(dimensions));
const opened = performance.now();
const search = searcher(t);
await search(queries.at(0));
const first = performance.now();
for (let i = 1; i < queries.rows; i += 1) await search(queries.at(i));
await throughput({ dimensions, queries: queries.read(0, queries.rows) }, search);
const [memory, peak] = [ownMemory() - watch.start, watch.peak()];
console.log(JSON.stringify({ openMs: opened - start, firstMs: first - opened, memory, peak }));
await db.close();
