// Which files of a crate use which, finer than its modules: by paths, and by the methods of a type whose `impl` stands in several
// files. Methods are told by what they are called on: `self` inside an `impl`, the type, or a value named after the type.
import { isTest, modulePath } from "./rust-layers.mjs";
import { closingBrace, lineOf, productRust } from "./rust-source.mjs";

/** A path list: `a::{b, c::{d as e}}` gives [a, b], [a, c, d]. */
function pathsOf(text) {
  const open = text.indexOf("{");
  const head = (open < 0 ? text : text.slice(0, open))
    .replace(/\s+as\s+\w+/, "")
    .split("::")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  if (open < 0) return head.length > 0 ? [head] : [];
  const inner = text.slice(open + 1, closingBrace(text, open) - 1);
  return topParts(inner).flatMap((part) => pathsOf(part).map((path) => [...head, ...path]));
}

/** Splits at commas outside of braces. */
function topParts(text) {
  const parts = [""];
  let depth = 0;
  for (const char of text) {
    if (char === "{") depth += 1;
    if (char === "}") depth -= 1;
    if (char === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += char;
  }
  return parts.filter((part) => part.trim() !== "");
}

const useStatement = /\b(pub(?:\([^)]*\))?\s+)?use\s+([^;]+);/g;

/** The paths in a file that start at the crate or at a module around it: `{ path, line, handsOut }`. */
function usesOf(bare) {
  const uses = [];
  for (const match of bare.matchAll(useStatement)) {
    const line = lineOf(bare, match.index);
    for (const path of pathsOf(match[2])) uses.push({ path, line, handsOut: match[1] !== undefined });
  }
  const rest = bare.replace(useStatement, (text) => text.replace(/[^\n]/g, " "));
  for (const match of rest.matchAll(/\b(?:crate|self|super)(?:\s*::\s*\w+)+/g)) {
    const path = match[0].split("::").map((part) => part.trim());
    uses.push({ path, line: lineOf(rest, match.index), handsOut: false });
  }
  return uses;
}

/** The blocks `impl Type { … }` of a file, without those of traits. */
function implsOf(bare) {
  const impls = [];
  for (const match of bare.matchAll(/^impl\b[^{;]*\{/gm)) {
    if (/\bfor\b/.test(match[0].replace(/<[^<>]*>/g, ""))) continue;
    const type = /^impl(?:<[^{]*?>)?\s+(\w+)/.exec(match[0])?.[1];
    const open = match.index + match[0].length - 1;
    if (type) impls.push({ type, from: open, to: closingBrace(bare, open) });
  }
  return impls;
}

const snakeCase = (type) => type.replace(/(?<!^)([A-Z])/g, "_$1").toLowerCase();

/** `Type.method` -> the file whose `impl` has it. */
function methodsOf(sources) {
  const methods = new Map();
  for (const [file, { bare, impls }] of sources) {
    for (const { type, from, to } of impls) {
      for (const [, name] of bare.slice(from, to).matchAll(/\bfn\s+(\w+)/g))
        methods.set(`${type}.${name}`, file);
    }
  }
  return methods;
}

/** The calls in a file of methods that have a file of their own: `{ to, line, what }`. */
function callsOf({ bare, impls }, methods, types) {
  const calls = [];
  const note = (type, name, index) => {
    const to = methods.get(`${type}.${name}`);
    if (to) calls.push({ to, line: lineOf(bare, index), what: `${type}::${name}` });
  };
  for (const { type, from, to } of impls) {
    for (const match of bare.slice(from, to).matchAll(/\b(?:self\s*\.|Self\s*::)\s*(\w+)/g))
      note(type, match[1], from + match.index);
  }
  for (const match of bare.matchAll(/\b(\w+)\s*(?:\.|::)\s*(\w+)\s*\(/g)) {
    const type = types.get(match[1]);
    if (type) note(type, match[2], match.index);
  }
  return calls;
}

/** Follows a path to the file that has what it names. */
class Tree {
  #files = new Map();
  #exports = new Map();

  constructor(sources) {
    for (const file of sources.keys()) this.#files.set(modulePath(file).join("/"), file);
    for (const [file, { uses }] of sources) {
      if (!/(^|\/)(mod|lib)\.rs$/.test(file)) continue;
      for (const { path, handsOut } of uses) {
        if (handsOut) this.#exports.set(`${modulePath(file).join("/")}:${path.at(-1)}`, path);
      }
    }
  }

  /** The file; none for what lies outside of the crate. */
  find(path, from, depth = 0) {
    const rest = [...path];
    let at = from;
    let climbed = false;
    if (rest[0] === "crate") {
      at = [];
      rest.shift();
      climbed = true;
    }
    while (rest[0] === "self" || rest[0] === "super") {
      if (rest.shift() === "super") at = at.slice(0, -1);
      climbed = true;
    }
    if (!climbed && !this.#files.has([...at, rest[0]].join("/"))) return undefined;
    while (rest.length > 0 && this.#files.has([...at, rest[0]].join("/"))) at = [...at, rest.shift()];
    const handedOut = rest.length > 0 && this.#exports.get(`${at.join("/")}:${rest[0]}`);
    if (handedOut && depth < 8) return this.find(handedOut, at, depth + 1);
    return this.#files.get(at.join("/"));
  }
}

/**
 * Who uses whom in some folders: `{ from, to, line, what }`. `files`: path below src -> text. Entry pages use nothing by handing
 * it out.
 */
export function fileUses(files, folders) {
  const sources = new Map();
  for (const [file, text] of files) {
    if (isTest(file)) continue;
    const { bare } = productRust(text);
    sources.set(file, { bare, uses: usesOf(bare), impls: implsOf(bare) });
  }
  const tree = new Tree(sources);
  const inside = new Map([...sources].filter(([file]) => folders.includes(modulePath(file)[0])));
  const methods = methodsOf(inside);
  const names = new Set([...inside.values()].flatMap(({ impls }) => impls.map(({ type }) => type)));
  const types = new Map(
    [...names].flatMap((type) => [
      [type, type],
      [snakeCase(type), type],
    ]),
  );
  const found = [];
  for (const [file, source] of inside) {
    for (const { path, line, handsOut } of source.uses) {
      const to = handsOut ? undefined : tree.find(path, modulePath(file));
      if (to && to !== file) found.push({ from: file, to, line, what: path.at(-1) });
    }
    for (const call of callsOf(source, methods, types)) {
      if (call.to !== file) found.push({ from: file, ...call });
    }
  }
  return found;
}

/** The shortest way from a file back to itself, if there is one. */
function circleFrom(start, arrows) {
  const before = new Map();
  const queue = [start];
  for (const file of queue) {
    for (const next of arrows.get(file) ?? []) {
      if (next === start) {
        const way = [start];
        for (let at = file; at !== start; at = before.get(at)) way.splice(1, 0, at);
        return way;
      }
      if (before.has(next)) continue;
      before.set(next, file);
      queue.push(next);
    }
  }
  return undefined;
}

/** Sentences about files of one folder that use each other in a circle. `uses`: what `fileUses` found. */
export function circleProblems(uses, folders) {
  const problems = [];
  for (const folder of folders) {
    const inside = (file) => file.startsWith(`${folder}/`);
    const arrows = new Map();
    for (const { from, to } of uses) {
      if (!inside(from) || !inside(to)) continue;
      arrows.set(from, (arrows.get(from) ?? new Set()).add(to));
    }
    const told = new Set();
    for (const file of [...arrows.keys()].sort()) {
      const way = told.has(file) ? undefined : circleFrom(file, arrows);
      if (way === undefined) continue;
      for (const member of way) told.add(member);
      const reasons = way.map((from, at) => reasonOf(uses, from, way[(at + 1) % way.length]));
      problems.push(`${folder}: files use each other in a circle: ${reasons.join(", ")}`);
    }
  }
  return problems;
}

function reasonOf(uses, from, to) {
  const use = uses.find((use) => use.from === from && use.to === to);
  return `${from}:${use.line} uses \`${use.what}\` of ${to}`;
}

/** Type -> the modules that declare one of this name. */
function declarations(files) {
  const found = new Map();
  for (const [file, text] of files) {
    if (isTest(file)) continue;
    for (const [, type] of productRust(text).bare.matchAll(/\b(?:struct|enum|union)\s+(\w+)/g))
      found.set(type, (found.get(type) ?? new Set()).add(modulePath(file)[0]));
  }
  return found;
}

/**
 * Sentences about methods that are called although their `impl` stands in a module above. Where that module declares the type itself,
 * who is below cannot have one, and means another of the same name.
 */
export function climbProblems(files, uses, layers) {
  const level = new Map(layers.flatMap((group, index) => group.map((module) => [module, index])));
  const types = declarations(files);
  return uses
    .filter(({ what }) => what.includes("::"))
    .filter(({ from, to }) => level.get(modulePath(to)[0]) > level.get(modulePath(from)[0]))
    .filter(({ to, what }) => !types.get(what.split("::")[0])?.has(modulePath(to)[0]))
    .map(({ from, to, line, what }) => `${from}:${line}: \`${what}\` stands in ${to}, which is not below it`);
}

/** The files of a whole crate as those of one folder of its name, so that its circles can be told like those of a folder. */
export function asFolder(files, crate) {
  const moved = ([file, text]) => [
    `${crate}/${file === "lib.rs" ? "mod.rs" : file}`,
    text.replace(/\bcrate\s*::/g, `crate::${crate}::`),
  ];
  return new Map([...files].map(moved));
}
