// Many processes write one table, and are killed at any moment: nothing that was acknowledged is lost, nothing happens twice or by half.
//
//   node test/endurance/index.mjs [--writers 8] [--commits 500] [--kills 0] [--seed 1] [--json] [--keep]
//
// With `--kills` a writer is killed (SIGKILL) after a random time and another one takes its place, until so many were; then the last ones do
// their commits. The seed decides what is written and when is killed; what the processes make of it is up to the machine.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { connect } from "varve";
import { check } from "./checker.mjs";
import { notes, randomOf } from "./workload.mjs";

const WRITER = fileURLToPath(new URL("writer.mjs", import.meta.url));
/** A writer that is to be killed writes for at most this long, in milliseconds. */
const LIFE_MS = 250;

const number = (given, name) => {
  const value = Number(given);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new Error(`--${name} wants a whole number, not ${given}.`);
  return value;
};

class Run {
  begun = new Map();
  done = new Map();
  kills = 0;

  constructor({ folder, writers, commits, kills, random }) {
    Object.assign(this, { folder, writers, commits, wanted: kills, random });
  }

  /** All writers, until none has anything left to do. */
  async write() {
    await Promise.all(Array.from({ length: this.writers }, (_, i) => this.#lives(`w${i}`)));
  }

  /** One life of a writer after the other; the last one is not killed. */
  async #lives(name) {
    for (let generation = 0; ; generation += 1) {
      const mortal = this.kills < this.wanted;
      if (mortal) this.kills += 1;
      await this.#live(name, generation, mortal);
      if (!mortal) return;
    }
  }

  #live(name, generation, mortal) {
    const seed = String(Math.floor(this.random() * 2 ** 31));
    const commits = String(mortal ? 1_000_000 : this.commits);
    const args = [WRITER, this.folder, name, String(generation), commits, seed];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    let failure = "";
    child.stderr.on("data", (text) => (failure += text));
    const life = this.random() * LIFE_MS;
    child.stdout.once("data", () => mortal && setTimeout(() => child.kill("SIGKILL"), life));
    let rest = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      const lines = (rest + text).split("\n");
      // What is behind the last end of a line is a part of one, and stays that where the process is killed.
      rest = lines.pop();
      for (const line of lines) this.#hear(JSON.parse(line));
    });
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => {
        if (signal === "SIGKILL" || code === 0) resolve();
        else reject(new Error(`${name}, generation ${generation}, ended with ${code ?? signal}: ${failure}`));
      });
    });
  }

  #hear({ begin, done, version }) {
    if (begin !== undefined) this.begun.set(begin.op, begin);
    else this.done.set(done, version);
  }
}

const { values } = parseArgs({
  options: {
    writers: { type: "string", default: "8" },
    commits: { type: "string", default: "500" },
    kills: { type: "string", default: "0" },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
  },
});
const random = randomOf(number(values.seed, "seed"));
const folder = mkdtempSync(join(tmpdir(), "varve-endurance-"));
const run = new Run({
  folder,
  random,
  writers: number(values.writers, "writers"),
  commits: number(values.commits, "commits"),
  kills: number(values.kills, "kills"),
});
const start = Date.now();
await run.write();
const written = Date.now() - start;

const db = await connect(folder);
const t = await db.table(notes);
const checked = await check(t, run.begun, run.done, random);
const { files } = await t.stats();
await t.optimize();
const verified = await t.verify();
if (!verified.ok) throw new Error(`verify: ${JSON.stringify(verified)}`);
const { bytes } = await t.stats();
await db.close();

const figures = {
  seed: Number(values.seed),
  kills: run.kills,
  acknowledged: run.done.size,
  ...checked,
  files,
  bytes,
  writingSeconds: written / 1000,
  checkingSeconds: (Date.now() - start - written) / 1000,
};
process.stdout.write(`${values.json ? JSON.stringify(figures) : sentenceOf(figures)}\n`);
if (values.keep) process.stderr.write(`${folder}\n`);
else rmSync(folder, { recursive: true, force: true });

function sentenceOf({ acknowledged, landedUnheard, versions, readInFull, rows, ...rest }) {
  return (
    `${rest.kills} kills. ${acknowledged} commits were acknowledged, all are there; ${landedUnheard} more landed whose writers were killed first. ` +
    `${versions} versions, each the difference of one operation; ${readInFull} read in full. ${rows} rows in ${rest.files} files, ` +
    `${rest.bytes} bytes when tidied up. ${rest.writingSeconds} s of writing, ${rest.checkingSeconds} s of checking, seed ${rest.seed}.`
  );
}
