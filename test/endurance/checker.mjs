// Says whether a table is what its writers were told: every acknowledged operation is one version, every version is one operation that
// somebody began, and its difference to the version before is that operation and nothing else.
import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { apply, COMPARED } from "./workload.mjs";

const EVERY = 1_000_000;
/** Versions that are read in full. */
const READ_IN_FULL = 40;

/** Checks a table against what was begun (by operation) and done (versions by operation). Throws what is wrong; returns figures. */
export async function check(t, begun, done, random) {
  const commits = (await t.history({ limit: EVERY })).reverse();
  const newest = commits.length;
  assert.deepEqual(
    commits.map((commit) => commit.version),
    Array.from({ length: newest }, (_, i) => i + 1),
    "versions have a gap",
  );
  const full = new Set(
    Array.from({ length: READ_IN_FULL }, () => 1 + Math.floor(random() * newest)).concat(newest),
  );
  const rows = new Map();
  const landed = new Map();
  let last = 0;
  for (const { version, properties, committedAt } of commits) {
    const operation = begun.get(properties?.op);
    assert.ok(
      operation,
      `version ${version} is an operation that nobody began: ${JSON.stringify(properties)}`,
    );
    assert.ok(
      !landed.has(operation.op),
      `${operation.op} happened twice: ${landed.get(operation.op)} and ${version}`,
    );
    assert.ok(committedAt.getTime() >= last, `version ${version} is dated before the one before it`);
    [last] = [committedAt.getTime(), landed.set(operation.op, version)];
    await checkDifference(t, version, operation, rows);
    if (full.has(version)) await checkRows(t, version, rows);
  }
  for (const [op, version] of done) {
    assert.ok(landed.has(op), `${op} was acknowledged and is not there`);
    if (version !== undefined)
      assert.equal(landed.get(op), version, `${op} was acknowledged as another version`);
  }
  return { versions: newest, landedUnheard: newest - done.size, rows: rows.size, readInFull: full.size };
}

async function checkDifference(t, version, operation, rows) {
  const before = new Map(rows);
  const touched = apply(rows, operation);
  const expected = { added: [], removed: [], changed: [] };
  for (const id of new Set(touched)) {
    const [was, is] = [before.get(id), rows.get(id)];
    if (was === undefined && is !== undefined) expected.added.push(is);
    else if (was !== undefined && is === undefined) expected.removed.push(was);
    else if (!isDeepStrictEqual(was, is)) expected.changed.push({ before: was, after: is });
  }
  const found = await t.diff(version - 1, version, { select: COMPARED });
  const idOf = (entry) => entry.id ?? entry.after.id;
  const sorted = (entries) => [...entries].sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
  for (const part of ["added", "removed", "changed"]) {
    assert.deepEqual(
      sorted(found[part]),
      sorted(expected[part]),
      `version ${version}: ${part} of ${operation.op}`,
    );
  }
}

async function checkRows(t, version, rows) {
  const found = await t.asOf(version).find({ select: COMPARED, orderBy: "id", limit: EVERY });
  const expected = [...rows.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  assert.deepEqual(found, expected, `all rows of version ${version}`);
}
