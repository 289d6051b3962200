// Runs a script of an example that has packages of its own, after everything that it needs: the repository, its packages, its build.
//   node scripts/example.mjs chat-with-docs start
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { setup } from "./setup.mjs";
import { at, filesBelow, hashOf } from "./support/files.mjs";
import { isInstalled } from "./support/packages.mjs";
import { runNpm } from "./support/run.mjs";

/** The examples with packages of their own. */
export const examples = ["chat-with-docs"];

function say(sentence) {
  console.log(`setup: ${sentence}`);
}

/** Installs and builds an example, if it is not yet. Returns whether it worked. */
export function setUpExample(name) {
  const folder = `examples/${name}`;
  if (!isInstalled(folder)) {
    say(`installing the packages of ${folder} (npm ci; some seconds)`);
    if (!runNpm(["ci", "--prefix", folder, "--no-audit", "--no-fund", "--loglevel=error"])) return false;
  }
  // Documents and pictures are read when it runs, and not built.
  const isInput = (path) => !path.includes("/corpus/") && /\.(tsx?|css|html|svg|json)$/.test(path);
  const inputs = hashOf(filesBelow(folder, isInput));
  const stamp = at(folder, "dist/build.txt");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === inputs) return true;
  say(`building ${folder}`);
  if (!runNpm(["run", "--prefix", folder, "--silent", "build"])) return false;
  writeFileSync(stamp, inputs);
  return true;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [name, ...script] = process.argv.slice(2);
  if (!examples.includes(name) || script.length === 0) {
    console.error(`node scripts/example.mjs <example> <script>, where an example is: ${examples.join(", ")}`);
    process.exit(2);
  }
  setup();
  const prefix = ["run", "--prefix", `examples/${name}`, "--silent"];
  process.exitCode = setUpExample(name) && runNpm([...prefix, ...script]) ? 0 : 1;
}
