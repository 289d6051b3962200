// Reading TypeScript and JavaScript sources through the compiler's own parser.
import ts from "typescript";

export function parse(path, text) {
  const kind = path.endsWith(".ts") || path.endsWith(".mts") ? ts.ScriptKind.TS : ts.ScriptKind.JS;
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, kind);
}

/** The numbers of the lines that hold code: not blank, not only a comment. */
export function codeLines(source) {
  const lines = new Set();
  const visit = (node) => {
    if (node.kind >= ts.SyntaxKind.FirstJSDocNode && node.kind <= ts.SyntaxKind.LastJSDocNode) return;
    const children = node.getChildren(source);
    if (children.length > 0) return children.forEach(visit);
    if (node.kind === ts.SyntaxKind.EndOfFileToken || node.getWidth(source) === 0) return;
    const first = source.getLineAndCharacterOfPosition(node.getStart(source)).line;
    const last = source.getLineAndCharacterOfPosition(node.getEnd()).line;
    for (let line = first; line <= last; line++) lines.add(line);
  };
  visit(source);
  return lines;
}

function nameOf(node) {
  const named = node.name ?? (ts.isVariableDeclaration(node.parent) ? node.parent.name : node.parent.name);
  return named?.getText() ?? "(anonymous)";
}

/** The functions of a source: name, line and code lines. */
export function functionsOf(source) {
  const lines = codeLines(source);
  const functions = [];
  const visit = (node) => {
    if (ts.isFunctionLike(node) && node.body) {
      const first = source.getLineAndCharacterOfPosition(node.getStart(source)).line;
      const last = source.getLineAndCharacterOfPosition(node.getEnd()).line;
      let count = 0;
      for (let line = first; line <= last; line++) count += lines.has(line) ? 1 : 0;
      functions.push({ name: nameOf(node), line: first + 1, lines: count });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return functions;
}

/** How often the type `any` is written. */
export function anyCount(source) {
  let count = 0;
  const visit = (node) => {
    if (node.kind === ts.SyntaxKind.AnyKeyword) count += 1;
    ts.forEachChild(node, visit);
  };
  visit(source);
  return count;
}

function isTypeOnly(node) {
  if (ts.isImportTypeNode(node)) return true;
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  const clause = ts.isImportDeclaration(node) ? node.importClause : undefined;
  if (!clause || clause.isTypeOnly) return Boolean(clause);
  const names =
    clause.namedBindings && ts.isNamedImports(clause.namedBindings) ? clause.namedBindings.elements : [];
  return !clause.name && names.length > 0 && names.every((name) => name.isTypeOnly);
}

function specifierOf(node) {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportTypeNode(node)) return node.argument.literal;
  if (!ts.isCallExpression(node)) return undefined;
  const called = node.expression;
  const name = ts.isCallExpression(called) ? called.expression : called;
  const imports =
    called.kind === ts.SyntaxKind.ImportKeyword || ["require", "createRequire"].includes(name.getText());
  return imports ? node.arguments[0] : undefined;
}

/** What a source imports, in whatever way: `{ specifier, typeOnly, line }`. */
export function importsOf(source) {
  const imports = [];
  const visit = (node) => {
    const specifier = specifierOf(node);
    if (specifier && ts.isStringLiteralLike(specifier)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
      imports.push({ specifier: specifier.text, typeOnly: isTypeOnly(node), line: line + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return imports;
}
