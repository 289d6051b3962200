// The door to the native module and to the files that travel with the package. It is the only file that loads anything.

import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import type { NativeModule } from "./native-types";
import { messageOf } from "./realm";
import { VarveError } from "./varve-error";

// The build puts the file's own address here in CommonJS too. (`__filename` also exists in a REPL, where it is no file.)
const require = createRequire(import.meta.url);

let loaded: NativeModule | undefined;

/** Loads the native module once per process; the environment variable `VARVE_NATIVE` names another file. */
export function nativeModule(): NativeModule {
  loaded ??= load(process.env["VARVE_NATIVE"]);
  return loaded;
}

/** A file of the package, such as a model that it brings. */
export function packageFile(...parts: string[]): string {
  return join(dirname(require.resolve("varve/package.json")), ...parts);
}

function load(override: string | undefined): NativeModule {
  let file = override === undefined ? "native/varve.node" : resolve(override);
  try {
    if (override === undefined) file = packageFile("native", "varve.node");
    return require(file) as NativeModule;
  } catch (cause) {
    throw nativeMissing(file, `${process.platform}-${process.arch}`, cause);
  }
}

/** The error for a native module that cannot be loaded. */
export function nativeMissing(file: string, platform: string, cause: unknown): VarveError {
  const why = messageOf(cause).split("\n")[0] ?? "";
  return new VarveError(
    "NATIVE_MISSING",
    `The native module for ${platform} could not be loaded from ${file}: ${why}`,
    {
      hint: "Build it with `npm run build`, or let the environment variable VARVE_NATIVE name the file varve.node.",
      where: { file },
      cause,
    },
  );
}
