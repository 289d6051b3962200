// What the documentation marks as TypeScript is TypeScript, under `strict`. Most blocks stand for themselves; those of some pages are one
// program, after which each block that is not run may stand. Packages that are not installed here are declared in test/support/snippet-packages.d.ts.

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { blocksOf, pages, programs } from "../support/page-program";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** The modules of a page: its blocks, or all that are run as one, and each of the others after it. */
function modulesOf(page: string): string[] {
  const blocks = blocksOf(page).filter(({ language }) => /^(ts|typescript)$/.test(language));
  if (!programs.includes(page)) return blocks.map(({ code }) => code);
  const codeOf = (wanted: string): string[] =>
    blocks.filter(({ language }) => language === wanted).map(({ code }) => code);
  const run = codeOf("ts").join("");
  return [run, ...codeOf("typescript").map((code) => after(run, code))];
}

const IMPORT = /^import [^;]*;\n/gm;

/** A block in a function after a program. What both import is imported once. */
function after(program: string, block: string): string {
  const imports = [...`${program}${block}`.matchAll(IMPORT)].flatMap(([statement]) => {
    const { names, from } = /^import \{(?<names>[^}]*)\} (?<from>from .*)$/s.exec(statement)?.groups ?? {};
    const own = names?.split(",").map((name) => name.trim()) ?? [];
    return names === undefined
      ? [statement]
      : own.filter((name) => name !== "").map((name) => `import { ${name} } ${from}`);
  });
  const [before, rest] = [program, block].map((code) => code.replaceAll(IMPORT, ""));
  return `${[...new Set(imports)].join("")}${before}export async function notRun() {\n${rest}}\n`;
}

/** The modules of all pages by the names of files that are not there, but would find packages where they are. */
const snippets = new Map(
  pages.flatMap((page) =>
    modulesOf(page).map((code, index): [string, string] => {
      const name = `snippet-${page.replaceAll(/[/.]/g, "-")}-${index}.ts`;
      return [join(root, "test", name), `${code}\nexport {};\n`];
    }),
  ),
);

function compiled(): ts.Program {
  const config = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile).config as object;
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const strict = { ...options, noEmit: true, noUncheckedIndexedAccess: false };
  const host = ts.createCompilerHost(strict);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => snippets.has(file) || fileExists(file);
  host.readFile = (file) => snippets.get(file) ?? readFile(file);
  host.getSourceFile = (file, ...rest) => {
    const code = snippets.get(file);
    return code === undefined ? getSourceFile(file, ...rest) : ts.createSourceFile(file, code, rest[0]);
  };
  const stand = join(root, "test/support/snippet-packages.d.ts");
  return ts.createProgram([...snippets.keys(), stand], strict, host);
}

function problemsOf(program: ts.Program, file: string): string[] {
  const source = program.getSourceFile(file);
  const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
  return found.map(({ start = 0, messageText }) => {
    const line = source?.text.slice(0, start).split("\n").length ?? 0;
    const code = source?.text.split("\n")[line - 1]?.trim() ?? "";
    return `${code} // ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
  });
}

describe("the snippets of the documentation", () => {
  const program = compiled();

  it.each([...snippets.keys()].map((file) => [file.slice(join(root, "test/snippet-").length), file]))(
    "%s",
    (_, file) => {
      expect(problemsOf(program, file)).toEqual([]);
    },
  );
});
