// The door to the native module and to the files that travel with the package. It is the only file that loads anything.

import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { NativeModule } from "./native-types";
import { bundleFolders, packagedFiles, packageFolder, requireFrom } from "./package-folder";
import { messageOf } from "./realm";
import { VarveError } from "./varve-error";

let loaded: NativeModule | undefined;

/**
 * Loads the native module once per process: the file that the environment variable `VARVE_NATIVE` names, else the one of the package, else
 * `varve.node` beside the bundle that this code is in.
 */
export function nativeModule(): NativeModule {
  loaded ??= load(process.env["VARVE_NATIVE"] ?? "");
  return loaded;
}

/** The folder of a model that the package brings: below `VARVE_MODELS`, in the package, or beside the bundle. */
export function modelFolder(name: string): string | undefined {
  const models = process.env["VARVE_MODELS"] ?? "";
  const own = packageFolder();
  const model = packagedFiles()?.model;
  const places = [
    ...(models === "" ? [] : [join(models, name)]),
    ...(model !== undefined && basename(model) === name ? [model] : []),
    ...(own === undefined ? [] : [join(own, "models", name)]),
    ...bundleFolders().flatMap((folder) => [join(folder, "models", name), join(folder, name)]),
  ];
  return places.find((folder) => existsSync(join(folder, "config.json")));
}

function load(override: string): NativeModule {
  const file = override === "" ? nativeFile() : resolve(override);
  const setting: NativeSetting = override === "" ? settingOf(packageFolder()) : "named";
  const platform = `${process.platform}-${process.arch}`;
  if (file === undefined) throw nativeMissing(platform, setting);
  try {
    return requireFrom(file)(file) as NativeModule;
  } catch (cause) {
    throw nativeBroken(file, platform, setting, cause);
  }
}

function nativeFile(): string | undefined {
  const own = packageFolder();
  const packaged = packagedFiles()?.native;
  const places = [
    ...(packaged === undefined ? [] : [packaged]),
    ...(own === undefined ? [] : [join(own, "native", "varve.node")]),
    ...bundleFolders().flatMap((folder) => [
      join(folder, "native", "varve.node"),
      join(folder, "varve.node"),
    ]),
  ];
  return places.find((file) => existsSync(file));
}

/** How this code is used: from a clone of the repository, from an installed package, in a bundle, or with a module that was named. */
export type NativeSetting = "clone" | "installed" | "bundled" | "named";

function settingOf(folder: string | undefined): NativeSetting {
  if (folder === undefined) return "bundled";
  return existsSync(join(folder, "native", "Cargo.toml")) ? "clone" : "installed";
}

const hints: Readonly<Record<NativeSetting, string>> = {
  clone: "Build it: run `npm run build` in the clone of Varve.",
  installed:
    "The package was packed on another platform. On this one, run `npm run build` and `npm pack` in a clone of Varve and install the tarball, " +
    "or set the environment variable VARVE_NATIVE to a file varve.node that was built here.",
  bundled:
    'Varve was put into a bundle without its native module. Keep it out of the bundle (Next.js: serverExternalPackages: ["varve"]; esbuild: ' +
    "--external:varve; webpack: externals), or copy native/varve.node of the package beside the bundle, or set VARVE_NATIVE to it.",
  named: "Set the environment variable VARVE_NATIVE to a file varve.node for this platform, or unset it.",
};

/** The error for a native module that is nowhere. */
export function nativeMissing(platform: string, setting: NativeSetting): VarveError {
  return new VarveError("NATIVE_MISSING", `The native module for ${platform} was not found.`, {
    hint: hints[setting],
  });
}

/** The error for a native module that does not load. */
export function nativeBroken(
  file: string,
  platform: string,
  setting: NativeSetting,
  cause: unknown,
): VarveError {
  const why = messageOf(cause).split("\n")[0] ?? "";
  return new VarveError(
    "NATIVE_MISSING",
    `The native module for ${platform} could not be loaded from ${file}: ${why}`,
    {
      hint: /\bffi\b/i.test(why) ? "Allow it: start Deno with --allow-ffi." : hints[setting],
      where: { file },
      cause,
    },
  );
}
