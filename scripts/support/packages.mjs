// The packages of this repository, and of the examples that have their own.
import { readJson } from "./files.mjs";

/** Whether a folder's node_modules holds what its package-lock.json asks for (npm keeps a copy of the lock file there). */
export function isInstalled(folder = ".") {
  const lock = readJson(`${folder}/package-lock.json`);
  const installed = readJson(`${folder}/node_modules/.package-lock.json`)?.packages;
  const wanted = readJson(`${folder}/package.json`);
  if (!lock || !installed || !wanted) return false;
  const declared = (manifest) => JSON.stringify([manifest.dependencies, manifest.devDependencies]);
  if (declared(lock.packages[""]) !== declared(wanted)) return false;
  // What a link leads to is not npm's to install.
  return Object.entries(lock.packages)
    .filter(([path, { optional, link }]) => path.startsWith("node_modules/") && !optional && !link)
    .every(([path, { version }]) => installed[path]?.version === version);
}
