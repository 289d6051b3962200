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
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return typeof manifest === "object" && manifest !== null && Reflect.get(manifest, "name") === NAME;
  } catch {
    return false;
  }
}

/**
 * The native module and the model where they lie in the package, seen from this file. They are named one by one and in this form because
 * Next.js and others read it to find out which files a program needs. Undefined where this code has no address of its own.
 */
export function packagedFiles(): { readonly native: string; readonly model: string } | undefined {
  try {
    const native = new URL(/* webpackIgnore: true */ "../native/varve.node", import.meta.url);
    const [config] = [
      new URL(/* webpackIgnore: true */ "../models/varve-static-en/config.json", import.meta.url),
      new URL(/* webpackIgnore: true */ "../models/varve-static-en/model.safetensors", import.meta.url),
      new URL(/* webpackIgnore: true */ "../models/varve-static-en/tokenizer.json", import.meta.url),
      new URL(/* webpackIgnore: true */ "../models/varve-static-en/vocabulary.txt", import.meta.url),
    ];
    return { native: fileURLToPath(native), model: dirname(fileURLToPath(config)) };
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
  try {
    return dirname(requireFrom(file).resolve(`${NAME}/package.json`));
  } catch {
    return undefined;
  }
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
