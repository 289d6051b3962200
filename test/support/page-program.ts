// Pages of the documentation hold programs: their blocks of TypeScript, one after another, and what they print.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** The program of a page, and the output that the page claims. */
export function pageProgram(page: string): { program: string; output: string } {
  const markdown = readFileSync(join(root, page), "utf8");
  const blocks = (language: string): string =>
    [...markdown.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
      .filter((match) => match[1] === language)
      .map((match) => match[2] ?? "")
      .join("");
  return { program: blocks("ts"), output: blocks("text") };
}

/** Runs a program in an empty project that has the package installed, and returns what it prints. */
export function runAsUser(program: string): string {
  const project = mkdtempSync(join(tmpdir(), "varve-page-"));
  try {
    mkdirSync(join(project, "node_modules"));
    symlinkSync(root, join(project, "node_modules", "varve"), "junction");
    for (const scope of ["@langchain", "@duckdb"])
      symlinkSync(join(root, "node_modules", scope), join(project, "node_modules", scope), "junction");
    // Pages are TypeScript, which not every Node runs.
    const { ESNext: module } = ts.ModuleKind;
    const { outputText } = ts.transpileModule(program, {
      compilerOptions: { module, target: ts.ScriptTarget.ES2022, verbatimModuleSyntax: true },
    });
    writeFileSync(join(project, "page.mjs"), outputText);
    const { status, stdout, stderr } = spawnSync(process.execPath, ["page.mjs"], {
      cwd: project,
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`The program of the page ended with ${status}:\n${stderr}`);
    return stdout;
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}
