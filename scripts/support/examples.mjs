// Examples that are packages of their own: a folder below examples/ with a package-lock.json.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { at, filesBelow, hashOf, readJson } from "./files.mjs";
import { runNpm } from "./run.mjs";

/** The names of the examples that have packages to install. */
export function examplePackages() {
  return readdirSync(at("examples")).filter((name) => existsSync(at("examples", name, "package-lock.json")));
}

/** Whether an example's node_modules holds what its package-lock.json asks for. */
function isInstalled(folder) {
  const lock = readJson(`${folder}/package-lock.json`)?.packages;
  const installed = readJson(`${folder}/node_modules/.package-lock.json`)?.packages;
  if (!lock || !installed) return false;
  return Object.entries(lock).every(
    ([path, { version, optional }]) =>
      optional || !path.startsWith("node_modules/") || installed[path]?.version === version,
  );
}

/** Installs the packages of an example where they are missing or old, and builds it where it has a build. Returns whether it worked. */
export function installExample(name) {
  return installPackages(name) && buildExample(name);
}

function installPackages(name) {
  const folder = `examples/${name}`;
  if (isInstalled(folder)) return true;
  console.log(`setup: installing the packages of ${folder} (npm ci)`);
  return runNpm([
    "ci",
    "--prefix",
    at(folder),
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ]);
}

/** Runs the build of an example, unless nothing that it is made of has changed. */
function buildExample(name) {
  const folder = `examples/${name}`;
  if (readJson(`${folder}/package.json`)?.scripts?.build === undefined) return true;
  const inputs = hashOf(filesBelow(folder, (path) => /\.(tsx?|css|html|svg|json)$/.test(path)));
  const stamp = at(folder, "dist/build.txt");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === inputs) return true;
  console.log(`setup: building ${folder}`);
  if (!runNpm(["run", "--prefix", at(folder), "--silent", "build"])) return false;
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, inputs);
  return true;
}
