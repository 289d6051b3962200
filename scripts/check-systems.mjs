// Compiles the workspace for the systems that users have and this one is not, as far as their standard library can be had here:
// installed (rustup target add, or a package of the system), or built from its source (rustup component add rust-src; on Debian
// `apt-get install rustc-web cargo-web rust-web-src`). What cannot be had is skipped, and says so. Nothing is downloaded but crates.
//   node scripts/check-systems.mjs              all of them
//   node scripts/check-systems.mjs windows      those whose target has this in its name
//   node scripts/check-systems.mjs --within 300 begins with none once this many seconds are spent (the gate)
import { parseArgs } from "node:util";
import { at } from "./support/files.mjs";
import { findCargo, outputOf, run } from "./support/run.mjs";
import { wayTo } from "./support/rust-targets.mjs";

/** The one that differs most from where this is developed comes first. */
const targets = [
  "x86_64-pc-windows-msvc",
  "aarch64-apple-darwin",
  "x86_64-unknown-linux-musl",
  "aarch64-unknown-linux-gnu",
];
/** Results are kept, so that only what changed is compiled again. */
const folder = "native/target/systems";

/** Whether C can be compiled for a target: the cryptography of buckets (ring) is partly C. */
function hasC(target) {
  const known = {
    "x86_64-pc-windows-msvc": process.platform === "win32" ? ["cl"] : ["clang-cl"],
    "aarch64-apple-darwin": process.platform === "darwin" ? ["cc"] : [],
    "x86_64-unknown-linux-musl": ["musl-gcc"],
    "aarch64-unknown-linux-gnu": ["aarch64-linux-gnu-gcc"],
  };
  const named = process.env[`CC_${target.replaceAll("-", "_")}`];
  const compilers = named === undefined ? (known[target] ?? []) : [named];
  return compilers.some((compiler) => outputOf(compiler, ["--version"]) !== undefined);
}

/** Whether the workspace compiles for a target; `undefined` where that cannot be told here. */
function check(target) {
  const way = wayTo(target);
  if (way === undefined) {
    console.log(`systems: ${target}: skipped, no standard library for it is installed, and no source of one`);
    return undefined;
  }
  const args = ["check", "--quiet", "--workspace", "--manifest-path", at("native/Cargo.toml")];
  const withBuckets = hasC(target);
  if (!withBuckets) args.push("--exclude", "varve-objects", "--no-default-features");
  const env = { ...way.env, CARGO_TARGET_DIR: at(folder), RUSTFLAGS: "-D warnings" };
  const start = performance.now();
  const passed = run(way.cargo, [...args, "--target", target, ...way.args], env);
  const seconds = Math.round((performance.now() - start) / 1000);
  const without = withBuckets ? "" : ", but buckets (native/objects): skipped, no C compiler for it";
  console.log(`systems: ${target}: ${passed ? "compiles" : "DOES NOT COMPILE"}, ${seconds} s${without}`);
  return passed;
}

findCargo();
const { values, positionals } = parseArgs({
  options: { within: { type: "string", default: "Infinity" } },
  allowPositionals: true,
});
const [wanted = ""] = positionals;
const until = performance.now() + Number(values.within) * 1000;
const results = targets
  .filter((target) => target.includes(wanted))
  .map((target) => {
    if (performance.now() < until) return check(target);
    console.log(
      `systems: ${target}: skipped, the ${values.within} s are spent; \`npm run systems\` has no limit`,
    );
    return undefined;
  });
const checked = results.filter((result) => result !== undefined).length;
console.log(`systems: ${checked} of ${results.length} checked`);
process.exitCode = results.includes(false) ? 1 : 0;
