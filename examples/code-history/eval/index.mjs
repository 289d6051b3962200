// Asks about known fixes of a real repository, and prints which of them were not found and why.
//   npm run eval -- <repository> [--fixes eval/fixes.json]
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { openCode } from "../src/code-table.mjs";
import { Indexer } from "../src/indexer.mjs";
import { Repository } from "../src/repository.mjs";
import { evaluate } from "./evaluate.mjs";

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { fixes: { type: "string", default: fileURLToPath(new URL("fixes.json", import.meta.url)) } },
});
const [repository] = positionals;
if (repository === undefined) {
  console.error("Say which repository: npm run eval -- <a clone of the repository that the fixes come from>");
  process.exit(2);
}
const { fixes, about, repository: name } = JSON.parse(readFileSync(values.fixes, "utf8"));
const place = mkdtempSync(join(tmpdir(), "varve-code-history-"));
process.on("exit", () => rmSync(place, { recursive: true, force: true }));

const { db, t } = await openCode(place);
const start = performance.now();
const { commits } = await new Indexer(t, await Repository.open(resolve(repository))).run();
console.log(`${name}: ${commits} commits in ${((performance.now() - start) / 1000).toFixed(1)} s`);
console.log(about);
const windows = {
  release: "between the release before a fix and the release that had it",
  history: "in the whole history",
};
for (const [mode, where] of Object.entries(windows)) {
  for (const messages of [true, false]) {
    const how = messages ? "" : ", without the messages of the commits";
    print(await evaluate(t, fixes, mode, { messages }), where + how);
  }
}
await db.close();

function print(outcomes, where) {
  const missed = outcomes.filter(({ ok }) => !ok);
  const mean = (of) => Math.round(outcomes.reduce((sum, outcome) => sum + of(outcome), 0) / outcomes.length);
  console.log(`\n${outcomes.length - missed.length} of ${outcomes.length} ${where}`);
  console.log(
    `  on average ${mean(({ versions }) => versions)} versions, ${mean(({ asked }) => asked)} reads, ${mean(({ ms }) => ms)} ms`,
  );
  for (const { fix, named, reason } of missed) {
    console.log(`  missed  ${fix.sha.slice(0, 10)}  ${fix.question}`);
    console.log(`          ${reason}`);
    if (named === undefined) continue;
    console.log(
      `          named ${named.sha.slice(0, 10)}  ${named.subject}  (${named.path}: ${named.symbol})`,
    );
  }
}
