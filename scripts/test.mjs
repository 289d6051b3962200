// All tests: Rust in the development profile, then TypeScript with its type tests. The last line is `N passed, N failed`.
//   npm test                    everything
//   npm test -- --rust          the Rust workspace only
//   npm test -- --examples      the tests that lie in the examples
//   npm test -- insert.test     vitest only, with these arguments
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setup } from "./setup.mjs";
import { examplePackages, installExample } from "./support/examples.mjs";
import { at, root } from "./support/files.mjs";
import { findCargo, run } from "./support/run.mjs";

/** Runs cargo, shows what it prints, and adds up its "test result:" lines. */
async function testRust() {
  if (!findCargo()) throw new Error("cargo is missing: install Rust from https://rustup.rs");
  const args = ["test", "--manifest-path", at("native/Cargo.toml"), "--workspace", "--no-fail-fast"];
  const child = spawn("cargo", args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    output += text;
    process.stdout.write(text);
  });
  const code = await new Promise((resolve) => child.on("close", resolve));
  const totals = { passed: 0, failed: 0 };
  for (const [, passed, failed] of output.matchAll(/^test result: .*? (\d+) passed; (\d+) failed;/gm)) {
    totals.passed += Number(passed);
    totals.failed += Number(failed);
  }
  return withExit("cargo test", totals, code === 0);
}

/** Runs the vitest of a folder and reads its totals from its JSON report. */
function testTypeScript(args, within = ".") {
  const folder = mkdtempSync(join(tmpdir(), "varve-test-"));
  const report = join(folder, "report.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const vitest = [at(within, "node_modules/vitest/vitest.mjs"), "run", "--root", at(within)];
  const ok = run(process.execPath, [...vitest, ...reporters, ...args]);
  const totals = { passed: 0, failed: 0 };
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, "utf8"));
    Object.assign(totals, { passed: numPassedTests, failed: numFailedTests });
  } catch (error) {
    console.error(`vitest left no report: ${error.message}`);
  }
  rmSync(folder, { recursive: true, force: true });
  return withExit(`vitest in ${within}`, totals, ok);
}

/** The examples that bring tests, and a vitest, of their own. */
function testedExamples() {
  const folders = examplePackages().map((name) => `examples/${name}`);
  return folders.filter((folder) => existsSync(at(folder, "vitest.config.ts")));
}

/** A runner that fails without a failed test (it did not build, a file did not load) counts as one failure. */
function withExit(name, totals, ok) {
  if (ok || totals.failed > 0) return totals;
  console.error(`${name} failed without a failed test: see above`);
  return { ...totals, failed: 1 };
}

const args = process.argv.slice(2);
const rustOnly = args.includes("--rust");
const examplesOnly = args.includes("--examples");
setup();
const results = [];
if (args.length === 0 || rustOnly) results.push(await testRust());
if (!rustOnly) {
  for (const name of examplePackages()) installExample(name);
  if (!examplesOnly) results.push(testTypeScript(args));
  if (args.length === 0 || examplesOnly)
    results.push(...testedExamples().map((folder) => testTypeScript([], folder)));
}
const passed = results.reduce((sum, result) => sum + result.passed, 0);
const failed = results.reduce((sum, result) => sum + result.failed, 0);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
console.log(`${passed} passed, ${failed} failed`);
