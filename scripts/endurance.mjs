// Packs the package as npm would publish it, installs that into an empty project, and has many processes write there, and be killed:
//   npm run endurance                   1,000 kills, then 8 processes with 500 commits each; minutes
//   npm run endurance -- --seed 7       the same with other operations at other moments
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setup } from "./setup.mjs";
import { at, readJson } from "./support/files.mjs";
import { run, runNpm } from "./support/run.mjs";

const RUNS = [
  ["--writers", "6", "--commits", "20", "--kills", "1000"],
  ["--writers", "8", "--commits", "500"],
];

setup();
const project = mkdtempSync(join(tmpdir(), "varve-endurance-project-"));
writeFileSync(join(project, "package.json"), JSON.stringify({ private: true, type: "module" }));
cpSync(at("test/endurance"), project, { recursive: true });
const tarball = join(project, `varve-${readJson("package.json").version}.tgz`);
const packed = runNpm(["pack", "--silent", "--pack-destination", project]);
const installed =
  packed && runNpm(["install", "--prefix", project, "--silent", "--no-audit", "--no-fund", tarball]);
const more = process.argv.slice(2);
const ok =
  installed && RUNS.every((args) => run(process.execPath, [join(project, "index.mjs"), ...args, ...more]));
rmSync(project, { recursive: true, force: true });
process.exitCode = ok ? 0 : 1;
