// Builds the website of site/, after what is missing is installed:
//   npm run site -- --open
import { spawnSync } from "node:child_process";
import { setup } from "./setup.mjs";
import { at } from "./support/files.mjs";
import { runNpm } from "./support/run.mjs";

setup();
const installed = runNpm(["ci", "--prefix", at("site"), "--no-audit", "--no-fund", "--loglevel=error"]);
if (!installed) {
  console.error("site: npm ci failed: see above. The npm registry must be reachable.");
  process.exit(1);
}
const { status } = spawnSync(process.execPath, [at("site/build.mjs"), ...process.argv.slice(2)], {
  stdio: "inherit",
});
process.exitCode = status ?? 1;
