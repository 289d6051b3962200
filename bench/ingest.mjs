// Writing: 100,000 rows in batches of 1,000, each a durable commit; and many small commits.
import { execFileSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { connect, int, table, text, timestamp, vector } from "varve";
import { inFolder, median, random, report, rows, times, unitVector } from "./support.mjs";

const dimensions = 384;
const docs = table("docs", {
  id: text().primaryKey(),
  body: text(),
  category: int(),
  at: timestamp(),
  vec: vector(dimensions),
});

function files(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath ?? entry.path, entry.name)).size);
}

async function ingest(folder) {
  const db = await connect(folder);
  const t = await db.table(docs);
  const next = random(1);
  const batches = Array.from({ length: 100 }, (_, i) => rows(i * 1000, 1000, dimensions, next));
  const before = process.memoryUsage().rss;
  let peak = before;
  const start = performance.now();
  for (const batch of batches) {
    await t.insert(batch);
    peak = Math.max(peak, process.memoryUsage().rss);
  }
  const seconds = (performance.now() - start) / 1000;
  report("insert, 100 durable commits of 1,000 rows", 100_000 / seconds, "rows/s", "at least 100,000");
  report("resident memory above the rows themselves, at most", (peak - before) / 2 ** 20, "MiB");
  const closing = performance.now();
  await db.close();
  report("upkeep left over at close", performance.now() - closing, "ms");
  const raw = 100_000 * (13 + 1024 + 8 + 8 + dimensions * 4);
  report("bytes on disk per byte of data", files(folder).reduce((a, b) => a + b, 0) / raw, "");
}

async function smallCommits(folder) {
  const count = 2000;
  const one = await connect(join(folder, "one"));
  const many = await connect(join(folder, "many"));
  const next = random(2);
  const data = rows(0, count, dimensions, next);
  const atOnce = await one.table(docs);
  await atOnce.insert(data);
  const singly = await many.table(docs);
  const commits = await times(count, (i) => singly.insert([data[i]]));
  report("one-row insert, durable, median of 2,000", median(commits), "ms");
  await singly.close();
  await many.close();
  const sizes = files(join(folder, "many"));
  const raw = count * (13 + 1024 + 8 + 8 + dimensions * 4);
  report("files after 2,000 one-row inserts", sizes.length, "", "at most 40");
  report("bytes on disk per byte of data", sizes.reduce((a, b) => a + b, 0) / raw, "", "at most 3");
  const again = await connect(join(folder, "many"));
  const t = await again.table(docs);
  const queries = Array.from({ length: 50 }, () => unitVector(dimensions, next));
  const timed = (table) =>
    times(500, (i) => table.search(queries[i % 50], { column: "vec", limit: 10, select: ["id"] }));
  await timed(t);
  await timed(atOnce);
  const ratios = [];
  for (let round = 0; round < 5; round += 1)
    ratios.push(median(await timed(t)) / median(await timed(atOnce)));
  report("search after small commits, against one commit", median(ratios), "x", "at most 1.3");
  await again.close();
  await one.close();
}

export async function run() {
  execFileSync("sync");
  await inFolder(ingest);
  await inFolder(smallCommits);
}
