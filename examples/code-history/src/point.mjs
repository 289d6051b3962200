// Turns what a user writes, a date, a sha, a tag or a version, into a version of the table.
import { parsePoint, VarveError } from "varve";
import { commitOf, commitsOf } from "./code-table.mjs";
import { RepositoryError } from "./repository.mjs";

/** A commit and its version: `{ version, sha, date, subject }`. */
export async function pointAt(t, version) {
  const commit = await commitOf(t, version);
  if (commit === undefined)
    return { version: 0, sha: "", date: undefined, subject: "(before the first commit)" };
  const { properties, effectiveAt, message } = commit;
  return {
    version,
    sha: properties.sha,
    date: new Date(properties.committed ?? effectiveAt),
    subject: message ?? "",
  };
}

/** The point that a name means: a tag, the beginning of a sha, or what `parsePoint` reads, looked for in this order. */
export async function findPoint(t, name) {
  const version = await versionOf(t, name);
  return { ...(await pointAt(t, version)), name };
}

async function versionOf(t, name) {
  if (name === "now") return await t.version();
  const tag = (await t.tags()).find((known) => known.name === name || known.name === `v${name}`);
  if (tag !== undefined) return tag.version;
  if (/^[0-9a-f]{4,64}$/i.test(name)) return await versionOfSha(t, name.toLowerCase());
  return await t.asOf(pointOf(name)).version();
}

/** What is neither a date nor a version reads as a tag, and all tags are known. */
function pointOf(name) {
  try {
    const point = parsePoint(name, { dates: "effective" });
    if (point.tag === undefined) return point;
  } catch (error) {
    if (!VarveError.is(error)) throw error;
  }
  throw unknown(name);
}

async function versionOfSha(t, start) {
  const found = [];
  for await (const { version, properties } of commitsOf(t)) {
    if (properties?.sha?.startsWith(start)) found.push(version);
  }
  if (found.length > 1)
    throw new RepositoryError(`${start} is the beginning of ${found.length} commits: write more of it.`);
  if (found.length === 0) throw unknown(start);
  return found[0];
}

function unknown(name) {
  return new RepositoryError(
    `Nothing is called ${JSON.stringify(name)} here: give a tag, a date such as 2024-05-01, "3 months ago", the beginning of a sha, or #12 for version 12.`,
  );
}
