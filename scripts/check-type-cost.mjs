// Holds the types to what they cost the compiler of a user: what TypeScript instantiates for a table of 60 columns and one call of
// each kind. The count is the same on every machine, unlike seconds.
import { at } from "./support/files.mjs";
import { outputOf } from "./support/run.mjs";

const project = "test/types/cost";
/** Measured: 47,100 with TypeScript 6.0. */
const limit = 60_000;

const tsc = at("node_modules/typescript/bin/tsc");
const output = outputOf(process.execPath, [tsc, "--noEmit", "--extendedDiagnostics", "-p", at(project)]);
const count = Number(/^Instantiations:\s+(\d+)/m.exec(output ?? "")?.[1] ?? Number.NaN);
const holds = count <= limit;
console.log(`types: ${count} instantiations for ${project}, at most ${limit}${holds ? "" : ": TOO MANY"}`);
process.exitCode = holds ? 0 : 1;
