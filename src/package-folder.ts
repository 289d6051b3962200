// Where the files are that travel with the package: its native module and its model. A bundler copies the code elsewhere and leaves them
// behind, and each bundler says something else of where the code is. So several places are looked at, the likeliest first.

import { existsSync, readFileSync } from "node:fs";
// A default import: bundlers read calls of a `createRequire` that was imported by its name, and replace what they should leave alone.
import nodeModule from "node:module";
import { dirname, isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The name under which the package is found. */
const NAME = "varve";

/** The files in which this code may be, as the module system and the bundlers say. */
function ownFiles(): string[] {
  // In a bundle for CommonJS there is no address; in one of webpack it is the one of the source, on the machine that built it.
  const address: unknown = import.meta.url;
  const own = typeof address === "string" && address.startsWith("file:") ? [fileURLToPath(address)] : [];
  const all = [...own, fileName(), process.argv[1]].filter((file) => file !== undefined);
  return [...new Set(all.filter((file) => isAbsolute(file) && existsSync(dirname(file))))];
}

/** The file of a module of CommonJS. It is tried, since webpack says that there is one where there is none. */
function fileName(): string | undefined {
  try {
    return __filename;
  } catch {
    return undefined;
  }
}

/** Whether this is the folder of the package. */
function isPackage(folder: string): boolean {
  return Reflect.get(manifestIn(folder) ?? {}, "name") === NAME;
}

/** The manifest of a package that lies in this folder. */
function manifestIn(folder: string): object | undefined {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return typeof manifest === "object" && manifest !== null ? manifest : undefined;
  } catch {
    return undefined;
  }
}

/** The names of the packages that a package has as optional dependencies. */
export function optionalDependencies(folder: string): string[] {
  const named: unknown = Reflect.get(manifestIn(folder) ?? {}, "optionalDependencies");
  return typeof named === "object" && named !== null ? Object.keys(named) : [];
}

/** Files as they would lie beside this one; some or all are not there. */
interface PackagedFiles {
  /** The modules of the packages of platforms. */
  readonly prebuilt: readonly string[];
  /** The module of this package. */
  readonly native: string;
  /** The folders of the model. */
  readonly models: readonly string[];
}

/**
 * The native modules and the folders of models where they lie beside this file: in the packages of the platforms and of the model, and in
 * this package. They are named one by one and in this form because Next.js and others read it to find out which files a program needs; the
 * packages of other platforms are not there. Undefined where this code has no address of its own.
 */
export function packagedFiles(): PackagedFiles | undefined {
  try {
    const prebuilt = [
      new URL(/* webpackIgnore: true */ "../../@varve/linux-x64-gnu/varve.node", import.meta.url),
      new URL(/* webpackIgnore: true */ "../../@varve/linux-x64-musl/varve.node", import.meta.url),
      new URL(/* webpackIgnore: true */ "../../@varve/linux-arm64-gnu/varve.node", import.meta.url),
      new URL(/* webpackIgnore: true */ "../../@varve/linux-arm64-musl/varve.node", import.meta.url),
      new URL(/* webpackIgnore: true */ "../../@varve/darwin-x64/varve.node", import.meta.url),
      new URL(/* webpackIgnore: true */ "../../@varve/darwin-arm64/varve.node", import.meta.url),
      new URL(/* webpackIgnore: true */ "../../@varve/win32-x64-msvc/varve.node", import.meta.url),
      new URL(/* webpackIgnore: true */ "../../@varve/win32-arm64-msvc/varve.node", import.meta.url),
    ];
    const [installed] = [
      new URL(/* webpackIgnore: true */ "../../@varve/model-en/config.json", import.meta.url),
      new URL(/* webpackIgnore: true */ "../../@varve/model-en/model.safetensors", import.meta.url),
      new URL(/* webpackIgnore: true */ "../../@varve/model-en/tokenizer.json", import.meta.url),
      new URL(/* webpackIgnore: true */ "../../@varve/model-en/vocabulary.txt", import.meta.url),
    ];
    const native = new URL(/* webpackIgnore: true */ "../native/varve.node", import.meta.url);
    const [own] = [
      new URL(/* webpackIgnore: true */ "../models/varve-static-en/config.json", import.meta.url),
      new URL(/* webpackIgnore: true */ "../models/varve-static-en/model.safetensors", import.meta.url),
      new URL(/* webpackIgnore: true */ "../models/varve-static-en/tokenizer.json", import.meta.url),
      new URL(/* webpackIgnore: true */ "../models/varve-static-en/vocabulary.txt", import.meta.url),
    ];
    return {
      prebuilt: prebuilt.map((file) => fileURLToPath(file)),
      native: fileURLToPath(native),
      models: [installed, own].map((config) => dirname(fileURLToPath(config))),
    };
  } catch {
    return undefined;
  }
}

/** The package that a file is part of, or that it can import. */
function packageOf(file: string): string | undefined {
  let folder = dirname(file);
  while (!isPackage(folder)) {
    const above = dirname(folder);
    if (above === folder) return installedFor(file);
    folder = above;
  }
  return folder;
}

function installedFor(file: string): string | undefined {
  const manifest = resolvedFrom(file, `${NAME}/package.json`);
  return manifest === undefined ? undefined : dirname(manifest);
}

/** Where what a file may import lies. */
function resolvedFrom(file: string, request: string): string | undefined {
  try {
    return requireFrom(file).resolve(request);
  } catch {
    return undefined;
  }
}

/** A file of another package that this one, or the bundle that this code is in, can import. */
export function fileOfPackage(request: string): string | undefined {
  const own = packageFolder();
  for (const file of [...(own === undefined ? [] : [join(own, "package.json")]), ...ownFiles()]) {
    const found = resolvedFrom(file, request);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The `require` of a file. */
export function requireFrom(file: string): NodeJS.Require {
  return nodeModule.createRequire(file);
}

/** The folder of the package, where it can be found. */
export function packageFolder(): string | undefined {
  for (const file of ownFiles()) {
    const found = packageOf(file);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The folders in which a bundle may lie. */
export function bundleFolders(): string[] {
  return [...new Set(ownFiles().map((file) => dirname(file)))];
}
