import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string): string => fileURLToPath(new URL(`src/${path}`, import.meta.url));

export default defineConfig({
  resolve: {
    // Tests import what a user imports, and run against the sources. test/package runs against the built package.
    alias: [
      { find: /^varve$/, replacement: source("index.ts") },
      { find: /^varve\/embeddings$/, replacement: source("embeddings/index.ts") },
      { find: /^varve\/evaluation$/, replacement: source("evaluation/index.ts") },
      { find: /^varve\/documents$/, replacement: source("documents/index.ts") },
      { find: /^varve\/(.+)$/, replacement: source("integrations/$1/index.ts") },
    ],
  },
  test: {
    // The examples are plain JavaScript, and so are their tests.
    include: ["test/**/*.test.ts", "test/examples/*.test.mjs"],
    typecheck: {
      enabled: true,
      include: ["test/types/**/*.test-d.ts"],
      tsconfig: "tsconfig.json",
    },
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
