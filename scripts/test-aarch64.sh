#!/bin/sh
# Runs Rust tests for 64-bit ARM on an x86-64 Debian machine, as root:
#
#   scripts/test-aarch64.sh                          the kernels, whose NEON code runs nowhere else here, and the engine
#   scripts/test-aarch64.sh -p varve-engine filter   any other arguments of `cargo test`
#
# The compiler, the standard library and the linker are Debian's, the CPU is QEMU's: a Cortex-A72, which has NEON
# and nothing beyond ARMv8.0. Missing packages are installed (about 250 MB, one minute); otherwise it only tests.
# Results go to target/aarch64, so that the usual build is left alone. TARGET_DIR chooses another folder.
set -eu

cd "$(dirname "$0")/.."

if ! [ -e /lib/ld-linux-aarch64.so.1 ] || ! [ -x /usr/bin/rustc ] \
    || ! command -v aarch64-linux-gnu-gcc qemu-aarch64-static > /dev/null; then
  dpkg --add-architecture arm64
  apt-get update
  apt-get install -y --no-install-recommends \
    rustc-web libstd-rust-web-dev:arm64 gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static
fi

# cargo is the usual one. QEMU finds the ARM libc where Debian installs it: with `-L /usr/aarch64-linux-gnu` it would
# mix two builds of libc, and the first thread would never start.
export RUSTC=/usr/bin/rustc
export CARGO_TARGET_DIR="${TARGET_DIR:-native/target/aarch64}"
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="qemu-aarch64-static -cpu cortex-a72"

[ $# -gt 0 ] || set -- -p varve-kernels -p varve-engine --no-fail-fast
exec cargo test --manifest-path native/Cargo.toml --target aarch64-unknown-linux-gnu --lib --tests "$@"
