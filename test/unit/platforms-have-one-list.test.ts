// The loader, the release and the files that bundlers trace name the same packages.

import { basename, dirname } from "node:path";
import { expect, test } from "vitest";
import platforms from "../../scripts/release/platforms.json";
import { packagedFiles } from "../../src/package-folder";
import { PLATFORMS, platformName, platformsOf } from "../../src/platform-package";

test("the loader, the release and the traced files name the same platforms", () => {
  expect(platforms.map(({ name }) => name)).toEqual([...PLATFORMS]);
  expect(packagedFiles()?.prebuilt.map((file) => basename(dirname(file)))).toEqual([...PLATFORMS]);
});

const gnu = (): "gnu" => "gnu";
const musl = (): "musl" => "musl";
const never = (): never => {
  throw new Error("asked for the C library");
};

test.each([
  [{ platform: "linux", arch: "x64", libc: gnu }, "linux-x64-gnu"],
  [{ platform: "linux", arch: "arm64", libc: musl }, "linux-arm64-musl"],
  [{ platform: "darwin", arch: "arm64", libc: never }, "darwin-arm64"],
  [{ platform: "win32", arch: "x64", libc: never }, "win32-x64-msvc"],
  [{ platform: "linux", arch: "riscv64", libc: never }, "linux-riscv64"],
  [{ platform: "freebsd", arch: "x64", libc: never }, "freebsd-x64"],
])("%o is called %s", (system, name) => {
  expect(platformName(system)).toBe(name);
});

test("the modules of both C libraries may load on Linux, and none where there is none", () => {
  expect(platformsOf({ platform: "linux", arch: "x64", libc: never })).toEqual([
    "linux-x64-gnu",
    "linux-x64-musl",
  ]);
  expect(platformsOf({ platform: "win32", arch: "ia32", libc: never })).toEqual([]);
});
