import { existsSync } from "node:fs";
import { defineConfig } from "tsdown";

// One entry for each subpath of package.json's "exports", and the command. A module that two entries share becomes a
// chunk of its own: few files, because each costs a fifth of a millisecond when the package is imported.
const entries = {
  index: "src/index.ts",
  "embeddings/index": "src/embeddings/index.ts",
  cli: "src/cli/index.ts",
};

export default defineConfig({
  entry: Object.fromEntries(Object.entries(entries).filter(([, file]) => existsSync(file))),
  format: ["esm", "cjs"],
  platform: "node",
  target: "node20",
  dts: true,
  fixedExtension: false,
  minify: false,
  sourcemap: false,
  report: false,
  inputOptions: { checks: { pluginTimings: false } },
  // Nothing from node_modules travels in the package: the core has no dependencies, and optional peers are imported on first use.
  deps: { skipNodeModulesBundle: true },
});
