// What the commands do: index a repository, ask a question, and look at a sample of both.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answersAt } from "./answers.mjs";
import { ChangeFinder, describeChange, shownOf } from "./change-finder.mjs";
import { openCode } from "./code-table.mjs";
import { Indexer } from "./indexer.mjs";
import { findPoint } from "./point.mjs";
import { Repository, RepositoryError } from "./repository.mjs";
import { makeRepository, sampleCommits } from "./sample.mjs";
import { bytes, count } from "./screen.mjs";

const SHOWN = 3;
const BODY_LINES = 3;

/** Brings the table in `db` up to date with a repository. */
export async function index(screen, { path, db: folder, since, onProgress }) {
  const repository = await Repository.open(path);
  if (await repository.isShallow()) {
    screen.line("This clone is shallow: its history begins where it was cut off.");
    screen.line("`git fetch --unshallow` brings the rest; then give --db another folder.");
  }
  const { db, t } = await openCode(folder);
  try {
    const start = performance.now();
    const from = since === undefined ? undefined : await repository.lineCommit(since);
    const done = await new Indexer(t, repository, { onProgress }).run({ since: from });
    await report(screen, t, done, (performance.now() - start) / 1000);
    if (done.resumedAfter !== undefined && since !== undefined) {
      screen.line("The table was there already, so --since was not asked: it goes on where it stopped.");
    }
  } finally {
    await db.close();
  }
}

async function report(screen, t, done, seconds) {
  const { rows, deadRows, bytes: size } = await t.stats();
  if (done.commits === 0) screen.line("Nothing new: the table ends with the repository's HEAD.");
  else {
    const rate = Math.round(done.commits / seconds);
    screen.line(
      `${count(done.commits, "commit")} in ${seconds.toFixed(1)} s (${rate} a second), each one version`,
    );
    const fresh = (100 * done.embedded) / (done.cut + done.commits);
    screen.line(
      `${count(done.files, "changed file")} cut into ${count(done.cut, "piece")}: ${done.kept.toLocaleString("en-US")} as they were, ` +
        `${done.cached.toLocaleString("en-US")} seen before`,
    );
    screen.line(
      `${done.embedded.toLocaleString("en-US")} texts embedded, messages of commits among them: ${fresh.toFixed(1)} % of all`,
    );
  }
  if (done.clamped > 0) {
    screen.line(
      `${count(done.clamped, "commit")} dated before the one before: they count as of that one's date`,
    );
  }
  if (done.passedOver > 0)
    screen.line(`${count(done.passedOver, "file")} passed over: not text, too large, or written by a tool`);
  if (done.tags > 0) screen.line(count(done.tags, "tag"));
  screen.line(
    `version ${await t.version()}: ${count(rows, "row")} now, ${deadRows.toLocaleString("en-US")} of the past, ${bytes(size)}`,
  );
}

async function openIndexed(folder) {
  const { db, t } = await openCode(folder);
  if ((await t.version()) > 0) return { db, t };
  await db.close();
  throw new RepositoryError("Nothing is indexed yet: npm run code-history -- index <repository>");
}

/** Answers a question now, as of a point, or at two points with what changed in between. */
export async function ask(screen, { question, db: folder, asOf, between }) {
  const { db, t } = await openIndexed(folder);
  try {
    if (between !== undefined) await askBetween(screen, t, question, between);
    else await askAt(screen, t, question, asOf ?? "now");
  } finally {
    await db.close();
  }
}

async function askAt(screen, t, question, name) {
  const point = await findPoint(t, name);
  const start = performance.now();
  const answers = await answersAt(t, point.version, question, SHOWN);
  const ms = performance.now() - start;
  screen.commit(name, point);
  for (const answer of answers) screen.passage(answer, BODY_LINES);
  if (answers.length === 0) screen.line("Nothing was found.");
  screen.line(`${ms.toFixed(1)} ms`);
}

async function askBetween(screen, t, question, names) {
  const [a, b] = await Promise.all(names.map((name) => findPoint(t, name)));
  const [from, to] = a.version <= b.version ? [a, b] : [b, a];
  const finder = new ChangeFinder(t, question);
  const start = performance.now();
  const { then, now, changes } = await finder.between(from.version, to.version);
  const ms = performance.now() - start;
  for (const [point, [best]] of [
    [from, then],
    [to, now],
  ]) {
    screen.commit(point.name, point);
    if (best === undefined) screen.line("Nothing was found.");
    else screen.passage(best, BODY_LINES);
  }
  const [first, ...others] = changes;
  if (first === undefined) screen.line("The answer is the same.");
  else screen.change("the answer changed in", await describeChange(t, shownOf(first)));
  for (const other of others.slice(0, 2)) {
    const { sha, date, subject } = await describeChange(t, other);
    screen.line(`less likely  ${sha.slice(0, 10)}  ${date.toISOString().slice(0, 10)}  ${subject}`);
  }
  screen.line("");
  screen.line(
    `found among ${count(to.version - from.version, "version")} with ${count(finder.asked, "read")} in ${ms.toFixed(0)} ms`,
  );
}

/** Everything once, on a repository that is made for it. */
export async function tour(screen) {
  const place = mkdtempSync(join(tmpdir(), "varve-code-history-"));
  try {
    const path = join(place, "sample.git");
    const db = join(place, "table");
    mkdirSync(path);
    makeRepository(path, sampleCommits);
    screen.title("index: a sample repository of a dozen commits");
    await index(screen, { path, db });
    const question = "what happens when the cache is full?";
    screen.title(`ask "${question}"`);
    await ask(screen, { question, db });
    screen.title(`ask "${question}" --as-of 1.0.0`);
    await ask(screen, { question, db, asOf: "1.0.0" });
    screen.title(`ask "${question}" --between 1.0.0 now`);
    await ask(screen, { question, db, between: ["1.0.0", "now"] });
    screen.title("Now a repository of your own:");
    screen.line("npm run code-history -- index <repository>");
    screen.line('npm run code-history -- ask "a question" --between <date, sha or tag> now');
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}
