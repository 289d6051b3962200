import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, int, table } from "varve";
import { describe, expect, it, onTestFinished } from "vitest";
import { diskDatabase, temporaryFolder } from "../support/database";
import { command, Workplace } from "../support/varve-command";

const TOKEN = "the-token-of-the-nodes";
/** Each version has one row more than the version before, and all rows say its number. */
const counts = table("counts", { id: int().primaryKey(), version: int() });

interface Node {
  readonly url: string;
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
}

async function node(folder: string, port = 0): Promise<Node> {
  const child = spawn(process.execPath, [command, "serve", folder, "--port", String(port), "--json"], {
    env: { ...process.env, VARVE_SERVE_TOKEN: TOKEN },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  const url = await new Promise<string>((resolve) => {
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (more: string) => {
      text += more;
      if (text.trimEnd().endsWith("}")) resolve((JSON.parse(text) as { url: string }).url);
    });
  });
  return { url, child, ended };
}

it("answers right through two nodes while a writer commits, one of which is killed and comes back", async () => {
  const folder = temporaryFolder();
  const writer = await (await diskDatabase(folder)).table(counts);
  await writer.insert([{ id: 0, version: 1 }]);
  const nodes = await Promise.all([node(folder), node(folder)]);
  const readers = await Promise.all(
    nodes.map(async ({ url }) => await (await connect(url, { token: TOKEN })).table(counts)),
  );
  let isWriting = true;
  let committed = 1;
  const answers = [0, 0];
  const writing = (async () => {
    while (isWriting) {
      const next = committed + 1;
      await writer.upsert(Array.from({ length: next }, (_, id) => ({ id, version: next })));
      committed = next;
      await sleep(5);
    }
  })();
  const reading = readers.map(async (t, at) => {
    while (isWriting) {
      const least = committed;
      const rows = await t.find();
      const [first] = rows;
      // All of one version, no older than what was acknowledged before it was asked.
      expect(new Set(rows.map(({ version }) => version)).size).toBe(1);
      expect(rows).toHaveLength(first?.version ?? 0);
      expect(first?.version).toBeGreaterThanOrEqual(least);
      const then = 1 + Math.floor(Math.random() * least);
      expect(await t.asOf(then).count()).toBe(then);
      answers[at] = (answers[at] ?? 0) + 1;
    }
  });
  await sleep(500);
  const [victim] = nodes;
  victim?.child.kill("SIGKILL");
  await victim?.ended;
  await sleep(300);
  const before = answers[0] ?? 0;
  await node(folder, Number(new URL(victim?.url ?? "").port));
  await sleep(1500);
  isWriting = false;
  await Promise.all([writing, ...reading]);
  expect(answers[0]).toBeGreaterThan(before);
  expect(answers[1]).toBeGreaterThan(20);
}, 30_000);

describe("the command", () => {
  it("answers what was asked when it is told to end, and ends in good order", async () => {
    const folder = temporaryFolder();
    await (await (await diskDatabase(folder)).table(counts)).insert([{ id: 0, version: 1 }]);
    const { url, child, ended } = await node(folder);
    const t = await (await connect(url, { token: TOKEN })).table(counts);
    expect(await t.count()).toBe(1);
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
  });

  it("wants a token that was chosen where other machines can listen", async () => {
    using place = new Workplace();
    const db = await connect(place.folder);
    await (await db.table(counts)).insert([{ id: 0, version: 1 }]);
    await db.close();
    const { code, stderr } = place.run("serve", place.folder, "--host", "0.0.0.0");
    expect([code, stderr]).toMatchSnapshot();
  });
});
