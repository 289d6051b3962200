// Packs staged packages as npm would publish them, and holds each to what it may weigh.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { at } from "../support/files.mjs";
import { glibc } from "./build.mjs";
import { problemsOf } from "./module-file.mjs";
import { folder, platforms } from "./packages.mjs";

/** In megabytes, as they are downloaded; `installed` is what an installation takes on the disk, with its number of packages. */
export const budgets = { main: 1, platform: 6.8, model: 8, installed: 25, packages: 3 };

const megabytes = (bytes) => Number((bytes / 1e6).toFixed(2));

function kindOf(name) {
  if (name === "varve") return "main";
  return name.startsWith("@varve/model-") ? "model" : "platform";
}

/** Runs npm in the top folder and returns what it printed. */
export function npm(args, options = {}) {
  const own = process.env.npm_execpath;
  const [program, first] = own?.endsWith("npm-cli.js") ? [process.execPath, [own]] : ["npm", []];
  const result = spawnSync(program, [...first, ...args], {
    cwd: at(),
    encoding: "utf8",
    shell: program === "npm" && process.platform === "win32",
    maxBuffer: 64 << 20,
    ...options,
  });
  return { passed: result.status === 0, stdout: result.stdout, stderr: result.stderr };
}

/** Packs one staged package; `written` is where the archive goes, or nothing where only its size is asked. */
function packOne(staged, written) {
  const place = written === undefined ? ["--dry-run"] : ["--pack-destination", at(written)];
  const { passed, stdout, stderr } = npm(["pack", at(staged.folder), "--json", "--ignore-scripts", ...place]);
  if (!passed) throw new Error(`npm pack fails for ${staged.name}: ${stderr}`);
  const [{ filename, size, unpackedSize, integrity, shasum }] = JSON.parse(stdout);
  return { ...staged, filename, size, unpackedSize, integrity, shasum };
}

/** What is wrong with the modules of staged packages. */
function moduleProblems(staged) {
  return staged.flatMap(({ name, folder: place }) => {
    const platform = platforms.find((known) => `@varve/${known.name}` === name);
    if (platform === undefined) return [];
    return problemsOf(readFileSync(at(place, "varve.node")), platform, glibc);
  });
}

/** What is over its budget. Prints every figure. */
function weightProblems(packed) {
  const problems = [];
  const hold = (what, figure, budget, unit) => {
    console.log(`release: ${what}: ${figure}${unit}, at most ${budget}${unit}`);
    if (figure > budget) problems.push(`${what}: ${figure}${unit}, and at most ${budget}${unit} are allowed`);
  };
  for (const { name, size } of packed) hold(name, megabytes(size), budgets[kindOf(name)], " MB");
  const platformSizes = packed
    .filter(({ name }) => kindOf(name) === "platform")
    .map((one) => one.unpackedSize);
  const others = packed.filter(({ name }) => kindOf(name) !== "platform");
  const largest = Math.max(0, ...platformSizes);
  const total = others.reduce((sum, one) => sum + one.unpackedSize, largest);
  hold("an installation", megabytes(total), budgets.installed, " MB");
  hold("an installation", others.length + 1, budgets.packages, " packages");
  return problems;
}

/** Packs what was staged into `written`, or only measures it. `isRelease` says whether modules must be those that are published. */
export function pack(staged, { written, isRelease = true } = {}) {
  const packed = staged.map((one) => packOne(one, written));
  return { packed, problems: [...(isRelease ? moduleProblems(staged) : []), ...weightProblems(packed)] };
}

/** Where the archives of a release lie. */
export const archives = join(folder, "archives");
