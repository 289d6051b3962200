#!/bin/sh
# Runs Rust tests as Windows programs on an x86-64 Debian machine, as root:
#
#   scripts/test-windows.sh                             the engine, whose store is another one there
#   scripts/test-windows.sh -p varve-engine log::  any other arguments of `cargo test`
#
# The compiler and the source of the standard library are Debian's, the linker is MinGW's, and Windows is Wine: it shows that the
# calls are right, not what NTFS makes of them. Missing packages are installed (about 1 GB); otherwise it only tests.
# Results go to target/windows, so that the usual build is left alone. TARGET_DIR chooses another folder.
set -eu

cd "$(dirname "$0")/.."

if ! [ -e /usr/lib/rustlib/src/rust/library/std/src/lib.rs ] || ! [ -x /usr/bin/cargo ] \
    || ! command -v wine x86_64-w64-mingw32-gcc > /dev/null; then
  apt-get update
  apt-get install -y --no-install-recommends \
    rustc-web cargo-web libstd-rust-web-dev rust-web-src gcc-mingw-w64-x86-64-win32 wine wine64
fi

export RUSTC=/usr/bin/rustc
export RUSTC_BOOTSTRAP=1 # a standard library from its source is one of nightly's things
export CARGO_TARGET_DIR="${TARGET_DIR:-native/target/windows}"
export CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER=x86_64-w64-mingw32-gcc
export CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER=wine
export WINEDEBUG=-all
export WINEPREFIX="${WINEPREFIX:-$PWD/native/target/wine}"

[ $# -gt 0 ] || set -- -p varve-engine --lib --tests --no-fail-fast
exec /usr/bin/cargo test -Zbuild-std=std,panic_unwind,test --manifest-path native/Cargo.toml \
  --target x86_64-pc-windows-gnu "$@"
