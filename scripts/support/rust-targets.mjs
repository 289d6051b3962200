// Which targets Rust can compile for here: those whose standard library is installed (rustup target add, or a package of the system), or
// can be built from its source (rustup component add rust-src; on Debian `apt-get install rustc-web cargo-web rust-web-src`).
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { outputOf } from "./run.mjs";

/** Compilers in the order in which they are asked: the usual one, and the one that Debian installs beside it. */
function compilers() {
  const named = process.env.RUSTC === undefined ? [] : [process.env.RUSTC];
  return [...named, "rustc", "/usr/bin/rustc"].filter(
    (rustc) => outputOf(rustc, ["--version"]) !== undefined,
  );
}

function hasLibrary(rustc, target) {
  const place = outputOf(rustc, ["--print", "target-libdir", "--target", target]);
  return place !== undefined && existsSync(place) && readdirSync(place).some((name) => /^libstd-/.test(name));
}

function hasSource(rustc) {
  const sysroot = outputOf(rustc, ["--print", "sysroot"]);
  return sysroot !== undefined && existsSync(join(sysroot, "lib/rustlib/src/rust/library/std/src/lib.rs"));
}

/** How a target can be compiled for, with the arguments and variables of cargo that this takes; `undefined` where it cannot. */
export function wayTo(target) {
  const found = compilers();
  const ready = found.find((rustc) => hasLibrary(rustc, target));
  const rustc = ready ?? found.find(hasSource);
  if (rustc === undefined) return undefined;
  const own = join(dirname(rustc), "cargo");
  const cargo = rustc.includes("/") && existsSync(own) ? own : "cargo";
  // A library that is built from its source is one of nightly's things, and the variable asks a stable compiler for them.
  return ready === undefined
    ? { cargo, args: ["-Zbuild-std=std,panic_unwind"], env: { RUSTC: rustc, RUSTC_BOOTSTRAP: "1" } }
    : { cargo, args: [], env: { RUSTC: rustc } };
}
