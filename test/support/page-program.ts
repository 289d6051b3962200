// Pages of the documentation hold programs: their blocks of TypeScript, one after another, and what they print.
import { spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Every page of the documentation; decisions are for us. */
export const documentation: readonly string[] = [
  "README.md",
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .map((path) => `docs/${path.replaceAll("\\", "/")}`)
    .filter((path) => path.endsWith(".md") && !path.startsWith("docs/decisions/"))
    .sort(),
];

/** The pages that hold TypeScript. */
export const pages: readonly string[] = documentation.filter((page) =>
  blocksOf(page).some(({ language }) => language === "ts" || language === "typescript"),
);

/** The pages whose blocks are one program that needs nobody: they say what it prints. */
export const programs: readonly string[] = pages.filter((page) => pageProgram(page).output !== "");

interface Block {
  readonly language: string;
  readonly code: string;
}

/** The blocks of code of a page: `ts` is run, `typescript` needs a provider and is only compiled, `text` is what is printed. */
export function blocksOf(page: string): Block[] {
  const markdown = readFileSync(join(root, page), "utf8").replaceAll("\r\n", "\n");
  return [...markdown.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = "", code = ""]) => ({
    language,
    code,
  }));
}

/** The program of a page, and the output that the page claims. */
export function pageProgram(page: string): { program: string; output: string } {
  const blocks = blocksOf(page);
  const joined = (language: string): string =>
    blocks.map((block) => (block.language === language ? block.code : "")).join("");
  return { program: joined("ts"), output: joined("text") };
}

/** What a program imports beside Varve and Node: the first folder of each, which for a scope holds all of its packages. */
function packagesOf(program: string): Set<string> {
  const names = [...program.matchAll(/\bfrom "([^"./][^"/]*)/g)].map((match) => match[1] ?? "");
  return new Set(names.filter((name) => name !== "varve" && !name.startsWith("node:")));
}

/** Runs a program in an empty project that has the package installed, and returns what it prints. */
export function runAsUser(program: string): string {
  const project = mkdtempSync(join(tmpdir(), "varve-page-"));
  try {
    mkdirSync(join(project, "node_modules"));
    symlinkSync(root, join(project, "node_modules", "varve"), "junction");
    for (const name of packagesOf(program))
      symlinkSync(join(root, "node_modules", name), join(project, "node_modules", name), "junction");
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
