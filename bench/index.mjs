// The benchmarks: `npm run bench` runs all, `npm run bench -- read commit` some. `bench/retrieval/index.mjs` measures the quality of
// embedding functions and is called by itself. Quote medians, and measure on a quiet machine.
import { machine } from "./support.mjs";

const names = [
  "read",
  "exact",
  "commit",
  "open",
  "ingest",
  "embed",
  "ingest-local",
  "pipeline",
  "filters",
  "serve",
  "duckdb",
  "vectors",
];
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(", ")}. There are ${names.join(", ")}.`);
  process.exit(2);
}

console.log(machine());
for (const name of wanted.length > 0 ? wanted : names) {
  console.log(`\n${name}`);
  const { run } = await import(name === "vectors" ? "./vectors/index.mjs" : `./${name}.mjs`);
  await run();
}
