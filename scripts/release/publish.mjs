// Publishes a packed release: the packages of platforms and of the model first, the main one last, so that nobody gets a `varve` whose
// modules are not there yet. What the registry has is left out, so that a release that stopped half way is run again.
import { join } from "node:path";
import { at, readJson } from "../support/files.mjs";
import { archives, npm } from "./pack.mjs";
import { platforms } from "./packages.mjs";

/** Whether the registry has a version. Fails where it cannot be asked, since "no answer" is not "not there". */
function isPublished({ name, version }) {
  const { passed, stdout, stderr } = npm(["view", `${name}@${version}`, "version", "--json"]);
  if (passed) return stdout.trim() !== "";
  if (/E404/.test(stderr) || /E404/.test(stdout)) return false;
  throw new Error(`The registry cannot be asked for ${name}@${version}: ${stderr}`);
}

/** What keeps a release from being published. */
function obstacles(packed) {
  const names = packed.map(({ name }) => name);
  const missing = platforms.filter(({ name }) => !names.includes(`@varve/${name}`));
  return [
    ...missing.map(({ name }) => `there is no module for ${name}: build it, or put it where it belongs`),
    ...(readJson("package.json").repository === undefined
      ? ["package.json names no repository, which a proof of provenance needs"]
      : []),
  ];
}

/** Publishes, or says what it would publish. Returns whether nothing failed. */
export function publish(packed, { isReal }) {
  const reasons = obstacles(packed);
  for (const reason of reasons) console.log(`release: ${isReal ? "" : "would not publish: "}${reason}`);
  if (isReal && reasons.length > 0) return false;
  for (const one of packed) {
    const label = `${one.name}@${one.version}`;
    if (isPublished(one)) {
      console.log(`release: ${label} is published already`);
      continue;
    }
    if (!isReal) {
      console.log(`release: would publish ${label}`);
      continue;
    }
    const file = at(join(archives, one.filename));
    const { passed, stderr } = npm(["publish", file, "--access", "public", "--provenance"]);
    console.log(`release: ${label}: ${passed ? "published" : `FAILED: ${stderr}`}`);
    if (!passed) return false;
  }
  return true;
}
