// A package as a release has it: without a module and a model of its own, which lie in packages beside it.

import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { version } from "../../package.json";
import { packageOfPlatform, platformName, platformsOf, thisSystem } from "../../src/platform-package";

const root = fileURLToPath(new URL("../..", import.meta.url));
const platform = platformName(thisSystem);
const other = platformsOf(thisSystem).find((name) => name !== platform);
const program = `
  connect("memory:")
    .then((db) => db.table(table("docs", { id: text().primaryKey(), body: text() }, (c) => ({ vec: embed(builtin(), c.body) }))))
    .then(async (t) => (await t.insert([{ id: "a", body: "Returns are free." }]), (await t.search("money back")).map(({ id }) => id)))
    .catch(({ code, message, hint }) => ({ code, message, hint }))
    .then((result) => console.log(JSON.stringify(result)));
`;
const names = "{ connect, embed, table, text }";
const programs = {
  "program.mjs": `import ${names} from "varve"; import { builtin } from "varve/embeddings"; ${program}`,
  "program.cjs": `const ${names} = require("varve"); const { builtin } = require("varve/embeddings"); ${program}`,
};

let project: string;
let native: string;
let model: string;

beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), "varve-prebuilt-"));
  const own = join(project, "node_modules", "varve");
  native = join(project, "node_modules", packageOfPlatform(platform));
  model = join(project, "node_modules", "@varve", "model-en");
  mkdirSync(own, { recursive: true });
  mkdirSync(native, { recursive: true });
  cpSync(join(root, "dist"), join(own, "dist"), { recursive: true });
  cpSync(join(root, "models", "varve-static-en"), model, { recursive: true });
  // A link to the file, which keeps its own place: what is a package is a folder.
  symlinkSync(join(root, "native", "varve.node"), join(native, "varve.node"));
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as object;
  const optional = Object.fromEntries(
    platformsOf(thisSystem).map((name) => [packageOfPlatform(name), version]),
  );
  writeFileSync(
    join(own, "package.json"),
    JSON.stringify({ ...manifest, optionalDependencies: { ...optional, "@varve/linux-x64-gnu": version } }),
  );
  for (const [file, code] of Object.entries(programs)) writeFileSync(join(project, file), code);
}, 60_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

function run(file: string, env: Readonly<Record<string, string>> = {}): unknown {
  const { stdout, stderr } = spawnSync(process.execPath, [join(project, file)], {
    encoding: "utf8",
    env: { ...process.env, VARVE_NATIVE: "", VARVE_MODELS: "", ...env },
  });
  return stdout === "" ? { stderr } : (JSON.parse(stdout) as unknown);
}

function without(folder: string, claim: () => void): void {
  renameSync(folder, `${folder}-away`);
  try {
    claim();
  } finally {
    renameSync(`${folder}-away`, folder);
  }
}

const file = "program.mjs";

describe("a package without a module of its own", () => {
  it.each(Object.keys(programs))("finds the module and the model in their packages: %s", (name) => {
    expect(run(name)).toEqual(["a"]);
  });

  it("takes the module of the C library of this system where those of both are installed", () => {
    if (other === undefined) return;
    const wrong = join(project, "node_modules", packageOfPlatform(other));
    mkdirSync(wrong);
    writeFileSync(join(wrong, "varve.node"), "not a module");
    try {
      expect(run(file)).toEqual(["a"]);
    } finally {
      rmSync(wrong, { recursive: true });
    }
  });

  it("names the package of a module or a model that is not installed", () => {
    without(native, () => {
      expect(run(file)).toMatchObject({
        code: "NATIVE_MISSING",
        message: `The native module for ${platform} was not found.`,
        hint: expect.stringContaining(`npm install ${packageOfPlatform(platform)}@${version}`) as string,
      });
    });
    without(model, () => {
      const hint = expect.stringContaining("npm install @varve/model-en") as string;
      expect(run(file)).toMatchObject({ code: "EMBEDDING_UNAVAILABLE", hint });
    });
  });

  it("refuses a module of another version", () => {
    const stale = join(project, "stale.cjs");
    writeFileSync(stale, `exports.version = () => "0.0.9";`);
    expect(run(file, { VARVE_NATIVE: stale })).toMatchObject({
      code: "NATIVE_MISSING",
      message: `The native module in ${stale} is of version 0.0.9, and varve is of version ${version}.`,
    });
  });
});
