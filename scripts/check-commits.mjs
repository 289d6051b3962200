// Holds the subjects of commits to their form: an imperative sentence of at most 72 characters, without a full stop.
import assert from "node:assert/strict";
import { outputOf } from "./support/run.mjs";

/** What was committed up to here has other subjects, and stays as it is. */
const base = "2b11064bd77f19fadc6cbae72011f543f8245373";
const longest = 72;

/** Words with which no imperative begins: articles, pronouns, question words, nouns that used to be there. */
const others = new Set(
  `a an the this that these those it its they there what where when which who how why if as in on at of for from by with
   without and or but not no all any each every both many more most some such one two few only also now new old
   figures tests docs fixes wip`.split(/\s+/),
);
/** Verbs that look like a past tense, a participle or a third person. */
const verbs = new Set(
  `embed feed need seed speed exceed proceed succeed shed wed bring ring sing string spring swing wing ping
   address bless bypass canvas compress cross discuss dismiss express focus guess miss pass press process progress
   stress suppress toss trespass witness`.split(/\s+/),
);

/** What is wrong with a subject; `undefined` where nothing is. */
function problemOf(subject) {
  if (/^(Merge|Revert) /.test(subject)) return undefined;
  if (subject.length > longest) return `has ${subject.length} characters, at most ${longest}`;
  if (subject.endsWith(".")) return "ends with a full stop";
  const [first = ""] = subject.split(/[\s,:]/);
  if (!/^[A-Z][a-z-]+$/.test(first)) return `begins with "${first}", which is no verb with a capital letter`;
  const word = first.toLowerCase();
  if (verbs.has(word)) return undefined;
  const isOther = others.has(word) || /(ed|ing|[^s]s)$/.test(word);
  return isOther ? `begins with "${first}", which is no imperative` : undefined;
}

/** A check that cannot fail checks nothing. */
function selfTest() {
  const wrong = ["The index is smaller", "Added a test", "Adds a test", "Adding a test", "fix it", "Fix it."];
  for (const subject of [...wrong, `Say ${"more ".repeat(20)}`]) assert.ok(problemOf(subject), subject);
  for (const subject of ["Embed a text once", "Pass the signal on", "Keep what differs behind one door"]) {
    assert.equal(problemOf(subject), undefined);
  }
}

selfTest();
const log = outputOf("git", ["log", "--no-merges", "--format=%h %s", `${base}..HEAD`]);
if (log === undefined) {
  console.log(
    `commits: skipped, this clone has no history back to ${base.slice(0, 7)} (git fetch --unshallow)`,
  );
} else {
  const commits = log.split("\n").filter((line) => line !== "");
  const problems = commits.flatMap((line) => {
    const [hash, ...words] = line.split(" ");
    const problem = problemOf(words.join(" "));
    return problem === undefined ? [] : [`commit ${hash}: the subject ${problem}: ${words.join(" ")}`];
  });
  for (const problem of problems) console.error(problem);
  console.log(`commits: ${commits.length} since ${base.slice(0, 7)}, ${problems.length} problems`);
  process.exitCode = problems.length > 0 ? 1 : 0;
}
