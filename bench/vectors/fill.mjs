// Fills a table from a file of vectors in a process of its own, waits until all upkeep is done, and prints as JSON what that took.
// The vectors are read a batch at a time, so that the memory is the engine's and not the set's. Run with --expose-gc.

import { fill } from "./filled.mjs";
import { watchMemory } from "./memory.mjs";
import { VectorFile } from "./vector-file.mjs";

const [folder, path, dimensions] = [process.argv[2], process.argv[3], Number(process.argv[4])];
const base = new VectorFile(path, dimensions);
const watch = await watchMemory();
const { db, insertedAt, insertSeconds, upkeepSeconds, memory } = await fill(
  folder,
  { base, rows: base.rows, dimensions },
  watch,
);
await db.close();
console.log(JSON.stringify({ insertedAt, insertSeconds, upkeepSeconds, memory }));
