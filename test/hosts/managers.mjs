// Package managers other than npm: each installs the package for this platform and no other.
import { program } from "./programs.mjs";

const files = { "main.mjs": program.esm };
const count = `import { readdirSync } from "node:fs"; const found = readdirSync("node_modules/.pnpm").filter((name) => name.startsWith("@varve")); console.log(found.length);`;

export const managers = [
  {
    name: "pnpm",
    manager: { pnpm: "12.21.0" },
    files: { ...files, "count.mjs": count },
    install: "{manager}/pnpm install --no-frozen-lockfile",
    run: ["node count.mjs", "node main.mjs"],
    prints: /^2\nvarve found a$/,
  },
  {
    name: "Yarn, Plug'n'Play",
    manager: { "@yarnpkg/cli-dist": "4.18.1" },
    files: {
      ...files,
      "yarn.lock": "",
      ".yarnrc.yml":
        'enableTelemetry: false\nglobalFolder: ./global\nenableGlobalCache: false\nenableImmutableInstalls: false\nunsafeHttpWhitelist: ["127.0.0.1"]\nnpmScopes:\n  varve:\n    npmRegistryServer: "{registry}"\n',
    },
    install: "{manager}/yarn install",
    run: ["{manager}/yarn node main.mjs"],
  },
  {
    name: "Bun as a package manager",
    manager: { bun: "1.4.5" },
    scripts: ["bun"],
    files: { ...files, "bunfig.toml": '[install.scopes]\nvarve = "{registry}"\n' },
    install: "{manager}/bun install",
    run: ["node main.mjs"],
  },
];
