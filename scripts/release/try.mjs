// Installs a packed release into an empty project, as a user would, and runs the example of the README there, under every Node that is given.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { at } from "../support/files.mjs";
import { budgets } from "./pack.mjs";
import { serve } from "./registry.mjs";

/** Runs a program without holding up this process, which serves packages meanwhile. */
export function runIn(cwd, program, args, env = {}) {
  return new Promise((done) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, VARVE_NATIVE: "", VARVE_MODELS: "", ...env },
      shell: program === "npm" && process.platform === "win32",
    });
    let output = "";
    child.stdout.on("data", (bytes) => {
      output += bytes;
    });
    child.stderr.on("data", (bytes) => {
      output += bytes;
    });
    child.on("error", ({ message }) => done({ passed: false, output: message }));
    child.on("close", (status) => done({ passed: status === 0, output: output.trim() }));
  });
}

/** The example of the README and what it prints. */
function example() {
  const readme = readFileSync(at("README.md"), "utf8").replaceAll("\r\n", "\n");
  const found = /\n## Use\n\n```ts\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/.exec(readme);
  if (found === null) throw new Error("The README has no example under its heading Use.");
  return { code: found[1], prints: found[2].trim() };
}

/** The packages that an installation brought, by their folders. */
function installedPackages(project) {
  const lock = JSON.parse(readFileSync(join(project, "node_modules", ".package-lock.json"), "utf8"));
  return Object.keys(lock.packages).map((path) => path.replace(/^node_modules\//, ""));
}

/** Makes an empty project that installs packages named `varve` and `@varve/…` from an address. */
export function emptyProject(address) {
  const project = mkdtempSync(join(tmpdir(), "varve-release-"));
  writeFileSync(join(project, "package.json"), '{ "name": "tried", "private": true, "type": "module" }\n');
  writeFileSync(join(project, ".npmrc"), `@varve:registry=${address}\n`);
  return project;
}

/** Returns what is wrong with a packed release where it is installed: sentences, none where all is well. */
export async function tryRelease(packed, folder, nodes) {
  const { address, close } = await serve(packed, folder);
  const project = emptyProject(address);
  const problems = [];
  try {
    const options = ["--no-audit", "--no-fund", "--loglevel=error", `--registry=${address}`];
    const installed = await runIn(project, "npm", ["install", "varve", ...options]);
    if (!installed.passed) return [`npm install fails: ${installed.output}`];
    const packages = installedPackages(project);
    console.log(`release: npm installed ${packages.join(", ")}`);
    if (packages.length !== budgets.packages)
      problems.push(`an installation has ${packages.length} packages`);
    const { code, prints } = example();
    writeFileSync(join(project, "example.mjs"), code);
    for (const node of nodes) {
      const { output: version } = await runIn(project, node, ["--version"]);
      const start = performance.now();
      const { passed, output } = await runIn(project, node, ["example.mjs"]);
      const milliseconds = Math.round(performance.now() - start);
      const right = passed && output === prints;
      console.log(
        `release: the example of the README under Node ${version}: ${right ? "right" : "WRONG"}, ${milliseconds} ms`,
      );
      if (!right) problems.push(`the example of the README under ${node}: ${output}`);
    }
    return problems;
  } finally {
    await close();
    rmSync(project, { recursive: true, force: true });
  }
}
