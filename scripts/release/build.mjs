// Builds the native modules that this machine can build. Linux modules go through zig (pip install cargo-zigbuild ziglang), which links against
// the glibc that is named, whatever the machine has; modules for macOS and Windows are built on those systems.
import { copyFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { at } from "../support/files.mjs";
import { findCargo, onPath, run } from "../support/run.mjs";
import { wayTo } from "../support/rust-targets.mjs";
import { moduleOf, platforms } from "./packages.mjs";

/** The oldest glibc that a module for Linux loads with. */
export const glibc = "2.17";

const targetFolder = "native/target/release-modules";
const libraries = { linux: "libvarve_node.so", darwin: "libvarve_node.dylib", win32: "varve_node.dll" };

/** Why a platform cannot be built for here; `undefined` where it can. */
function obstacle({ os, target }) {
  if (os !== "linux" && os !== process.platform) return `it is built on ${os}`;
  if (os === "linux" && !(onPath("cargo-zigbuild") && (onPath("zig") || onPath("python-zig")))) {
    return "zig is missing: pip install cargo-zigbuild ziglang";
  }
  return wayTo(target) === undefined ? "Rust has no standard library for it here" : undefined;
}

function buildFor({ name, os, libc, target }) {
  const way = wayTo(target);
  const named = libc === "glibc" ? `${target}.${glibc}` : target;
  const args = ["--release", "--package", "varve-node", "--manifest-path", at("native/Cargo.toml")];
  const flags = libc === "musl" ? { RUSTFLAGS: "-C target-feature=-crt-static" } : {};
  const env = {
    ...way.env,
    ...flags,
    CARGO_TARGET_DIR: at(targetFolder),
    MACOSX_DEPLOYMENT_TARGET: "11.0",
    CARGO_INCREMENTAL: "0",
  };
  const command = os === "linux" ? "zigbuild" : "build";
  if (!run(way.cargo, [command, ...args, "--target", named, ...way.args], env)) return false;
  mkdirSync(dirname(at(moduleOf(name))), { recursive: true });
  copyFileSync(at(targetFolder, target, "release", libraries[os]), at(moduleOf(name)));
  return true;
}

/** Builds for all platforms whose name has `wanted` in it. Returns whether none failed; those that cannot be built here are named. */
export function build(wanted) {
  findCargo();
  let failed = 0;
  for (const platform of platforms.filter(({ name }) => name.includes(wanted))) {
    const why = obstacle(platform);
    if (why !== undefined) {
      console.log(`release: ${platform.name}: not built here, ${why}`);
      continue;
    }
    const start = performance.now();
    const built = buildFor(platform);
    failed += built ? 0 : 1;
    const seconds = Math.round((performance.now() - start) / 1000);
    console.log(`release: ${platform.name}: ${built ? moduleOf(platform.name) : "FAILED"}, ${seconds} s`);
  }
  return failed === 0;
}
