import { defineConfig } from "vite";

// Two builds: the client, and the server and commands as plain modules for Node. Packages stay where they are.
export default defineConfig(({ isSsrBuild }) =>
  isSsrBuild === true
    ? {
        publicDir: false,
        ssr: { external: true },
        build: {
          ssr: true,
          target: "node20",
          outDir: "dist/server",
          emptyOutDir: true,
          rolldownOptions: {
            // All beside each other, so that each finds the folder of the example two folders up, as the sources do.
            output: { chunkFileNames: "[name].js" },
            input: {
              serve: "server/serve.ts",
              ingest: "server/ingest.ts",
              evaluate: "evaluation/evaluate.ts",
              "evaluate-codes": "evaluation/evaluate-codes.ts",
              "evaluate-sixty": "evaluation/evaluate-sixty.ts",
            },
          },
        },
      }
    : { root: "client", build: { outDir: "../dist/client", emptyOutDir: true, assetsInlineLimit: 0 } },
);
