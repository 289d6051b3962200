// The types of the package in a program that has neither the types of Node nor those of a browser, and checks the types of its packages.

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const entries = ["varve", "varve/ai", "varve/documents", "varve/embeddings", "varve/evaluation"];
const imports = entries.map((name, index) => `import * as m${index} from "${name}";`).join("\n");
const program = `${imports}\nexport const all = [${entries.map((_, index) => `m${index}`).join()}];\n`;

it("the types compile without @types/node", () => {
  const project = mkdtempSync(join(tmpdir(), "varve-types-"));
  try {
    const own = join(project, "node_modules", "varve");
    mkdirSync(own, { recursive: true });
    for (const path of ["dist", "package.json"])
      cpSync(join(root, path), join(own, path), { recursive: true });
    const options = {
      noEmit: true,
      strict: true,
      module: "nodenext",
      target: "es2022",
      lib: ["es2022"],
      types: [],
    };
    writeFileSync(
      join(project, "tsconfig.json"),
      JSON.stringify({ compilerOptions: options, files: ["a.mts", "a.cts"] }),
    );
    for (const file of ["a.mts", "a.cts"]) writeFileSync(join(project, file), program);
    const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
    const { stdout } = spawnSync(process.execPath, [tsc, "-p", project], { encoding: "utf8" });
    expect(stdout).toBe("");
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}, 60_000);
