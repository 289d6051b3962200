// What npm would publish, unpacked into an empty project: every export must load from both module systems, and nothing may be
// missing that the sources have beside them.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

interface PackageFile {
  exports: Record<string, unknown>;
  files: string[];
  dependencies?: Record<string, string>;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as PackageFile;
const subpaths = Object.keys(manifest.exports).filter((path) => !path.endsWith(".json"));

let project: string;

function node(...args: string[]): string {
  return execFileSync(process.execPath, args, { cwd: project, encoding: "utf8" }).trim();
}

function npm(...args: string[]): string {
  const own = process.env["npm_execpath"];
  const found = own?.endsWith("npm-cli.js") === true;
  const [program, first] = found ? [process.execPath, [own]] : ["npm", []];
  return execFileSync(program, [...first, ...args], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
}

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "varve-package-"));
  const [{ filename }] = JSON.parse(npm("pack", "--json", "--pack-destination", project)) as [
    { filename: string },
  ];
  mkdirSync(join(project, "node_modules", "varve"), { recursive: true });
  execFileSync("tar", ["-xzf", filename, "-C", join("node_modules", "varve"), "--strip-components=1"], {
    cwd: project,
  });
  // What an entry cannot be without: its class stands on one of the framework's, or it is about nothing else.
  for (const scope of ["@langchain", "@llamaindex", "@mastra", "@opentelemetry"]) {
    symlinkSync(join(root, "node_modules", scope), join(project, "node_modules", scope), "junction");
  }
}, 60_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

describe("the packed package", () => {
  it.each(subpaths)("exports the same names from %s to import and to require", (subpath) => {
    const name = `varve${subpath.slice(1)}`;
    const names = "Object.keys(m).filter((key) => key !== '__esModule').sort().join()";
    const imported = node("--input-type=module", "-e", `import * as m from "${name}"; console.log(${names})`);
    const required = node(
      "--input-type=commonjs",
      "-e",
      `const m = require("${name}"); console.log(${names})`,
    );
    expect(imported).not.toBe("");
    expect(required).toBe(imported);
  });

  it("opens a database from a script that is no file, in both module systems", () => {
    const open = `.then((m) => m.connect("memory:")).then((db) => console.log(typeof db))`;
    expect(node("-e", `import("varve")${open}`)).toBe("object");
    expect(node("-e", `Promise.resolve(require("varve"))${open}`)).toBe("object");
  });

  it("brings everything it needs, and depends on nothing", () => {
    for (const path of [...manifest.files, "README.md", "LICENSE"]) {
      expect(existsSync(join(project, "node_modules", "varve", path)), path).toBe(true);
    }
    expect(manifest.dependencies).toBeUndefined();
  });
});
