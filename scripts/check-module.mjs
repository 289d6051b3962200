// Holds the native module to its size, its number of crates and the time of its build. Prints the figures.
import { statSync } from "node:fs";
import { moduleStamp } from "./setup.mjs";
import { at, readJson } from "./support/files.mjs";
import { findCargo, outputOf } from "./support/run.mjs";

const budgets = { crates: 280, megabytes: 15, buildMinutes: 10 };

/** The crates that the module is made with, without our own: normal and build dependencies for this platform. */
function crates() {
  const workspace = ["--offline", "--manifest-path", at("native/Cargo.toml"), "--package", "varve-node"];
  const tree = outputOf("cargo", [
    "tree",
    ...workspace,
    "--edges",
    "normal,build",
    "--prefix",
    "none",
    "--format",
    "{p}",
  ]);
  if (tree === undefined) throw new Error("`cargo tree` fails: run `npm run build` first");
  return new Set(
    tree
      .split("\n")
      .map((line) => line.replace(/ \(.*$/, ""))
      .filter((name) => !name.startsWith("varve-")),
  );
}

let over = 0;
function hold(what, figure, budget, unit) {
  const isOver = figure > budget;
  over += isOver ? 1 : 0;
  console.log(`module: ${what} ${figure}${unit}, at most ${budget}${unit}${isOver ? ": OVER" : ""}`);
}

findCargo();
hold("crates", crates().size, budgets.crates, "");
hold("size", Number((statSync(at("native/varve.node")).size / 1e6).toFixed(2)), budgets.megabytes, " MB");
const built = readJson(moduleStamp);
if (built?.cold)
  hold("cold build", Number((built.seconds / 60).toFixed(1)), budgets.buildMinutes, " minutes");
else console.log("module: cold build not measured: warm build");
process.exitCode = over > 0 ? 1 : 0;
