// What a release refuses to pack: a module for another system, for a newer glibc than is promised, or without an entry for Node.

import { expect, test } from "vitest";

interface Platform {
  readonly name: string;
  readonly os: string;
  readonly cpu: string;
  readonly libc?: string;
}
interface ModuleFile {
  readonly problemsOf: (bytes: Buffer, platform: Platform, glibc: string) => string[];
}
const file = new URL("../../scripts/release/module-file.mjs", import.meta.url);
const { problemsOf } = (await import(file.href)) as ModuleFile;

const linux: Platform = { name: "linux-x64-gnu", os: "linux", cpu: "x64", libc: "glibc" };

function elf(machine: number, strings: readonly string[]): Buffer {
  const header = Buffer.alloc(64);
  header.writeUInt32BE(0x7f454c46, 0);
  header.writeUInt16LE(machine, 18);
  return Buffer.concat([header, Buffer.from(`\0${strings.join("\0")}\0`)]);
}

const good = ["napi_register_module_v1", "libc.so.6", "GLIBC_2.2.5", "GLIBC_2.17"];

test.each([
  ["one that fits", elf(62, good), linux, []],
  ["an older processor's", elf(3, good), linux, ["linux-x64-gnu: the module is for linux "]],
  ["one for ARM", elf(183, good), linux, ["linux-x64-gnu: the module is for linux arm64"]],
  [
    "a newer glibc",
    elf(62, [...good, "GLIBC_2.35"]),
    linux,
    ["linux-x64-gnu: it needs glibc 2.35, and 2.17 is promised"],
  ],
  [
    "no entry",
    elf(62, ["libc.so"]),
    linux,
    ["linux-x64-gnu: it exports no entry for Node", "linux-x64-gnu: it is linked with musl"],
  ],
  ["a text", Buffer.alloc(100, "x"), linux, ["linux-x64-gnu: the module is for no known system "]],
  ["an empty file", Buffer.alloc(0), linux, ["linux-x64-gnu: the module is for no known system "]],
])("%s", (_, bytes, platform, problems) => {
  expect(problemsOf(bytes, platform, "2.17")).toEqual(problems);
});
