// Holds docs/architecture.md to what is there: each path in it leads to something, and what it says of threads and globals is so.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { at, filesBelow } from "./support/files.mjs";
import { productRust } from "./support/rust-source.mjs";

const page = "docs/architecture.md";
/** Words in code font that look like paths and are none. */
const noPaths = new Set(["as-of"]);

/** The sections of a page: `{ title, text, line }`. */
function sectionsOf(text) {
  const sections = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.startsWith("## ")) sections.push({ title: line.slice(3), text: "", line: index + 1 });
    const section = sections.at(-1);
    if (section) section.text += `${line}\n`;
  }
  return sections;
}

/** The folders that a section is about: its title names them before the colon. */
function foldersOf(title) {
  const folders = title
    .split(":")[0]
    .split(/,\s*/)
    .filter((name) => /^[\w/-]+$/.test(name) && existsSync(at(name)));
  return folders.flatMap((folder) => [`${folder}/src`, folder]);
}

/** Whether a name leads to a file or a folder, from the top or from one of the folders. */
function leads(name, folders) {
  const bare = name.replace(/\/$/, "");
  const endings = ["", ".rs", ".ts", ".mjs", ".md", "/mod.rs", "/index.ts"];
  const places = ["", ...folders].map((folder) => (folder === "" ? bare : `${folder}/${bare}`));
  return places.some((place) => endings.some((ending) => existsSync(at(`${place}${ending}`))));
}

/** The names of a section that should lead somewhere: paths in code font, and what stands at the head of a list. */
function namesIn(text) {
  const names = new Set();
  for (const [, name] of text.matchAll(/`([\w.-]+(?:\/[\w.-]*)+)`/g)) names.add(name);
  for (const [, heads] of text.matchAll(/^- ((?:`[\w./-]+`(?:, )?)+):/gm)) {
    for (const [, name] of heads.matchAll(/`([\w./-]+)`/g)) names.add(name);
  }
  return [...names].filter((name) => !noPaths.has(name) && !name.startsWith("varve/"));
}

/** Links to pages beside it. */
function linkProblems(text) {
  const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map(([, link]) => link);
  return links.filter((link) => !existsSync(at("docs", link))).map((link) => `${page}: no page ${link}`);
}

function pathProblems(text) {
  return sectionsOf(text).flatMap(({ title, text, line }) => {
    const folders = foldersOf(title);
    const missing = namesIn(text).filter((name) => !leads(name, folders));
    return missing.map((name) => `${page}:${line}: \`${name}\` leads nowhere (section "${title}")`);
  });
}

/** What a sentence says of the engine, and the code that would make it untrue. */
const claims = [
  { says: /\bno threads\b/i, untrue: /\bthread::(scope|spawn|Builder)\b|\buse std::thread::\{[^}]*Builder/ },
  {
    says: /\bno globals\b(?!,?\s+(but|except))/i,
    untrue: /^\s*(pub(\([a-z]+\))? )?static (mut )?[A-Z_]+\s*:/m,
  },
];

function claimProblems(text, sources) {
  return claims.flatMap(({ says, untrue }) => {
    const said = says.exec(text)?.[0];
    const found = said && sources.find(({ code }) => untrue.test(code));
    return found ? [`"${said}" in ${found.page} is not so: see ${found.path}`] : [];
  });
}

/** A check that cannot fail checks nothing. */
function selfTest() {
  assert.equal(
    pathProblems("## scripts: x\n- `layers.json`: it\n- `nothing`: it, `no/where.rs`\n").length,
    2,
  );
  const sources = [{ path: "a.rs", page, code: "std::thread::scope(|s| {})\nstatic A: u8 = 0;" }];
  assert.equal(claimProblems("No globals, no threads.", sources).length, 2);
  assert.equal(claimProblems("No globals but a count.", sources).length, 0);
}

selfTest();
const engine = filesBelow("native/engine/src", (path) => path.endsWith(".rs"));
const sourcesOf = (saidIn) =>
  engine.map((path) => ({ path, page: saidIn, code: productRust(readFileSync(at(path), "utf8")).bare }));
const text = readFileSync(at(page), "utf8");
const lib = "native/engine/src/lib.rs";
const problems = [
  ...pathProblems(text),
  ...linkProblems(text),
  ...[page, "AGENTS.md", lib].flatMap((path) =>
    claimProblems(readFileSync(at(path), "utf8"), sourcesOf(path)),
  ),
];
for (const problem of problems) console.error(problem);
console.log(`claims: ${page}, ${problems.length} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;
