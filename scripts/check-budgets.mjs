// Holds files and functions to their sizes, and `any` to its share. Prints the figures.
// Lines are code lines: blank lines and comments are free, so that nobody saves on them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { at, filesBelow } from "./support/files.mjs";
import { filledLines, maskRust, productRust, rustFunctions } from "./support/rust-source.mjs";
import { anyCount, codeLines, functionsOf, parse } from "./support/typescript-source.mjs";

const budgets = { file: 600, fileAtP90: 350, folder: 1900, function: 70, anyPerThousand: 5 };
const folders = ["src", "native", "scripts", "examples", "bench", "test", "site"];
const generated = new Set(["src/sdk/native/binding.d.ts"]);
const isTest = (path) =>
  /^(examples\/[^/]+\/)?test\/|^native\/[^/]+\/(tests|benches)\/|(^|\/)tests(\.rs$|\/)|_tests\.rs$/.test(
    path,
  );

/** `{ path, test, language, lines, functions, any }` of one file. */
function measure(path, text) {
  const test = isTest(path);
  if (path.endsWith(".rs")) {
    const masked = test ? maskRust(text) : productRust(text);
    const functions = test ? [] : rustFunctions(masked);
    return { path, test, language: "Rust", lines: filledLines(masked.code), functions, any: 0 };
  }
  const source = parse(path, text);
  const functions = test ? [] : functionsOf(source);
  const any = path.startsWith("src/") ? anyCount(source) : 0;
  return { path, test, language: "TypeScript", lines: codeLines(source).size, functions, any };
}

function percentile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

function spread(values) {
  return `median ${percentile(values, 0.5)}, p90 ${percentile(values, 0.9)}, most ${percentile(values, 1)}`;
}

/** Sentences about what is over its budget. */
function problemsOf(files) {
  const problems = [];
  for (const { path, lines, functions } of files) {
    if (lines > budgets.file) problems.push(`${path}: ${lines} code lines, at most ${budgets.file}`);
    for (const found of functions) {
      if (found.lines <= budgets.function) continue;
      problems.push(
        `${path}:${found.line}: \`${found.name}\` has ${found.lines} code lines, at most ${budgets.function}`,
      );
    }
  }
  for (const language of ["Rust", "TypeScript"]) {
    const product = files.filter((file) => file.language === language && !file.test);
    const p90 = percentile(
      product.map(({ lines }) => lines),
      0.9,
    );
    if (p90 > budgets.fileAtP90)
      problems.push(
        `${language}: a tenth of the files has over ${p90} code lines, at most ${budgets.fileAtP90}`,
      );
  }
  for (const [folder, lines] of folderLines(files)) {
    if (lines > budgets.folder)
      problems.push(`${folder}: ${lines} code lines in its files, at most ${budgets.folder}: make two of it`);
  }
  const { any, perThousand } = anyShare(files);
  if (perThousand > budgets.anyPerThousand)
    problems.push(`src: \`any\` stands ${any} times, ${perThousand.toFixed(1)} in 1000 lines`);
  return problems;
}

/** Code lines of the engine's folders, without tests: `[folder, lines]`. A folder inside another counts for itself. */
function folderLines(files) {
  const lines = new Map();
  for (const file of files) {
    const folder = /^(native\/engine\/src\/.+)\/[^/]+$/.exec(file.path)?.[1];
    if (folder && !file.test) lines.set(folder, (lines.get(folder) ?? 0) + file.lines);
  }
  return [...lines];
}

function anyShare(files) {
  const source = files.filter(({ path }) => path.startsWith("src/"));
  const any = source.reduce((sum, file) => sum + file.any, 0);
  const lines = source.reduce((sum, file) => sum + file.lines, 0);
  return { any, perThousand: lines > 0 ? (any * 1000) / lines : 0 };
}

function print(files) {
  for (const language of ["Rust", "TypeScript"]) {
    const all = files.filter((file) => file.language === language);
    const product = all.filter((file) => !file.test);
    const tests = all.filter((file) => file.test);
    const functions = product.flatMap((file) => file.functions.map(({ lines }) => lines));
    console.log(
      `${language}: ${product.length} files, code lines ${spread(product.map(({ lines }) => lines))}`,
    );
    console.log(`${language}: ${functions.length} functions, code lines ${spread(functions)}`);
    if (tests.length > 0)
      console.log(
        `${language}: ${tests.length} test files, code lines ${spread(tests.map(({ lines }) => lines))}`,
      );
  }
  console.log(`the engine's folders: code lines ${spread(folderLines(files).map(([, lines]) => lines))}`);
  const { any, perThousand } = anyShare(files);
  console.log(`src: \`any\` ${any} times, ${perThousand.toFixed(1)} in 1000 code lines`);
}

/** A check that cannot fail checks nothing. */
function selfTest() {
  const body = (line, count) => `${`${line}\n`.repeat(count)}`;
  const problems = (path, text) => problemsOf([measure(path, text)]).length;
  const tricky = `let a = "{"; let b = '{'; let c = r#"" }"#; /* { /* } */ */ fn_(b'\\''); let d: &'static str = "\\"}";`;
  assert.equal(
    problems("native/a/src/a.rs", `fn long() {\n${tricky}\n${body("x();", 69)}}\nfn short() {\n}\n`),
    1,
  );
  assert.equal(
    problems("native/a/src/a.rs", `fn fits() {\n${tricky}\n${body("x();", 67)}${body("// why\n", 50)}}\n`),
    0,
  );
  assert.equal(
    problems("native/a/src/a.rs", `#[cfg(test)]\nmod tests {\nfn long() {\n${body("x();", 700)}}\n}\n`),
    0,
  );
  assert.equal(problems("native/a/tests/a.rs", `fn long() {\n${body("x();", 500)}}\n`), 0);
  assert.equal(problems("native/a/tests/a.rs", body("x();", 601)), 1);
  assert.equal(problems("native/a/src/a.rs", body("x!{}", 351)), 1);
  assert.equal(problems("src/a.ts", `const f = () => {\n${body("x();", 70)}};\n`), 1);
  assert.equal(
    problems("src/a.ts", `/** ${body("why", 80)} */\nfunction f() {\n${body("x();", 68)}\n\n/* { */ }\n`),
    0,
  );
  assert.equal(problems("src/a.ts", `let a: any; // any\n${body("x();", 100)}`), 1);
  const folder = (...sizes) =>
    problemsOf(
      sizes.map(([path, lines]) => measure(`native/engine/src/${path}`, body("x!{}", lines))),
    ).filter((problem) => problem.includes("make two of it")).length;
  assert.equal(folder(["a/a.rs", 600], ["a/b.rs", 600], ["a/c.rs", 600], ["a/mod.rs", 101]), 1);
  assert.equal(folder(["a/a.rs", 600], ["a/b.rs", 600], ["a/c.rs", 600], ["a/mod.rs", 100]), 0);
  assert.equal(folder(["a/a.rs", 1000], ["a/b/b.rs", 901]), 0);
  assert.equal(folder(["a/b/a.rs", 1000], ["a/b/b.rs", 901]), 1);
  assert.equal(folder(["a/a.rs", 1000], ["a/tests.rs", 901]), 0);
  assert.equal(problems("test/a.ts", `let a: any;\nit("", () => {\n${body("x();", 100)}});`), 0);
}

selfTest();
const files = folders
  .flatMap((folder) =>
    filesBelow(folder, (path) => /\.(rs|[cm]?[jt]sx?)$/.test(path) && !generated.has(path)),
  )
  .map((path) => measure(path, readFileSync(at(path), "utf8")));
const problems = problemsOf(files);
print(files);
for (const problem of problems) console.error(problem);
console.log(`budgets: ${problems.length} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;
