// The command as a user runs it: the built file, in a process of its own.
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The built command. */
export const command = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));

/** What a run of the command left behind. */
export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder of its own in which the command runs. */
export class Workplace {
  readonly folder: string = mkdtempSync(join(tmpdir(), "varve-cli-"));

  /** Runs `varve` with these arguments. */
  run(...args: readonly string[]): Run {
    const env = { ...process.env, VARVE_DEBUG: "", NO_COLOR: "" };
    const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...args], {
      cwd: this.folder,
      encoding: "utf8",
      env,
    });
    return { code: status, stdout, stderr };
  }

  /** Runs `varve` with these arguments and `--json`, and returns what it prints; it must succeed. */
  json<T>(...args: readonly string[]): T {
    const { code, stdout, stderr } = this.run(...args, "--json");
    if (code !== 0) throw new Error(`varve ${args.join(" ")} ended with ${code}: ${stderr}`);
    return JSON.parse(stdout) as T;
  }

  /** Starts `varve` and lets `whileRunning` act on the process; returns how it ended. */
  async start(
    args: readonly string[],
    whileRunning: (kill: (signal: NodeJS.Signals) => void) => Promise<void>,
  ): Promise<Run> {
    const child = spawn(process.execPath, [command, ...args], { cwd: this.folder });
    const output = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output.stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      output.stderr += text;
    });
    const closed = new Promise<number | null>((resolve) => child.on("close", resolve));
    await whileRunning((signal) => child.kill(signal));
    return { code: await closed, ...output };
  }

  /** Writes a file; missing folders are made. */
  write(path: string, content: string | Uint8Array): void {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }

  /** Removes a file or folder. */
  remove(path: string): void {
    rmSync(join(this.folder, path), { recursive: true });
  }

  /** Removes everything. */
  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
