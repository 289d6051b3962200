// Bundles with varve kept out, which run where node_modules is, and with varve in them, which run elsewhere with two things copied beside them.
import { bundled, program } from "./programs.mjs";

/** Moves a bundle to a folder that has no node_modules above it, with the module and the model beside it. */
const elsewhere = (file) => ["node copy.mjs", `node {elsewhere}/${file}`];
const copy = `
import { cpSync, mkdirSync, readdirSync } from "node:fs";
const to = process.env.ELSEWHERE;
mkdirSync(to, { recursive: true });
cpSync("dist", to, { recursive: true });
const [platform] = readdirSync("node_modules/@varve").filter((name) => name !== "model-en");
cpSync("node_modules/@varve/" + platform + "/varve.node", to + "/varve.node");
cpSync("node_modules/@varve/model-en", to + "/models/varve-static-en", { recursive: true });
`;
const files = { "main.mjs": bundled, "copy.mjs": copy };

const esbuild = { packages: { esbuild: "0.28.2" }, files };
const webpackConfig = (format) => `
import { dirname } from "node:path";
export default {
  mode: "production", target: "node20", entry: "./main.mjs",
  ${format === "esm" ? "experiments: { outputModule: true }," : ""}
  output: { filename: "main.${format === "esm" ? "mjs" : "cjs"}", ${format === "esm" ? 'module: true, library: { type: "module" }' : 'library: { type: "commonjs2" }'} },
};`;
const webpack = (format) => ({
  name: `webpack, ${format}, moved`,
  packages: { webpack: "5.113.0", "webpack-cli": "7.3.1" },
  files: { ...files, "webpack.config.mjs": webpackConfig(format) },
  run: ["npx webpack", ...elsewhere(format === "esm" ? "main.mjs" : "main.cjs")],
  forbids: /WARNING|ERROR/,
});

export const bundlers = [
  {
    name: "esbuild, packages external",
    ...esbuild,
    run: [
      "npx esbuild main.mjs --bundle --platform=node --format=esm --packages=external --outfile=dist/main.mjs",
      "node dist/main.mjs",
    ],
    forbids: /warning/i,
  },
  {
    name: "esbuild, ESM, beside node_modules",
    ...esbuild,
    run: [
      "npx esbuild main.mjs --bundle --platform=node --format=esm --outfile=dist/main.mjs",
      "node dist/main.mjs",
    ],
    forbids: /warning/i,
  },
  {
    name: "esbuild, ESM, moved",
    ...esbuild,
    run: [
      "npx esbuild main.mjs --bundle --platform=node --format=esm --outfile=dist/main.mjs",
      ...elsewhere("main.mjs"),
    ],
    forbids: /warning/i,
  },
  {
    name: "esbuild, CommonJS, moved",
    ...esbuild,
    run: [
      "npx esbuild main.mjs --bundle --platform=node --format=cjs --outfile=dist/main.cjs",
      ...elsewhere("main.cjs"),
    ],
    forbids: /error/i,
  },
  webpack("cjs"),
  webpack("esm"),
  {
    name: "Rollup, moved",
    packages: { rollup: "4.68.8", "@rollup/plugin-node-resolve": "16.0.3" },
    files,
    run: [
      "npx rollup main.mjs --format=es --plugin=node-resolve --file=dist/main.mjs",
      ...elsewhere("main.mjs"),
    ],
  },
  {
    name: "Vite, SSR",
    packages: { vite: "8.4.0" },
    files,
    run: ["npx vite build --ssr main.mjs", "node dist/main.mjs"],
  },
  {
    name: "Vite, SSR with varve inside, moved",
    packages: { vite: "8.4.0" },
    files: { ...files, "vite.config.mjs": "export default { ssr: { noExternal: true } };" },
    run: ["npx vite build --ssr main.mjs", ...elsewhere("main.mjs")],
  },
  {
    name: "tsup",
    packages: { tsup: "9.0.0", typescript: "6.0.3" },
    files: { "main.ts": program.esm },
    run: ["npx tsup main.ts --format esm", "node dist/main.mjs"],
  },
  {
    name: "AWS Lambda's layout (esbuild, a zip of the bundle and two files)",
    ...esbuild,
    files: {
      ...files,
      "main.mjs": `${bundled.replace("answer().then(console.log);", "export const handler = answer;")}`,
      "invoke.mjs": `const start = performance.now(); const { handler } = await import(process.argv[2]); const said = await handler(); console.log(said, Math.round(performance.now() - start), "ms from a cold start");`,
    },
    run: [
      "npx esbuild main.mjs --bundle --minify --platform=node --format=esm --outfile=dist/main.mjs",
      "node copy.mjs",
      "node invoke.mjs {elsewhere}/main.mjs",
    ],
    shows: /\d+ ms from a cold start/,
  },
];
