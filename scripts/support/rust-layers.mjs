// Which modules of a crate use which: `use crate::…`, `crate::…` inside code, and `super::…` that climbs to the top.
import { closingBrace, lineOf, productRust } from "./rust-source.mjs";

const pathHead = /(\$?\bcrate|\bsuper(?:\s*::\s*super)*)\s*::\s*(\w+|\{)/g;

/** The first names of a brace list: `{a::b, c as d, self}` gives a, c, self. */
function firstNames(list) {
  const names = [];
  let depth = 0;
  let part = "";
  for (const char of `${list},`) {
    if (char === "{") depth += 1;
    if (char === "}") depth -= 1;
    if (char !== "," || depth > 0) {
      part += char;
      continue;
    }
    const name = /^\s*(\w+)/.exec(part)?.[1];
    if (name) names.push(name);
    part = "";
  }
  return names;
}

/** The modules a file stands in: `index/vector/build.rs` is [index, vector, build], `index/mod.rs` is [index]. */
export function modulePath(file) {
  const parts = file.replace(/\.rs$/, "").split("/");
  return ["mod", "lib"].includes(parts.at(-1)) ? parts.slice(0, -1) : parts;
}

/** The names a file takes from the top of its crate: `{ name, line }`. */
function namesFromTop(file, bare) {
  const depth = modulePath(file).length;
  const found = [];
  for (const match of bare.matchAll(pathHead)) {
    const climbs = match[1].startsWith("super") ? match[1].split("super").length - 1 : depth;
    if (climbs < depth) continue;
    const open = match.index + match[0].length - 1;
    const names =
      match[2] === "{" ? firstNames(bare.slice(open + 1, closingBrace(bare, open) - 1)) : [match[2]];
    for (const name of names) found.push({ name, line: lineOf(bare, match.index) });
  }
  return found;
}

/** What lib.rs hands out under its own name: `pub use error::{Error, Result}` gives Error -> error. */
function topNames(lib) {
  const names = new Map();
  const { bare } = productRust(lib);
  for (const [, module, rest] of bare.matchAll(/\buse\s+(?:crate::|self::)?([a-z_]\w*)::([^;]+);/g)) {
    for (const [name] of rest.matchAll(/\w+(?=\s*(?:[,}]|$))/g)) names.set(name, module);
  }
  return names;
}

export const isTest = (file) => /(^|\/)tests(\.rs$|\/)/.test(file) || file.endsWith("_tests.rs");

/** Sentences about uses that go upward. `files`: path below src -> text. `layers`: groups of modules, lowest first. */
export function rustLayerProblems(files, layers) {
  const level = new Map(layers.flatMap((group, index) => group.map((module) => [module, index])));
  const exported = topNames(files.get("lib.rs") ?? "");
  const problems = [];
  for (const [file, text] of files) {
    const [own] = modulePath(file);
    if (own === undefined || isTest(file)) continue;
    if (!level.has(own)) {
      problems.push(`${file}: module \`${own}\` has no place in the layers`);
      continue;
    }
    for (const { name, line } of namesFromTop(file, productRust(text).bare)) {
      const used = level.has(name) ? name : exported.get(name);
      if (used === undefined || used === own || level.get(used) < level.get(own)) continue;
      problems.push(`${file}:${line}: \`${own}\` uses \`${used}\`, which is not below it`);
    }
  }
  return problems;
}

/** Sentences about workspace crates that depend on one another against the rules. `manifests`: path -> Cargo.toml text. */
export function crateProblems(manifests, rules) {
  const problems = [];
  for (const [path, text] of manifests) {
    const name = /^name = "([^"]+)"/m.exec(text)?.[1];
    const may = rules[name];
    if (may === undefined) continue;
    for (const [, used] of text.matchAll(/^(varve-[\w-]+)\b/gm)) {
      if (!may.includes(used)) problems.push(`${path}: \`${name}\` depends on \`${used}\``);
    }
  }
  return problems;
}
