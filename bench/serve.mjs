// Reads through a query node beside the same reads of the folder: `node bench/serve.mjs`. The node is a process of its own on this machine, so what is
// added is the protocol and no network.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { connect, embed, int, table, text } from "varve";
import { builtin } from "varve/embeddings";
import { inFolder, median, quantile, random, report, times } from "./support.mjs";

const ROWS = 20_000;
const IN_FLIGHT = 8;
const FLOW_MS = 3000;
const TOKEN = "the-token-of-the-benchmark";
const WORDS = "refund policy parcel money days return shipping gift card support answer morning night".split(
  " ",
);

const docs = table("docs", { id: int().primaryKey(), body: text(), price: int() }, (c) => ({
  vec: embed(builtin(), c.body),
}));

function row(id, next) {
  const body = Array.from({ length: 20 }, () => WORDS[Math.floor(next() * WORDS.length)]).join(" ");
  return { id, body: `${body} ${id}`, price: id % 1000 };
}

/** Starts a node; returns its address and what ends it. */
async function node(folder) {
  const command = fileURLToPath(new URL("../dist/cli.js", import.meta.url));
  const child = spawn(process.execPath, [command, "serve", folder, "--port", "0", "--json"], {
    env: { ...process.env, VARVE_SERVE_TOKEN: TOKEN },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await new Promise((resolve) => {
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (more) => {
      said += more;
      if (said.trimEnd().endsWith("}")) resolve(JSON.parse(said).url);
    });
  });
  return { url, end: () => child.kill("SIGTERM") };
}

async function measure(name, t) {
  const queries = WORDS.map((word, i) => `${word} ${WORDS[(i * 5 + 3) % WORDS.length]}`);
  const reads = {
    "get by key": (i) => t.get((i * 7919) % ROWS),
    "ten hits of a hybrid search": (i) => t.search(queries[i % queries.length]),
    "that search, one version back": (i) => t.asOf(1).search(queries[i % queries.length]),
    "1,000 rows": (i) => t.find({ limit: 1000, offset: (i * 10) % 1000 }),
  };
  for (const [label, call] of Object.entries(reads)) {
    await times(20, call);
    const taken = await times(200, call);
    report(`${name}: ${label}`, median(taken), "ms");
    report(`${name}: ${label}, p99`, quantile(taken, 0.99), "ms");
  }
  let done = 0;
  const start = performance.now();
  const worker = async () => {
    while (performance.now() < start + FLOW_MS) {
      await reads["ten hits of a hybrid search"](done);
      done += 1;
      if (done % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
  report(
    `${name}: searches a second, ${IN_FLIGHT} in flight`,
    done / ((performance.now() - start) / 1000),
    "/s",
  );
}

export async function run() {
  await inFolder(async (folder) => {
    const db = await connect(folder);
    const t = await db.table(docs);
    const next = random(1);
    await t.insert(Array.from({ length: ROWS }, (_, id) => row(id, next)));
    await t.update({ where: { id: 1 }, set: { price: 5 } });
    await t.optimize();
    await measure("folder", t);
    const { url, end } = await node(folder);
    const remote = await connect(url, { token: TOKEN });
    await measure("node", await remote.table(docs));
    end();
    await db.close();
  });
}

if (fileURLToPath(import.meta.url) === process.argv[1]) await run();
