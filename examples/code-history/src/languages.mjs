// Which grammar reads which file, and which of its nodes are symbols. A container is cut into what stands in it.
import { createRequire } from "node:module";
import { Language, Parser } from "web-tree-sitter";

const typescript = {
  symbols: new Set([
    "function_declaration",
    "generator_function_declaration",
    "method_definition",
    "interface_declaration",
    "type_alias_declaration",
    "enum_declaration",
    "function_signature",
  ]),
  containers: new Set(["class_declaration", "abstract_class_declaration", "internal_module", "module"]),
  wrappers: new Set(["export_statement", "ambient_declaration"]),
};

const languages = {
  javascript: typescript,
  typescript,
  tsx: typescript,
  python: {
    symbols: new Set(["function_definition"]),
    containers: new Set(["class_definition"]),
    wrappers: new Set(["decorated_definition"]),
  },
  rust: {
    symbols: new Set([
      "function_item",
      "struct_item",
      "enum_item",
      "union_item",
      "type_item",
      "macro_definition",
      "function_signature_item",
    ]),
    containers: new Set(["impl_item", "trait_item", "mod_item"]),
    wrappers: new Set(),
  },
  go: {
    symbols: new Set(["function_declaration", "method_declaration", "type_declaration"]),
    containers: new Set(),
    wrappers: new Set(),
  },
};

const grammarOf = {
  js: "javascript",
  mjs: "javascript",
  cjs: "javascript",
  jsx: "javascript",
  ts: "typescript",
  mts: "typescript",
  cts: "typescript",
  tsx: "tsx",
  py: "python",
  pyi: "python",
  rs: "rust",
  go: "go",
};

const require = createRequire(import.meta.url);
const parsers = new Map();
let ready;

async function load(name) {
  ready ??= Parser.init();
  await ready;
  const grammar = await Language.load(
    require.resolve(`@vscode/tree-sitter-wasm/wasm/tree-sitter-${name}.wasm`),
  );
  const parser = new Parser();
  parser.setLanguage(grammar);
  return { parser, ...languages[name] };
}

/** The language of a file, with its parser; undefined where there is no grammar for it. Loaded once. */
export async function languageOf(path) {
  const name = grammarOf[/\.([^./]+)$/.exec(path)?.[1].toLowerCase()];
  if (name === undefined) return undefined;
  if (!parsers.has(name)) parsers.set(name, load(name));
  return await parsers.get(name);
}
