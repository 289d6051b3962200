// A program with varve in its bundle, built where none of the optional peers is installed, and run where the package is not.

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsdown";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const program = `
import { connect, embed, table, text } from "varve";
import { builtin, openai } from "varve/embeddings";

async function main() {
  const db = await connect("memory:");
  const docs = table("docs", { id: text().primaryKey(), body: text() }, (c) => ({ vec: embed(builtin(), c.body) }));
  const t = await db.table(docs);
  await t.insert([{ id: "a", body: "Returns are free within 30 days." }]);
  const hits = await t.search("money back");
  const error = await openai("m", { baseURL: "http://127.0.0.1:1", apiKey: "k", dimensions: 3 })
    .embed(["x"], { kind: "query" })
    .catch((error) => error);
  return { hits: hits.map(({ id }) => id), hint: error.hint };
}

main()
  .catch(({ code, hint }) => ({ code, hint }))
  .then((result) => console.log(JSON.stringify(result)));
`;

let project: string;
let modules: string;

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), "varve-bundle-"));
  modules = join(project, "node_modules");
  mkdirSync(join(modules, "varve", "native"), { recursive: true });
  for (const path of ["dist", "package.json", "models"]) {
    cpSync(join(root, path), join(modules, "varve", path), { recursive: true });
  }
  symlinkSync(join(root, "native", "varve.node"), join(modules, "varve", "native", "varve.node"));
  writeFileSync(join(project, "program.js"), program);
  for (const format of ["esm", "cjs"] as const) {
    await build({
      config: false,
      cwd: project,
      entry: ["program.js"],
      format,
      fixedExtension: true,
      platform: "node",
      deps: { alwaysBundle: [/.*/] },
      dts: false,
      logLevel: "error",
      clean: false,
      outDir: "bundle",
    });
  }
}, 120_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

function run(file: string, env: Readonly<Record<string, string>> = {}): object {
  const { stdout, stderr } = spawnSync(process.execPath, [join(project, "bundle", file)], {
    cwd: tmpdir(),
    encoding: "utf8",
    env: { ...process.env, VARVE_NATIVE: "", VARVE_MODELS: "", ...env },
  });
  return stdout === "" ? { stderr } : (JSON.parse(stdout) as object);
}

const works = { hits: ["a"], hint: "Install it: npm install openai" };

describe.each(["program.mjs", "program.cjs"])("%s", (file) => {
  it("runs beside the installed package", () => {
    expect(run(file)).toEqual(works);
  });

  it("says what to do where the package is not, and runs once that is done", () => {
    const elsewhere = join(project, "elsewhere");
    renameSync(modules, elsewhere);
    const native = join(elsewhere, "varve", "native", "varve.node");
    const models = join(elsewhere, "varve", "models");
    const beside = [join(project, "bundle", "varve.node"), join(project, "bundle", "models")] as const;
    try {
      const hint = expect.stringContaining('serverExternalPackages: ["varve"]') as string;
      expect(run(file)).toMatchObject({ code: "NATIVE_MISSING", hint });
      expect(run(file, { VARVE_NATIVE: native })).toMatchObject({ code: "EMBEDDING_UNAVAILABLE", hint });
      expect(run(file, { VARVE_MODELS: models, VARVE_NATIVE: native })).toEqual(works);
      symlinkSync(native, beside[0]);
      symlinkSync(models, beside[1], "junction");
      expect(run(file)).toEqual(works);
    } finally {
      for (const path of beside) rmSync(path, { force: true });
      renameSync(elsewhere, modules);
    }
  });
});
