// Adds to package-lock.json the packages for other platforms that the registry npm spoke to did not have. npm leaves such
// optional packages out without a word, and then `npm ci` refuses the lock file on every machine.
//   npm install --save-dev …; npm run lock
import { writeFileSync } from "node:fs";
import { at, readJson } from "./support/files.mjs";

const systems = ["android", "darwin", "freebsd", "linux", "openharmony", "win32"];
const processors = [
  "arm64",
  "arm",
  "ia32",
  "x64",
  "loong64",
  "mips64el",
  "ppc64",
  "riscv64",
  "s390x",
  "wasm32",
];

/** The lock entry of a package whose name ends in its platform: `cli-linux-x64-musl`. */
function entryFor(name, version, parent) {
  const words = name.split(/[-/]/);
  const os = systems.find((system) => words.includes(system));
  const cpu = processors.find((processor) => words.includes(processor));
  if (!cpu || !/^\d/.test(version)) return undefined;
  const musl = words.includes("musl");
  const glibc = os === "linux" && words.includes("gnu");
  return {
    version,
    cpu: [cpu],
    ...(parent.dev ? { dev: true } : {}),
    ...(musl || glibc ? { libc: [musl ? "musl" : "glibc"] } : {}),
    optional: true,
    ...(os ? { os: [os] } : {}),
  };
}

const lock = readJson("package-lock.json");
const added = [];
for (const parent of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const path = `node_modules/${name}`;
    const entry = lock.packages[path] ? undefined : entryFor(name, version, parent);
    if (!entry) continue;
    lock.packages[path] = entry;
    added.push(name);
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(at("package-lock.json"), `${JSON.stringify(lock, undefined, 2)}\n`);
console.log(`package-lock.json: ${added.length} packages for other platforms added`);
