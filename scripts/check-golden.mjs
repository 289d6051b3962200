// Holds the golden tables to what they were when they were committed. `--add` lists files that are new; it changes no line.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { at, filesBelow } from "./support/files.mjs";

const folder = "test/golden";
const list = at(`${folder}/digests.txt`);
const limit = 1_500_000;

/** Which files are meant: all but the list and the page about it. */
const files = filesBelow(folder).filter((path) => !/\/(digests\.txt|README\.md)$/.test(path));

/** The digests of the list, by path. */
function listed() {
  const lines = readFileSync(list, "utf8").split("\n").filter(Boolean);
  return new Map(lines.map((line) => line.split("  ").reverse()));
}

const known = listed();
const contents = new Map(files.map((path) => [path.slice(folder.length + 1), readFileSync(at(path))]));
const digestOf = (bytes) => createHash("sha256").update(bytes).digest("hex");
if (process.argv.includes("--add")) {
  for (const [path, bytes] of contents) if (!known.has(path)) known.set(path, digestOf(bytes));
  const lines = [...known]
    .map(([path, digest]) => `${digest}  ${path}`)
    .sort((a, b) => (a.slice(66) < b.slice(66) ? -1 : 1));
  writeFileSync(list, `${lines.join("\n")}\n`);
}

const problems = [];
for (const [path, digest] of known) {
  const bytes = contents.get(path);
  if (bytes === undefined) problems.push(`${folder}/${path} is missing: a golden file stays for good`);
  else if (digestOf(bytes) !== digest)
    problems.push(`${folder}/${path} was changed: golden files are never edited, so take it back`);
}
for (const path of contents.keys())
  if (!known.has(path))
    problems.push(`${folder}/${path} is not listed: \`node scripts/check-golden.mjs --add\` lists it`);
const total = [...contents.values()].reduce((sum, bytes) => sum + bytes.length, 0);
if (total > limit) problems.push(`${folder} has ${total} bytes, at most ${limit}`);
for (const problem of problems) console.error(problem);
console.log(`golden: ${contents.size} files, ${Math.round(total / 1000)} KB, ${problems.length} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;
