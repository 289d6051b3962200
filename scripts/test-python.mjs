// Builds the module of Python and runs the tests of its package.
//   npm run test:python               a debug build, into the sources; arguments go to pytest
//   npm run test:python -- --gate     the same, and what the tests of Rust are made of
//   npm run test:python -- --wheel    release wheels, installed into a new environment
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { at } from "./support/files.mjs";
import { findCargo, onPath, outputOf, run } from "./support/run.mjs";

const windows = process.platform === "win32";
const cache = "node_modules/.cache/varve";
const model = "varve-static-en";
/** What the tests use. torch is large, and its test is skipped where it is missing. */
const packages = ["pyarrow", "numpy", "pandas", "polars", "duckdb", "pytest", "mypy", "ruff"];

function must(ok, what) {
  if (!ok) throw new Error(`${what} failed: see above`);
}

/** An environment with packages, made where it is missing. Returns its Python. */
function environment(name, wanted) {
  const folder = join(cache, name);
  const python = windows ? join(folder, "Scripts", "python.exe") : join(folder, "bin", "python");
  if (!existsSync(at(python))) must(run(windows ? "python" : "python3", ["-m", "venv", folder]), "venv");
  const modules = wanted.filter((one) => !one.includes("/")).map((one) => one.replace("-", "_"));
  const tried = outputOf(python, ["-c", `import ${modules.join(", ")}`]);
  const isThere = modules.length === wanted.length && tried !== undefined;
  if (!isThere) install(python, wanted);
  return at(python);
}

function install(python, wanted) {
  must(run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...wanted]), "pip");
}

/**
 * A debug build, beside the sources of the package. In the gate all crates and their tests are built, with the features that the tests have, so that
 * `cargo test` builds nothing of it again.
 */
function buildDebug(whole) {
  const what = whole ? ["--workspace", "--lib", "--tests"] : ["-p", "varve-python"];
  const args = ["build", "--manifest-path", "native/Cargo.toml", ...what];
  must(findCargo() && run("cargo", args), "cargo");
  const names = { win32: ["_native.dll", "pyd"], darwin: ["lib_native.dylib", "abi3.so"] };
  const [from, ending] = names[process.platform] ?? ["lib_native.so", "abi3.so"];
  copyFileSync(at("native/target/debug", from), at(`python/src/varve/_native.${ending}`));
}

/** Wheels of the package and of its model, as they are published. Returns their paths. */
function buildWheels() {
  const python = environment("python-build", ["maturin", "hatchling"]);
  const out = join(cache, "wheels");
  rmSync(at(out), { recursive: true, force: true });
  copyFileSync(at("LICENSE"), at("python/LICENSE"));
  const data = at("python/model/varve_model_en");
  mkdirSync(data, { recursive: true });
  for (const file of readdirSync(at("models", model))) {
    if (file !== "package.json") cpSync(at("models", model, file), join(data, file));
  }
  const wheel = ["-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "--disable-pip-version-check"];
  // pip finds maturin on the path.
  const path = [dirname(python), process.env.PATH].join(delimiter);
  must(run(python, [...wheel, "--wheel-dir", out, "./python", "./python/model"], { PATH: path }), "pip");
  return readdirSync(at(out)).map((file) => {
    console.log(`${file}: ${(statSync(at(out, file)).size / 1e6).toFixed(2)} MB`);
    return join(out, file);
  });
}

const args = process.argv.slice(2);
const asWheel = args[0] === "--wheel";
const asGate = args[0] === "--gate";
if (!onPath("python3") && !windows) throw new Error("python3 is missing");
let python;
if (asWheel) {
  const wheels = buildWheels();
  rmSync(at(cache, "python-wheel"), { recursive: true, force: true });
  python = environment("python-wheel", [...packages, ...wheels]);
} else {
  buildDebug(asGate);
  python = environment("python-sdk", packages);
  for (const [tool, ...rest] of [
    ["ruff", "check"],
    ["ruff", "format", "--check"],
    ["mypy", "--config-file"],
  ]) {
    const what = tool === "mypy" ? "python/pyproject.toml" : "python";
    must(run(python, ["-m", tool, ...rest, what, ...(tool === "mypy" ? ["python/src"] : [])]), tool);
  }
}
const path = asWheel ? "" : [at("python/src"), process.env.PYTHONPATH].filter(Boolean).join(delimiter);
const pytest = [
  "-m",
  "pytest",
  "-q",
  "-p",
  "no:cacheprovider",
  "-c",
  "python/pyproject.toml",
  "--rootdir",
  "python",
];
const rest = args.slice(asWheel || asGate ? 1 : 0);
const ok = run(python, [...pytest, ...(rest.length > 0 ? rest : ["python/tests"])], { PYTHONPATH: path });
process.exitCode = ok ? 0 : 1;
