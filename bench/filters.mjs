// Filters, orders and counts through indexes of values, and without: `node bench/filters.mjs --rows 1000000 --vectors 100000`. Each call asks
// for other values, so that nothing is remembered.
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { boolean, connect, float, int, list, table, text, timestamp, vector } from "varve";
import { inFolder, median, quantile, random, report, times } from "./support.mjs";
import { clusteredBatches } from "./vectors/clustered.mjs";
import { vectorAt } from "./vectors/sets.mjs";

const DIMENSIONS = 384;
const STATES = ["open", "paid", "sent", "back"];
/** Rows of a write. */
const AT_ONCE = 10_000;

const columns = (make) => ({
  id: int().primaryKey(),
  total: make(float()),
  state: make(text({ enum: STATES })),
  name: make(text()),
  at: make(timestamp()),
  rush: make(boolean()),
  stock: make(int()),
  tags: make(list(text())),
});
const indexed = table(
  "indexed",
  columns((column) => column.indexed()),
);
const plain = table(
  "plain",
  columns((column) => column),
);
const places = (share) => table("places", { id: int().primaryKey(), share, vec: vector(DIMENSIONS) });

function sale(id, next) {
  return {
    id,
    total: Math.floor(next() * 1_000_000) / 100,
    state: STATES[Math.floor(next() * STATES.length)],
    name: `name ${Math.floor(next() * 100_000)}`,
    at: new Date(1_700_000_000_000 + id * 1000),
    rush: next() < 0.1,
    stock: Math.floor(next() * 1000),
    tags: [`tag${Math.floor(next() * 10_000)}`],
  };
}

async function filled(folder, definition, count, row) {
  const db = await connect(folder);
  const t = await db.table(definition);
  for (let from = 0; from < count; from += AT_ONCE) {
    await t.insert(Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, i) => row(from + i)));
  }
  const start = performance.now();
  await t.optimize();
  report(`optimize() of ${count} rows, "${definition.name}"`, (performance.now() - start) / 1000, "s");
  return { db, t };
}

async function measure(label, call, bound) {
  await times(20, call);
  const taken = await times(300, call);
  report(label, median(taken) * 1000, "µs", bound);
  report(`${label}, p99`, quantile(taken, 0.99) * 1000, "µs");
}

/** Without an index a call takes long. */
async function measureFew(label, call) {
  await call(0);
  report(label, median(await times(5, (i) => call(i + 1))) * 1000, "µs");
}

async function reads(t, count, measured, bounds) {
  const at = (i) => new Date(1_700_000_000_000 + ((i * 7919) % count) * 1000);
  const by = { total: "desc" };
  await measured(
    `${t.name}: find, equal texts`,
    (i) => t.find({ where: (c) => c.name.eq(`name ${(i * 7919) % 100_000}`) }),
    bounds.find,
  );
  await measured(
    `${t.name}: find, state and order by total, 10 rows`,
    (i) =>
      t.find({ where: (c) => c.state.eq(STATES[i % 4]).and(c.total.lt(9000 + i)), orderBy: by, limit: 10 }),
    bounds.find,
  );
  await measured(
    `${t.name}: count of a range`,
    (i) => t.count({ where: (c) => c.at.lt(at(i)) }),
    bounds.count,
  );
  await measured(`${t.name}: count of two conditions`, (i) =>
    t.count({ where: (c) => c.stock.eq(i % 1000).and(c.rush.eq(true)) }),
  );
  await measured(
    `${t.name}: find, contains`,
    (i) => t.find({ where: (c) => c.tags.contains(`tag${(i * 31) % 10_000}`), limit: 10 }),
    bounds.find,
  );
}

/** As `npm run bench` runs it, or with other sizes. */
export async function run({ rows = 200_000, vectors = 20_000 } = {}) {
  for (const definition of [indexed, plain]) {
    const next = random(1);
    await inFolder(async (folder) => {
      const { db, t } = await filled(folder, definition, rows, (id) => sale(id, next));
      await measure(
        `${t.name}: get`,
        async (i) => {
          if ((await t.get((i * 7919) % rows)) === undefined) throw new Error("a row is missing");
        },
        "at most 30",
      );
      if (definition === indexed)
        await reads(t, rows, measure, { find: "at most 200", count: "at most 300" });
      else await reads(t, rows, measureFew, {});
      const stats = await t.stats();
      report(`${t.name}: bytes of a row`, stats.bytes / rows, "B");
      await db.close();
    });
  }
  for (const share of [int().indexed(), int()]) await searches(places(share), vectors);
}

/** Ten nearest rows among those of a range. */
async function searches(definition, count) {
  const next = random(2);
  await inFolder(async (folder) => {
    const batches = clusteredBatches(count, DIMENSIONS, 0, AT_ONCE);
    let batch;
    const place = (id) => {
      if (id % AT_ONCE === 0) batch = batches.next().value;
      const vec = vectorAt(batch, DIMENSIONS, id % AT_ONCE);
      return { id, share: Math.floor(next() * 10_000), vec };
    };
    const { db, t } = await filled(folder, definition, count, place);
    const isIndexed = (await t.describe()).columns.some((column) => column.indexed);
    const [asked] = clusteredBatches(64, DIMENSIONS, 1, 64);
    const queries = Array.from({ length: 64 }, (_, i) => vectorAt(asked, DIMENSIONS, i));
    for (const [percent, bound] of [
      [1, "at most 400"],
      [50, "at most 300"],
    ]) {
      await measure(
        `search among ${percent} % of ${count} rows x ${DIMENSIONS}${isIndexed ? "" : ", not indexed"}`,
        (i) =>
          t.search(queries[i % queries.length], {
            column: "vec",
            where: (c) => c.share.between(i, i + percent * 100 - 1),
            select: ["id"],
            limit: 10,
          }),
        isIndexed ? bound : undefined,
      );
    }
    await db.close();
  });
}

if (fileURLToPath(import.meta.url) === process.argv[1]) {
  const { values } = parseArgs({ options: { rows: { type: "string" }, vectors: { type: "string" } } });
  await run({ rows: Number(values.rows ?? 200_000), vectors: Number(values.vectors ?? 20_000) });
}
