import { fileURLToPath } from "node:url";
import { minifySync } from "rolldown/experimental";
import { defineConfig, type Rolldown } from "tsdown";

// One entry for each subpath of package.json's "exports". A module that two entries share becomes a chunk of its own: few
// files, because each costs a fifth of a millisecond when the package is imported.
const entries = {
  index: "src/index.ts",
  "documents/index": "src/documents/index.ts",
  "embeddings/index": "src/embeddings/index.ts",
  "evaluation/index": "src/evaluation/index.ts",
  "integrations/ai": "src/integrations/ai/index.ts",
  "integrations/arrow": "src/integrations/arrow/index.ts",
  "integrations/duckdb": "src/integrations/duckdb/index.ts",
  "integrations/langchain": "src/integrations/langchain/index.ts",
  "integrations/langgraph": "src/integrations/langgraph/index.ts",
  "integrations/llamaindex": "src/integrations/llamaindex/index.ts",
  "integrations/mastra": "src/integrations/mastra/index.ts",
  "integrations/openai-agents": "src/integrations/openai-agents/index.ts",
  "integrations/opentelemetry": "src/integrations/opentelemetry/index.ts",
};

/** What is built of both: the page of `varve studio`, which runs in a browser (decision 0098), and the package. */
const common = {
  fixedExtension: false,
  sourcemap: false,
  report: false,
  inputOptions: { checks: { pluginTimings: false } },
} as const;

const page = defineConfig({
  ...common,
  entry: { page: "src/studio/page/index.tsx" },
  outDir: "dist/studio",
  format: "esm",
  platform: "browser",
  target: "es2022",
  dts: false,
  minify: true,
  tsconfig: "tsconfig.browser.json",
  copy: ["index.html", "page.css", "mark.svg"].map((file) => ({
    from: `src/studio/page/${file}`,
    to: "dist/studio",
  })),
  deps: { onlyBundle: ["preact", /^@preact\//] },
});

/** What the types of the package name of their surroundings. It merges with the types of Node or of a browser, and stands in where a program has neither. */
const surroundings = `declare global {
  interface AbortSignal { readonly aborted: boolean }
  interface URL { href: string }
  interface SymbolConstructor { readonly dispose: unique symbol; readonly asyncDispose: unique symbol }
  interface AsyncDisposable { [Symbol.asyncDispose](): PromiseLike<void> }
}`;

/** Whether users never step through a module: it is other people's code, or that of the command. */
const isUnseen = (id: string): boolean =>
  id.includes("node_modules") || /\/src\/(cli|mcp|serve|studio)\//.test(id.replaceAll("\\", "/"));

/**
 * What nobody steps through is minified, and so is all that is built a second time for `require`; names of classes stay. The
 * modules of the package stay readable.
 */
const unseenIsSmall: Rolldown.Plugin = {
  name: "unseen-is-small",
  renderChunk(code, { fileName, modules }, { format }) {
    const sizes = Object.entries(modules).map(([id, { renderedLength }]) => [id, renderedLength] as const);
    const sizeOf = (part: typeof sizes) => part.reduce((sum, [, size]) => sum + size, 0);
    const unseen = sizeOf(sizes.filter(([id]) => isUnseen(id))) * 2 > sizeOf(sizes);
    if (!unseen && format !== "cjs") return null;
    return minifySync(fileName, code, { mangle: { keepNames: { class: true, function: false } } }).code;
  },
};

const library = defineConfig({
  ...common,
  entry: entries,
  // The command is never required, so it is built once.
  format: {
    esm: { entry: { ...entries, cli: "src/cli/index.ts" } },
    cjs: {},
  },
  platform: "node",
  target: "node20",
  dts: true,
  minify: false,
  plugins: [unseenIsSmall],
  banner: { dts: surroundings },
  // What documents a call stands in the types. In the code it would be read with every import.
  outputOptions: { comments: { jsdoc: false } },
  // The core has no dependencies, optional peers are imported on first use, and the command and the integrations import `varve` as
  // users do, when they run too. What travels of node_modules is what `varve mcp` speaks its protocol with and what `varve import` reads CSV
  // with, in chunks that only these commands load (decisions 0097 and 0103): anything else that would be bundled fails the build.
  alias: {
    "@modelcontextprotocol/server/_shims": fileURLToPath(
      new URL("src/mcp/protocol-shims.ts", import.meta.url),
    ),
  },
  deps: { neverBundle: [/^varve(\/|$)/], onlyBundle: [/^@modelcontextprotocol\//, "zod", "csv-parse"] },
});

export default [library, page];
