// The door to the native module and to the files that travel with the package. It is the only file that loads anything.

import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { version } from "../package.json";
import {
  type NativeSetting,
  type NativeWanted,
  nativeBroken,
  nativeMissing,
  nativeOfAnotherVersion,
} from "./native-errors";
import type { NativeModule } from "./native-types";
import {
  bundleFolders,
  fileOfPackage,
  optionalDependencies,
  packagedFiles,
  packageFolder,
  requireFrom,
} from "./package-folder";
import { MODEL_PACKAGE, packageOfPlatform, platformName, platformsOf, thisSystem } from "./platform-package";

let loaded: NativeModule | undefined;

/**
 * Loads the native module once per process: the file that the environment variable `VARVE_NATIVE` names, else that of the package for this
 * platform, else the one that a clone built or that a package brings, else `varve.node` beside the bundle that this code is in.
 */
export function nativeModule(): NativeModule {
  loaded ??= load(process.env["VARVE_NATIVE"] ?? "");
  return loaded;
}

/** The folder of the built-in model: below `VARVE_MODELS`, in its package, in this package, or beside the bundle. */
export function modelFolder(name: string): string | undefined {
  const models = process.env["VARVE_MODELS"] ?? "";
  const own = packageFolder();
  const installed = fileOfPackage(`${MODEL_PACKAGE}/config.json`);
  const places = [
    ...(models === "" ? [] : [join(models, name)]),
    ...(installed === undefined ? [] : [dirname(installed)]),
    ...(packagedFiles()?.models ?? []),
    ...(own === undefined ? [] : [join(own, "models", name)]),
    ...bundleFolders().flatMap((folder) => [join(folder, "models", name), join(folder, name)]),
  ];
  return places.find((folder) => existsSync(join(folder, "config.json")));
}

function load(override: string): NativeModule {
  const setting: NativeSetting = override === "" ? settingOf(packageFolder()) : "named";
  const file = override === "" ? nativeFile() : resolve(override);
  if (file === undefined) throw nativeMissing(wantedIn(setting));
  const native = requireNative(file, setting);
  const found = native.version?.();
  // A clone builds its module anew when its sources change.
  if (setting === "clone" || found === undefined || found === version) return native;
  throw nativeOfAnotherVersion(file, found, wantedIn(setting));
}

function requireNative(file: string, setting: NativeSetting): NativeModule {
  try {
    return requireFrom(file)(file) as NativeModule;
  } catch (cause) {
    throw nativeBroken(file, wantedIn(setting), cause);
  }
}

function nativeFile(): string | undefined {
  const own = packageFolder();
  const files = packagedFiles();
  const places = [
    ...prebuiltModules(files?.prebuilt ?? []),
    ...(files === undefined ? [] : [files.native]),
    ...(own === undefined ? [] : [join(own, "native", "varve.node")]),
    ...bundleFolders().flatMap((folder) => [
      join(folder, "native", "varve.node"),
      join(folder, "varve.node"),
    ]),
  ];
  return places.find((file) => existsSync(file));
}

/** The modules of packages that may load here, the likeliest first. Old package managers install those of both C libraries of Linux. */
function prebuiltModules(beside: readonly string[]): string[] {
  const found = new Map<string, string>();
  for (const platform of platformsOf(thisSystem)) {
    const file =
      fileOfPackage(`${packageOfPlatform(platform)}/varve.node`) ??
      beside.find((place) => basename(dirname(place)) === platform && existsSync(place));
    if (file !== undefined) found.set(platform, file);
  }
  const exact = found.size > 1 ? found.get(platformName(thisSystem)) : undefined;
  return exact === undefined ? [...found.values()] : [exact];
}

function settingOf(folder: string | undefined): NativeSetting {
  if (folder === undefined) return "bundled";
  if (existsSync(join(folder, "native", "Cargo.toml"))) return "clone";
  return optionalDependencies(folder).includes(packageOfPlatform("linux-x64-gnu")) ? "installed" : "packed";
}

function wantedIn(setting: NativeSetting): NativeWanted {
  const platform = platformName(thisSystem);
  const isPrebuilt = platformsOf(thisSystem).length > 0;
  return { platform, package: isPrebuilt ? packageOfPlatform(platform) : undefined, version, setting };
}
