// Makes a release: docs/releasing.md says when and in which order. Nothing is published without --publish.
//   node scripts/release.mjs build [PLATFORM]   builds the modules that this machine can build, into .release/modules/PLATFORM/varve.node
//   node scripts/release.mjs check              packs all that was built, holds it to its budgets, installs it and runs the example of the README.
//                                               For this platform it takes native/varve.node where no module was built for the release.
//     --node PATH                               another Node to run it under; as often as you like
//   node scripts/release.mjs weigh              packs nothing, and holds what would be packed with native/varve.node to its budgets (the gate)
//   node scripts/release.mjs publish            says what it would publish; with --publish it does
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { parseArgs } from "node:util";
import { build } from "./release/build.mjs";
import { archives, pack } from "./release/pack.mjs";
import { moduleOf, stage, thisPlatform } from "./release/packages.mjs";
import { publish } from "./release/publish.mjs";
import { tryRelease } from "./release/try.mjs";
import { at } from "./support/files.mjs";

function packed(modules, isRelease) {
  rmSync(at(archives), { recursive: true, force: true });
  mkdirSync(at(archives), { recursive: true });
  return pack(stage(undefined, modules), { written: archives, isRelease });
}

/** The module of a clone, for a platform that has none of a release. */
function moduleHere(name) {
  return existsSync(at(moduleOf(name))) || name !== thisPlatform()?.name
    ? moduleOf(name)
    : "native/varve.node";
}

async function check(nodes) {
  const isRelease = existsSync(at(moduleOf(thisPlatform()?.name ?? "none")));
  if (!isRelease) console.log("release: with native/varve.node, which only this machine's system can load");
  const { packed: found, problems } = packed(moduleHere, isRelease);
  problems.push(...(await tryRelease(found, archives, [process.execPath, ...nodes])));
  for (const problem of problems) console.error(`release: ${problem}`);
  return problems.length === 0;
}

/** What the packages would weigh with the module of this clone. */
function weigh() {
  const modules = (name) => (name === thisPlatform()?.name ? "native/varve.node" : ".release/none");
  const { problems } = pack(stage(".release/weighed", modules), { isRelease: false });
  for (const problem of problems) console.error(`release: ${problem}`);
  return problems.length === 0;
}

function publishPacked(isReal) {
  const { packed: found, problems } = packed(moduleOf, true);
  for (const problem of problems) console.error(`release: ${problem}`);
  return problems.length === 0 && publish(found, { isReal });
}

const { values, positionals } = parseArgs({
  options: {
    node: { type: "string", multiple: true, default: [] },
    publish: { type: "boolean", default: false },
    "dry-run": { type: "boolean", default: false },
  },
  allowPositionals: true,
});
const [command, wanted = ""] = positionals;
const commands = {
  build: () => build(wanted),
  check: () => check(values.node),
  weigh,
  publish: () => publishPacked(values.publish && !values["dry-run"]),
};
if (commands[command] === undefined) {
  console.error(
    "release: say build, check, weigh or publish; the top of scripts/release.mjs says what they do",
  );
  process.exitCode = 1;
} else {
  process.exitCode = (await commands[command]()) ? 0 : 1;
}
