// Running other programs.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { root } from "./files.mjs";

const windows = process.platform === "win32";

/** Runs a program in the top folder, its output shown. Returns whether it succeeded. */
export function run(program, args, env = {}) {
  const result = spawnSync(program, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...env } });
  return result.status === 0;
}

/** What a program prints, or `undefined` where it is missing or fails. */
export function outputOf(program, args) {
  const result = spawnSync(program, args, { cwd: root, encoding: "utf8", maxBuffer: 64 << 20 });
  return result.status === 0 ? result.stdout.trim() : undefined;
}

/** Runs npm: the one that runs us, where there is one. */
export function runNpm(args) {
  const own = process.env.npm_execpath;
  if (own?.endsWith("npm-cli.js")) return run(process.execPath, [own, ...args]);
  const result = spawnSync("npm", args, { cwd: root, stdio: "inherit", shell: windows });
  return result.status === 0;
}

/** Whether a program can be found. */
export function onPath(program) {
  const name = windows ? `${program}.exe` : program;
  return (process.env.PATH ?? "").split(delimiter).some((folder) => folder && existsSync(join(folder, name)));
}

/** Puts cargo on this process's path where rustup installed it but the shell does not know yet. */
export function findCargo() {
  if (onPath("cargo")) return true;
  const folder = join(process.env.CARGO_HOME ?? join(homedir(), ".cargo"), "bin");
  process.env.PATH = `${folder}${delimiter}${process.env.PATH ?? ""}`;
  return onPath("cargo");
}
