// Programs of tests, ways to use several threads and processes, and other runtimes.
import { program, tests } from "./programs.mjs";

const vitest = { packages: { vitest: "5.1.2" }, files: { "a.test.mjs": tests.esm } };
const jest = { jest: "30.5.2" };

export const runners = [
  {
    name: "Jest, CommonJS",
    packages: jest,
    files: {
      "a.test.cjs": tests.cjs,
      "jest.config.cjs": 'module.exports = { testMatch: ["**/*.test.cjs"] };',
    },
    run: ["npx jest"],
    prints: /1 passed/,
  },
  {
    name: "Jest, ES modules",
    packages: jest,
    files: {
      "a.test.mjs": tests.esm,
      "jest.config.cjs": 'module.exports = { testMatch: ["**/*.test.mjs"] };',
    },
    run: ["node --experimental-vm-modules node_modules/jest/bin/jest.js"],
    prints: /1 passed/,
  },
  ...["forks", "threads", "vmThreads", "vmForks"].map((pool) => ({
    name: `vitest, ${pool}`,
    ...vitest,
    run: [`npx vitest run --globals --pool ${pool}`],
    prints: /1 passed/,
  })),
  {
    name: "node --test",
    files: {
      "a.test.mjs": `import { test } from "node:test";\nimport { equal } from "node:assert/strict";\n${tests.esm.replace(/expect\((.*)\)\.toBe\((.*)\)\)/, "equal($1, $2))")}`,
    },
    run: ["node --test"],
    prints: /pass 1/,
  },
  {
    name: "worker threads",
    files: {
      "worker.mjs": program.esm,
      "main.mjs": `import { Worker } from "node:worker_threads"; for (const _ of [1, 2, 3]) new Worker(new URL("worker.mjs", import.meta.url));`,
    },
    run: ["node main.mjs"],
    prints: /(varve found a\s*){3}/,
  },
  {
    name: "cluster",
    files: {
      "worker.cjs": program.cjs,
      "main.cjs": `const cluster = require("node:cluster"); cluster.setupPrimary({ exec: "worker.cjs" }); for (const _ of [1, 2, 3]) cluster.fork().on("message", () => {}).once("online", function () { setTimeout(() => this.disconnect(), 3000); });`,
    },
    run: ["node main.cjs"],
    prints: /(varve found a\s*){3}/,
  },
  {
    name: "Bun",
    packages: { bun: "1.4.5" },
    scripts: ["bun"],
    files: { "main.mjs": program.esm },
    run: ["npx bun main.mjs"],
  },
  {
    name: "Deno",
    packages: { deno: "2.9.6" },
    scripts: ["deno"],
    files: { "main.mjs": program.esm },
    run: ["npx deno run --allow-read --allow-env --allow-ffi --allow-sys --node-modules-dir=manual main.mjs"],
  },
];
