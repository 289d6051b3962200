// The package brings no provider's library. One that were imported at the top of a file would be needed by everybody who imports
// varve/embeddings, and one that is imported without importLibrary would fail with a message that helps nobody.

import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { importLibrary } from "../../src/embeddings/support/import-library";

const root = resolve(import.meta.dirname, "../..");
const folder = join(root, "src/embeddings");

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

interface SourceFacts {
  /** What is imported at the top, and what is imported outside importLibrary: nothing of npm may be among it. */
  readonly eager: string[];
  /** How many libraries are imported through importLibrary. */
  lazy: number;
  /** The libraries that the file declares, with the versions that work. */
  readonly declared: Map<string, string>;
}

const isPackage = (specifier: string): boolean => !/^(\.|node:|#)/.test(specifier);

function factsOf(text: string): SourceFacts {
  const source = ts.createSourceFile("source.ts", text, ts.ScriptTarget.Latest, true);
  const facts: SourceFacts = { eager: [], lazy: 0, declared: new Map() };
  const visit = (node: ts.Node): void => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier) {
      facts.eager.push((node.moduleSpecifier as ts.StringLiteral).text);
    }
    if (ts.isImportTypeNode(node)) facts.eager.push(node.argument.getText().slice(1, -1));
    const isCall = ts.isCallExpression(node);
    if (
      isCall &&
      (node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText() === "require")
    ) {
      const [specifier] = node.arguments;
      if (specifier !== undefined && ts.isStringLiteral(specifier)) facts.eager.push(specifier.text);
    }
    if (isCall && node.expression.getText() === "importLibrary") facts.lazy += 1;
    if (ts.isVariableDeclaration(node) && node.type?.getText() === "OptionalLibrary") declare(node, facts);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return facts;
}

function declare({ initializer }: ts.VariableDeclaration, { declared }: SourceFacts): void {
  const [, name = "", range = ""] =
    /name: "([^"]+)", range: "([^"]+)"/.exec(initializer?.getText() ?? "") ?? [];
  declared.set(name, range);
}

const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) =>
  file.endsWith(".ts"),
);
const sources = files.map((file) => [file, factsOf(readFileSync(join(folder, file), "utf8"))] as const);
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;

describe("a provider's library", () => {
  it("is found by this test", () => {
    expect(factsOf('import { OpenAI } from "openai";').eager).toEqual(["openai"]);
    expect(factsOf('type A = import("openai").OpenAI;').eager).toEqual(["openai"]);
    expect(factsOf('const { OpenAI } = await import("openai");').eager).toEqual(["openai"]);
    expect(factsOf('await importLibrary("f", library);').lazy).toBe(1);
    expect(sources.flatMap(([, { declared }]) => [...declared.keys()]).toSorted()).toEqual([
      "@huggingface/tokenizers",
      "@huggingface/transformers",
      "onnxruntime-node",
      "openai",
    ]);
  });

  it.each(sources)("is imported by %s on first use alone", (_, { eager, lazy, declared }) => {
    expect(eager.filter(isPackage)).toEqual([]);
    expect(declared.size).toBe(lazy);
  });

  it("is an optional peer of the package, in the versions that its file names", () => {
    for (const [name, range] of sources.flatMap(([, { declared }]) => [...declared])) {
      expect(manifest.peerDependencies?.[name], name).toBe(range);
      expect(manifest.peerDependenciesMeta?.[name]?.optional, name).toBe(true);
      expect(manifest.dependencies?.[name], name).toBeUndefined();
    }
  });
});

describe("importLibrary", () => {
  const library = { name: "no-such-library", range: "*", install: "no-such-library and-its-friend" };

  it("says what to install", async () => {
    await expect(importLibrary("fn()", library)).rejects.toMatchObject({
      code: "EMBEDDING_UNAVAILABLE",
      message: 'fn() needs the package "no-such-library", which is not installed.',
      hint: "Install it: npm install no-such-library and-its-friend",
    });
  });

  it("tells a library that is broken from one that is missing", async () => {
    const another = Object.assign(new Error("Cannot find package 'its-friend' imported from /x"), {
      code: "ERR_MODULE_NOT_FOUND",
    });
    for (const error of [another, new Error("invalid ELF header")]) {
      await expect(importLibrary("fn()", library, () => Promise.reject(error))).rejects.toMatchObject({
        code: "EMBEDDING_UNAVAILABLE",
        message: `fn() needs the package "no-such-library", which does not load: ${error.message}`,
        cause: error,
      });
    }
  });
});
