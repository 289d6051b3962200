// Sets up what is missing, then runs an example that is a package of its own:
//   node scripts/example.mjs code-history index ../a-repository
import { spawnSync } from "node:child_process";
import { setup } from "./setup.mjs";
import { installExample } from "./support/examples.mjs";
import { at, readJson } from "./support/files.mjs";

const [name, ...args] = process.argv.slice(2);
setup();
if (!installExample(name)) {
  console.error(
    `setup: examples/${name} cannot be installed or built: see above. The npm registry must be reachable.`,
  );
  process.exit(1);
}
// Paths are meant from where the user stands: npm says where that is.
const cwd = process.env.INIT_CWD ?? process.cwd();
const { main = "src/index.mjs" } = readJson(`examples/${name}/package.json`);
const { status } = spawnSync(process.execPath, [at("examples", name, main), ...args], {
  cwd,
  stdio: "inherit",
});
process.exitCode = status ?? 1;
