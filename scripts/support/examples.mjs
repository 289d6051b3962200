// Examples that are packages of their own: a folder below examples/ with a package-lock.json.
import { existsSync, readdirSync } from "node:fs";
import { at, readJson } from "./files.mjs";
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

/** Installs the packages of an example where they are missing or old. Returns whether they are there. */
export function installExample(name) {
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
