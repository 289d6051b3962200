import { defineConfig } from "tsdown";

// One entry for each subpath of package.json's "exports". A module that two entries share becomes a chunk of its own: few
// files, because each costs a fifth of a millisecond when the package is imported.
const library = {
  index: "src/index.ts",
  "documents/index": "src/documents/index.ts",
  "embeddings/index": "src/embeddings/index.ts",
  "evaluation/index": "src/evaluation/index.ts",
  "integrations/ai": "src/integrations/ai/index.ts",
  "integrations/arrow": "src/integrations/arrow/index.ts",
  "integrations/langchain": "src/integrations/langchain/index.ts",
  "integrations/llamaindex": "src/integrations/llamaindex/index.ts",
  "integrations/mastra": "src/integrations/mastra/index.ts",
};

export default defineConfig({
  entry: library,
  // The command is never required, so it is built once.
  format: {
    esm: { entry: { ...library, cli: "src/cli/index.ts" } },
    cjs: {},
  },
  platform: "node",
  target: "node20",
  dts: true,
  fixedExtension: false,
  minify: false,
  sourcemap: false,
  report: false,
  // What documents a call stands in the types. In the code it would be read with every import.
  outputOptions: { comments: { jsdoc: false } },
  inputOptions: { checks: { pluginTimings: false } },
  // Nothing from node_modules travels in the package: the core has no dependencies, and optional peers are imported on first
  // use. The command and the integrations import `varve` as users do, when they run too.
  deps: { skipNodeModulesBundle: true, neverBundle: [/^varve(\/|$)/] },
});
