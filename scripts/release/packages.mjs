// The packages of a release, as folders that npm can pack: one for each platform with its native module, one for the model, and the main
// package, which names the others among its optional dependencies at exactly its own version.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { at, readJson } from "../support/files.mjs";

/** Where a release is put together. */
export const folder = ".release";

/** The platforms, in the order in which their packages are published. */
export const platforms = readJson("scripts/release/platforms.json");

const modelFolder = "models/varve-static-en";

/** The place of a module that was built for a platform. */
export const moduleOf = (name) => join(folder, "modules", name, "varve.node");

/** The platform of this machine. */
export function thisPlatform() {
  const report = process.platform === "linux" ? process.report.getReport().header : undefined;
  const libc = report?.glibcVersionRuntime === undefined ? "musl" : "glibc";
  return platforms.find(
    ({ os, cpu, ...platform }) =>
      os === process.platform &&
      cpu === process.arch &&
      (platform.libc === undefined || platform.libc === libc),
  );
}

const shared = ({ version, license, engines, repository, homepage, bugs }) => ({
  version,
  license,
  engines,
  repository,
  homepage,
  bugs,
  publishConfig: { access: "public" },
});

/** What the package of a platform says of itself. */
export function platformManifest(main, { name, os, cpu, libc }) {
  return {
    name: `@varve/${name}`,
    ...shared(main),
    description: `The native module of varve for ${name}; installed with varve`,
    os: [os],
    cpu: [cpu],
    ...(libc === undefined ? {} : { libc: [libc] }),
    main: "varve.node",
    files: ["varve.node"],
    // A zip, which Yarn would keep it in, is nothing that a system loads a module from.
    preferUnplugged: true,
  };
}

/** What the package of the model says of itself. It has a version of its own, since it seldom changes. */
export function modelManifest(main) {
  const { version, ...own } = readJson(`${modelFolder}/package.json`);
  return { ...own, ...shared(main), version, engines: undefined };
}

/** What the main package says of itself when it brings no files for a platform. */
export function mainManifest(main) {
  const { scripts, devDependencies, overrides, napi, ...published } = main;
  const model = readJson(`${modelFolder}/package.json`);
  const optional = [
    ...platforms.map(({ name }) => [`@varve/${name}`, main.version]),
    [model.name, model.version],
  ];
  return {
    ...published,
    files: main.files.filter((name) => name !== "models" && !name.startsWith("native/")),
    publishConfig: { access: "public" },
    optionalDependencies: Object.fromEntries(optional),
  };
}

function put(place, manifest, files) {
  rmSync(at(place), { recursive: true, force: true });
  mkdirSync(at(place), { recursive: true });
  writeFileSync(at(place, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
  for (const [from, to] of files) cpSync(at(from), at(place, to), { recursive: true });
}

/** All parts must have one version: that of package.json. */
function checkVersions(main) {
  const crates = /^version = "(.+)"$/m.exec(readFileSync(at("native/Cargo.toml"), "utf8"))?.[1];
  if (crates !== main.version) {
    throw new Error(`package.json is of version ${main.version}, and native/Cargo.toml of ${crates}.`);
  }
}

/**
 * Puts the packages together below `place`, and names them in the order in which they are published: platforms, model, main. A platform
 * without a module gets no package; `modules` says where the module of each lies.
 */
export function stage(place = join(folder, "packages"), modules = moduleOf) {
  const main = readJson("package.json");
  checkVersions(main);
  rmSync(at(place), { recursive: true, force: true });
  const staged = [];
  const add = (manifest, files) => {
    const own = join(place, manifest.name.replace("@", "").replace("/", "-"));
    put(own, manifest, [...files, ["LICENSE", "LICENSE"]]);
    staged.push({ name: manifest.name, version: manifest.version, folder: own });
  };
  for (const platform of platforms.filter(({ name }) => existsSync(at(modules(name))))) {
    add(platformManifest(main, platform), [
      [modules(platform.name), "varve.node"],
      ["THIRD-PARTY-LICENSES.md", "THIRD-PARTY-LICENSES.md"],
    ]);
  }
  const model = modelManifest(main);
  add(
    model,
    [...model.files, "README.md"].map((file) => [join(modelFolder, file), file]),
  );
  const published = mainManifest(main);
  add(
    published,
    [...published.files, "README.md"].map((file) => [file, file]),
  );
  return staged;
}
