// Holds the sources to their layers (scripts/layers.json): what a module, a crate or a folder may use.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { at, filesBelow, readJson } from "./support/files.mjs";
import { asFolder, circleProblems, climbProblems, fileUses } from "./support/rust-graph.mjs";
import { crateProblems, rustLayerProblems } from "./support/rust-layers.mjs";
import { cycleProblems, outsideProblems, typescriptLayerProblems } from "./support/typescript-layers.mjs";

/** Path -> text, the folder's name cut off where asked. */
function read(folder, wanted, cut = "") {
  const files = filesBelow(folder, wanted);
  return new Map(files.map((path) => [path.slice(cut.length), readFileSync(at(path), "utf8")]));
}

/** A check that cannot fail checks nothing: known bad sources must be refused, known good ones pass. */
function selfTest(layers) {
  const rust = (source) =>
    rustLayerProblems(new Map(Object.entries(source)), [["low"], ["middle"], ["high"]]).length;
  assert.equal(rust({ "low.rs": "use crate::high::Thing;" }), 1);
  assert.equal(
    rust({ "low/deep.rs": "use super::super::{middle::a, low};\nfn f() { crate::high::g() }" }),
    2,
  );
  assert.equal(rust({ "lib.rs": "pub use high::{Thing};", "low.rs": "use crate::Thing;" }), 1);
  assert.equal(rust({ "stranger.rs": "" }), 1);
  assert.equal(
    rust({
      "high.rs": "use crate::{low, middle};",
      "low.rs": '// crate::high\nconst A: &str = "crate::high";',
    }),
    0,
  );
  assert.equal(rust({ "low.rs": "#[cfg(test)]\nmod tests {\n use crate::high::Thing;\n}" }), 0);
  assert.equal(
    crateProblems([["k", 'name = "varve-kernels"\n[dependencies]\nvarve-engine = {}']], layers.rust.crates)
      .length,
    1,
  );

  const layer = (source) =>
    typescriptLayerProblems(new Map(Object.entries(source)), layers.typescript).length;
  assert.equal(
    layer({ "sdk/query/filter.ts": 'import { native } from "../native/load.ts";', "sdk/native/load.ts": "" }),
    1,
  );
  assert.equal(layer({ "cli/index.ts": 'import native from "#native";' }), 1);
  assert.equal(layer({ "cli/index.ts": 'export * from "../sdk/table.ts";', "sdk/table.ts": "" }), 1);
  assert.equal(
    layer({ "embeddings/openai.ts": 'type A = import("../sdk/table").A;', "sdk/table.ts": "" }),
    1,
  );
  assert.equal(
    layer({ "cli/index.ts": 'import { connect } from "varve";\nimport "./print.ts";', "cli/print.ts": "" }),
    0,
  );
  const shared = { "integrations/support/ids.ts": "", "integrations/b/index.ts": "" };
  assert.equal(layer({ "integrations/a/index.ts": 'import "../support/ids.ts";', ...shared }), 0);
  assert.equal(layer({ "integrations/a/index.ts": 'import "../b/index.ts";', ...shared }), 1);
  assert.equal(layer({ "integrations/a/index.ts": 'import "varve/b";', ...shared }), 1);
  assert.equal(layer({ "integrations/support/x.ts": 'import "../b/index.ts";', ...shared }), 1);
  const rooms = { "sdk/read/a.ts": "", "sdk/write/b.ts": "", "sdk/handle/c.ts": "", "sdk/table.ts": "" };
  assert.equal(layer({ ...rooms, "sdk/read/a.ts": 'import { b } from "../write/b.ts";' }), 1);
  assert.equal(layer({ ...rooms, "sdk/write/b.ts": 'import type { A } from "../read/a.ts";' }), 1);
  assert.equal(layer({ ...rooms, "sdk/handle/c.ts": 'import { a } from "../read/a.ts";' }), 1);
  assert.equal(layer({ ...rooms, "sdk/read/a.ts": 'import type { T } from "../table.ts";' }), 1);
  assert.equal(layer({ ...rooms, "sdk/table.ts": 'import "./read/a.ts";\nimport "./write/b.ts";' }), 0);
  assert.equal(layer({ ...rooms, "sdk/columns/d.ts": 'import "../read/a.ts";\nimport "../write/b.ts";' }), 0);
  const circle = { "sdk/a.ts": 'import { b } from "./b.ts";', "sdk/b.ts": 'import { a } from "./a.ts";' };
  assert.equal(cycleProblems(new Map(Object.entries(circle))).length, 1);
  const ofTypes = {
    "sdk/a.ts": 'import type { B } from "./b.ts";',
    "sdk/b.ts": 'export type { C } from "./c.ts";',
    "sdk/c.ts": 'type A = import("./a.ts").A;',
  };
  assert.equal(cycleProblems(new Map(Object.entries(ofTypes))).length, 1);
  assert.equal(cycleProblems(new Map(Object.entries({ ...ofTypes, "sdk/c.ts": "" }))).length, 0);
  assert.equal(outsideProblems([["examples/a.mjs", 'import { x } from "../src/sdk/table.ts";']]).length, 1);
  assert.equal(outsideProblems([["examples/a.mjs", 'import { x } from "../dist/cli/x.js";']]).length, 1);
  assert.equal(outsideProblems([["examples/a.mjs", 'import { x } from "varve";']]).length, 0);
}

/** Circles of files inside a module, and methods that stand above their callers. */
function graphProblems(files, { modules, withoutCircles }) {
  const uses = fileUses(files, withoutCircles);
  return [...circleProblems(uses, withoutCircles), ...climbProblems(files, uses, modules)];
}

/** Circles of files in a crate that has no layers of its own. */
function crateCircleProblems(files, crate) {
  return circleProblems(fileUses(asFolder(files, crate), [crate]), [crate]);
}

function selfTestOfGraph() {
  const rules = { modules: [["low"], ["high"]], withoutCircles: ["low", "high"] };
  const graph = (source) => graphProblems(new Map(Object.entries(source)), rules).length;
  const entry = { "low/mod.rs": "mod a;\nmod b;\npub(crate) use a::{A, helper};\npub(crate) use b::B;" };
  const a = "pub(crate) struct A;\nimpl A {\n pub(crate) fn first(&self) {}\n}\n";
  // By paths: of siblings, through the entry page, in a list of a list, inside code, and by way of a third file.
  assert.equal(graph({ ...entry, "low/a.rs": `${a}use super::b::B;`, "low/b.rs": "use super::a::A;" }), 1);
  assert.equal(graph({ ...entry, "low/a.rs": `${a}use super::B;`, "low/b.rs": "use crate::low::A;" }), 1);
  assert.equal(
    graph({ ...entry, "low/a.rs": `${a}use crate::{low::{b::{B as C}}};`, "low/b.rs": "use super::A;" }),
    1,
  );
  assert.equal(
    graph({ ...entry, "low/a.rs": `${a}fn f() { super::b::g() }`, "low/b.rs": "use super::A;" }),
    1,
  );
  const third = { "low/a.rs": `${a}use super::b::B;`, "low/b.rs": "use super::c::C;" };
  assert.equal(graph({ ...entry, ...third, "low/c.rs": "use super::a::A;" }), 1);
  const deep = { "low/a.rs": `${a}use super::d::D;`, "low/d/mod.rs": "mod e;\npub(crate) use e::D;" };
  assert.equal(graph({ ...entry, ...deep, "low/d/e.rs": "use crate::low::a::A;" }), 1);
  // By methods: on self, on the type, on a value of its name; inside a folder and from below.
  const second = "impl A {\n fn second(&self) {}\n}\n";
  const self = {
    "low/a.rs": a.replace("{}", "{ self.second() }"),
    "low/b.rs": `use super::a::A;\n${second}`,
  };
  assert.equal(graph({ ...entry, ...self }), 1);
  const type = { "low/a.rs": `${a}fn f() { A::second(&A) }`, "low/b.rs": `use super::a::A;\n${second}` };
  assert.equal(graph({ ...entry, ...type }), 1);
  const value = {
    "low/a.rs": `${a}fn f(a: &A) { a.second() }`,
    "high/b.rs": `use crate::low::A;\n${second}`,
  };
  assert.equal(graph({ ...entry, ...value }), 1);
  const own = {
    "low/a.rs": "fn f(b: &B) { b.second() }",
    "high/b.rs": "pub(crate) struct B;\nimpl B {\n fn second(&self) {}\n}",
  };
  assert.equal(graph({ ...entry, ...own }), 0);
  // What is no circle: one way only, tests, comments, another type's method, a trait's, and a use that hands out.
  const fine = { "low/a.rs": a, "low/b.rs": "use super::a::A;\nfn f(a: &A) { a.first(); self.second() }" };
  assert.equal(graph({ ...entry, ...fine }), 0);
  const test = "#[cfg(test)]\nmod tests {\n use super::super::b::B;\n}\n// super::b::B\n";
  assert.equal(graph({ ...entry, "low/a.rs": a + test, "low/b.rs": "use super::a::A;" }), 0);
  const traits = `use super::a::A;\nimpl Clone for A {\n fn second(&self) {}\n}\n`;
  assert.equal(graph({ ...entry, "low/a.rs": a.replace("{}", "{ self.second() }"), "low/b.rs": traits }), 0);
  const handed = {
    "low/b/mod.rs": "mod c;\npub(crate) use c::C;",
    "low/b/c.rs": "use crate::low::b::C as D;",
  };
  assert.equal(graph({ "low/mod.rs": "mod b;", ...handed }), 0);
  // In a crate without modules of its own, through its entry page as well.
  const crate = (source) => crateCircleProblems(new Map(Object.entries(source)), "whole").length;
  const lib = { "lib.rs": "mod a;\nmod b;\npub use a::A;" };
  assert.equal(crate({ ...lib, "a.rs": `${a}use crate::b::B;`, "b.rs": "use crate::A;" }), 1);
  assert.equal(crate({ ...lib, "a.rs": a, "b.rs": "use crate::A;" }), 0);
}

const layers = readJson("scripts/layers.json");
selfTest(layers);
selfTestOfGraph();
const engine = read("native/engine/src", (path) => path.endsWith(".rs"), "native/engine/src/");
const source = read("src", (path) => /\.tsx?$/.test(path), "src/");
const outside = new Map([
  ...read("examples", (path) => /\.[cm]?[jt]s$/.test(path)),
  ...read("test/sdk", (path) => path.endsWith(".ts")),
  ...read("test/documents", (path) => path.endsWith(".ts")),
]);
const problems = [
  ...rustLayerProblems(engine, layers.rust.modules).map((problem) => `native/engine/src/${problem}`),
  ...graphProblems(engine, layers.rust),
  ...Object.keys(layers.rust.crates)
    .filter((crate) => crate !== "varve-engine")
    .flatMap((crate) => {
      const name = crate.replace("varve-", "");
      const folder = `native/${name}/src/`;
      return crateCircleProblems(
        read(folder, (path) => path.endsWith(".rs"), folder),
        name,
      );
    }),
  ...crateProblems(
    read("native", (path) => path.endsWith("Cargo.toml")),
    layers.rust.crates,
  ),
  ...typescriptLayerProblems(source, layers.typescript).map((problem) => `src/${problem}`),
  ...cycleProblems(source),
  ...outsideProblems(outside),
];
for (const problem of problems) console.error(problem);
console.log(
  `layers: ${engine.size} Rust and ${source.size + outside.size} TypeScript files, ${problems.length} problems`,
);
process.exitCode = problems.length > 0 ? 1 : 0;
