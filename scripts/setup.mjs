// Everything between a fresh clone and a package that runs: development packages, the native module, the TypeScript build.
// It says what it does while it does it, and does nothing twice: each step is skipped while its inputs are unchanged.
// Node's own modules only, because this runs before anything is installed.
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { at, filesBelow, hashOf, readJson } from "./support/files.mjs";
import { findCargo, onPath, outputOf, run, runNpm } from "./support/run.mjs";

const nodeAtLeast = 20;
const module = "native/varve.node";
const types = "src/sdk/native/binding.d.ts";
const typesHeader = "// Generated from native/node by `npm run build`: do not edit.\n";
const manifest = "native/Cargo.toml";
const buildStamp = "node_modules/.cache/varve/build.json";

/** What the last build of the native module left behind: its inputs, its outputs and how long it took. */
export const moduleStamp = "native/target/varve-module.json";

class SetupError extends Error {}

function say(sentence) {
  console.log(`setup: ${sentence}`);
}

function writeStamp(path, stamp) {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), `${JSON.stringify(stamp, undefined, 2)}\n`);
}

function checkNode() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major >= nodeAtLeast) return;
  throw new SetupError(
    `Node ${nodeAtLeast} or newer is needed, this is ${process.versions.node}. See https://nodejs.org.`,
  );
}

/** Whether node_modules holds what package-lock.json asks for (npm keeps a copy of the lock file there). */
function isInstalled() {
  const lock = readJson("package-lock.json");
  const installed = readJson("node_modules/.package-lock.json")?.packages;
  if (!lock || !installed) return false;
  const wanted = JSON.stringify(readJson("package.json")?.devDependencies);
  if (JSON.stringify(lock.packages[""].devDependencies) !== wanted) return false;
  return Object.entries(lock.packages).every(
    ([path, entry]) => path === "" || entry.optional || installed[path]?.version === entry.version,
  );
}

function install() {
  if (isInstalled()) return;
  say("installing the development packages (npm ci; about half a minute)");
  if (!runNpm(["ci", "--no-audit", "--no-fund", "--loglevel=error"])) {
    throw new SetupError("npm ci failed: see above. The npm registry must be reachable.");
  }
}

function checkRust() {
  if (!findCargo()) {
    throw new SetupError(
      "Rust is needed to build the native module. Install it from https://rustup.rs, then run this again.",
    );
  }
  const wanted = /rust-version = "(\d+)\.(\d+)/.exec(readFileSync(at(manifest), "utf8"));
  const found = /^rustc (\d+)\.(\d+)/.exec(outputOf("rustc", ["--version"]) ?? "");
  if (!found) {
    throw new SetupError(
      "`rustc --version` fails. Install Rust from https://rustup.rs (`rustup default stable`).",
    );
  }
  if (wanted && (Number(found[1]) - Number(wanted[1]) || Number(found[2]) - Number(wanted[2])) < 0) {
    throw new SetupError(
      `Rust ${wanted[1]}.${wanted[2]} or newer is needed, this is ${found[1]}.${found[2]}. Run \`rustup update stable\`.`,
    );
  }
  if (process.platform === "linux" && !onPath("cc")) {
    throw new SetupError(
      "A C linker is needed to build the native module (on Debian: apt-get install gcc libc6-dev).",
    );
  }
}

/** The sources the native module is made of: not the tests beside them. */
function moduleInputs() {
  const isInput = (path) =>
    /^native\/([^/]+\/(src\/.+|Cargo\.toml|build\.rs)|Cargo\.(toml|lock)|\.cargo\/.+)$/.test(path);
  return hashOf([...filesBelow("native", isInput), "node_modules/@napi-rs/cli/package.json"]);
}

function moduleOutputs() {
  if (!existsSync(at(module)) || !existsSync(at(types))) return undefined;
  const { size, mtimeMs } = statSync(at(module));
  return `${size} ${mtimeMs} ${hashOf([types])}`;
}

/** Runs napi: cargo's release build, the module copied to native/, its types written. */
function runNapi() {
  const build = ["build", "--release", "--no-js", "--manifest-path", "native/node/Cargo.toml"];
  const places = ["--target-dir", at("native/target"), "--package-json-path", "package.json"];
  const outputs = ["--output-dir", "native", "--dts", `../${types}`, "--dts-header", typesHeader];
  const napi = at("node_modules/@napi-rs/cli/dist/cli.js");
  if (!run(process.execPath, [napi, ...build, ...places, ...outputs])) {
    throw new SetupError("the native module does not build: see above.");
  }
  if (!moduleOutputs()) throw new SetupError(`the build left no ${module} or no ${types}.`);
}

/** Downloads the crates, so that the time of the build is the compiler's alone. */
function fetchCrates() {
  say("fetching the Rust crates");
  const host = /^host: (.+)$/m.exec(outputOf("rustc", ["-vV"]) ?? "")?.[1];
  run("cargo", ["fetch", "--quiet", "--manifest-path", at(manifest), ...(host ? ["--target", host] : [])]);
}

function buildModule() {
  const inputs = moduleInputs();
  const stamp = readJson(moduleStamp);
  if (stamp?.inputs === inputs && stamp.outputs === moduleOutputs()) return;
  checkRust();
  const cold = !existsSync(at("native/target/release/deps"));
  if (cold) fetchCrates();
  const why = cold ? "some minutes, the first time only" : "its sources have changed";
  say(`building the native module (release; ${why})`);
  mkdirSync(dirname(at(types)), { recursive: true });
  const start = performance.now();
  runNapi();
  const seconds = Math.round((performance.now() - start) / 1000);
  if (!readFileSync(at(types), "utf8").includes("export")) {
    // The macros write types while the crate is compiled: a crate that cargo took from its cache leaves none.
    run("cargo", [
      "clean",
      "--quiet",
      "--release",
      "--package",
      "varve-node",
      "--manifest-path",
      at(manifest),
    ]);
    runNapi();
  }
  writeStamp(moduleStamp, { inputs, outputs: moduleOutputs(), seconds, cold });
  say(`built ${module} in ${seconds} s`);
}

function buildPackage() {
  const configuration = [
    "package.json",
    "package-lock.json",
    "tsconfig.json",
    "tsconfig.browser.json",
    "tsdown.config.ts",
  ];
  const inputs = hashOf([...filesBelow("src"), ...configuration]);
  if (readJson(buildStamp)?.inputs === inputs && existsSync(at("dist/index.js"))) return;
  say("building dist/ from the TypeScript sources");
  if (!run(process.execPath, [at("node_modules/tsdown/dist/run.mjs"), "--logLevel", "warn"])) {
    throw new SetupError("the TypeScript sources do not build: see above.");
  }
  writeStamp(buildStamp, { inputs });
}

/** Does what is still to be done. Ends the process with a sentence where something is missing. */
export function setup() {
  try {
    checkNode();
    install();
    buildModule();
    buildPackage();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`setup: ${error.message}`);
    process.exit(1);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  setup();
}
