// Asks about fixes that are known and compares the commit that is named with the one that it was.
import { ChangeFinder, describeChange } from "../src/change-finder.mjs";
import { commitsOf } from "../src/code-table.mjs";

/** What went wrong, from what is known about the right commit. */
function reasonOf(found, fix, changes, asked) {
  if (found !== undefined && changes[0] === found) return "found";
  if (found === undefined) {
    const seen = asked.some(({ path }) => path === fix.file);
    return seen
      ? `no passage that this commit changed is among the answers, though others of ${fix.file} are`
      : `nothing of ${fix.file} is among the answers`;
  }
  return `its change is in place ${changes.indexOf(found) + 1} of ${changes.length}`;
}

/** Where to look: the whole history, or from the release before a fix to the release that had it. */
function windowsOf(version, tagged, newest) {
  return {
    history: [1, newest],
    release: [tagged.findLast((tag) => tag < version) ?? 1, tagged.find((tag) => tag >= version) ?? newest],
  };
}

/** Asks about every fix, in the whole history or between two releases. Returns an outcome for each. */
export async function evaluate(t, fixes, mode, options = {}) {
  const versions = new Map();
  for await (const { version, properties } of commitsOf(t)) versions.set(properties?.sha, version);
  const tagged = (await t.tags()).map(({ version }) => version).sort((a, b) => a - b);
  const newest = await t.version();
  const outcomes = [];
  for (const fix of fixes) {
    const right = versions.get(fix.sha);
    if (right === undefined)
      throw new Error(`The table has no commit ${fix.sha}: is this the right repository?`);
    const [from, to] = windowsOf(right, tagged, newest)[mode];
    const finder = new ChangeFinder(t, fix.question, options);
    const start = performance.now();
    const { then, now, changes } = await finder.between(from, to);
    const ms = performance.now() - start;
    const found = changes.find(({ version }) => version === right);
    const named = changes[0] === undefined ? undefined : await describeChange(t, changes[0]);
    outcomes.push({
      fix,
      named,
      ok: named?.sha === fix.sha,
      reason: reasonOf(found, fix, changes, [...then, ...now]),
      versions: to - from,
      asked: finder.asked,
      ms,
    });
  }
  return outcomes;
}
