// Holds the sources to their layers (scripts/layers.json): what a module, a crate or a folder may use.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { at, filesBelow, readJson } from "./support/files.mjs";
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
  const circle = { "sdk/a.ts": 'import { b } from "./b.ts";', "sdk/b.ts": 'import { a } from "./a.ts";' };
  assert.equal(cycleProblems(new Map(Object.entries(circle))).length, 1);
  assert.equal(outsideProblems([["examples/a.mjs", 'import { x } from "../src/sdk/table.ts";']]).length, 1);
  assert.equal(outsideProblems([["examples/a.mjs", 'import { x } from "../dist/cli/x.js";']]).length, 1);
  assert.equal(outsideProblems([["examples/a.mjs", 'import { x } from "varve";']]).length, 0);
}

const layers = readJson("scripts/layers.json");
selfTest(layers);
const engine = read("native/engine/src", (path) => path.endsWith(".rs"), "native/engine/src/");
const source = read("src", (path) => path.endsWith(".ts"), "src/");
const outside = new Map([
  ...read("examples", (path) => /\.[cm]?[jt]s$/.test(path)),
  ...read("test/sdk", (path) => path.endsWith(".ts")),
  ...read("test/documents", (path) => path.endsWith(".ts")),
]);
const problems = [
  ...rustLayerProblems(engine, layers.rust.modules).map((problem) => `native/engine/src/${problem}`),
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
