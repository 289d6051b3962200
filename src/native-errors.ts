// What is said where the native module is missing, does not load, or is that of another version: what happened, and what to write.

import { messageOf } from "./realm";
import { VarveError } from "./varve-error";

/**
 * How this code is used: from a clone of the repository, from a package that was installed with prebuilt modules, from one that was packed in
 * a clone and brings its own module, in a bundle, or with a module that was named.
 */
export type NativeSetting = "clone" | "installed" | "packed" | "bundled" | "named";

/** The native module that was looked for. */
export interface NativeWanted {
  /** The platform, such as `linux-x64-gnu`. */
  readonly platform: string;
  /** The package that brings the module for this platform, where there is one. */
  readonly package: string | undefined;
  /** The version of varve. */
  readonly version: string;
  readonly setting: NativeSetting;
}

function hintFor({ platform, package: name, version, setting }: NativeWanted): string {
  switch (setting) {
    case "clone":
      return "Build it: run `npm run build` in the clone of Varve.";
    case "installed":
      return name === undefined
        ? `There is no prebuilt module for ${platform}: build one with \`npm run build\` in a clone of Varve ${version}, and set the environment ` +
            "variable VARVE_NATIVE to its file native/varve.node."
        : `It comes with the package ${name}, an optional dependency of varve. Package managers leave it out with --omit=optional, where ` +
            "node_modules or the lock file comes from another platform, and npm also by mistake " +
            "(https://github.com/npm/cli/issues/4828). Remove node_modules and package-lock.json and install again, or install " +
            `it by its name: npm install ${name}@${version}`;
    case "packed":
      return (
        "The package was packed on another platform. On this one, run `npm run build` and `npm pack` in a clone of Varve and install the tarball, " +
        "or set the environment variable VARVE_NATIVE to a file varve.node that was built here."
      );
    case "bundled":
      return (
        'Varve was put into a bundle without its native module. Keep it out of the bundle (Next.js: serverExternalPackages: ["varve"]; esbuild: ' +
        `--external:varve; webpack: externals), or copy the file varve.node of ${name ?? "the package"} beside the bundle, or set ` +
        "VARVE_NATIVE to it."
      );
    case "named":
      return "Set the environment variable VARVE_NATIVE to a file varve.node for this platform and this version of Varve, or unset it.";
  }
}

/** The error for a native module that is nowhere. */
export function nativeMissing(wanted: NativeWanted): VarveError {
  return new VarveError("NATIVE_MISSING", `The native module for ${wanted.platform} was not found.`, {
    hint: hintFor(wanted),
  });
}

/** The error for a native module that does not load. */
export function nativeBroken(file: string, wanted: NativeWanted, cause: unknown): VarveError {
  const why = messageOf(cause).split("\n")[0] ?? "";
  return new VarveError(
    "NATIVE_MISSING",
    `The native module for ${wanted.platform} could not be loaded from ${file}: ${why}`,
    { hint: hintOf(why) ?? hintFor(wanted), where: { file }, cause },
  );
}

/** What to do about reasons that loaders of systems give. */
function hintOf(why: string): string | undefined {
  if (/\bffi\b/i.test(why)) return "Allow it: start Deno with --allow-ffi.";
  if (/version `GLIBC_/.test(why)) {
    return "The module was built for a newer glibc than this system has. Prebuilt modules need 2.17; build one on this system, or update it.";
  }
  if (
    /libc\.musl|ld-musl|ld-linux|libc\.so\.6|__[a-z_]*: symbol not found|cannot load any more object/.test(
      why,
    )
  ) {
    return (
      "The module is for the other C library of Linux (glibc or musl): node_modules comes from another system. Run npm install on this one, in " +
      "Docker inside the image."
    );
  }
  if (
    /invalid ELF header|wrong ELF class|incompatible architecture|not a mach-o|not a valid Win32/i.test(why)
  ) {
    return "The module is for another system or processor: node_modules comes from there. Run npm install on this one, in Docker inside the image.";
  }
  return undefined;
}

/** The error for a native module that was built for another version of the package. */
export function nativeOfAnotherVersion(file: string, found: string, wanted: NativeWanted): VarveError {
  const { package: name, version, setting } = wanted;
  const hint =
    setting === "installed" && name !== undefined
      ? `Install the one of this version: npm install ${name}@${version}. Where a lock file holds the other one, remove it from there first.`
      : hintFor(wanted);
  return new VarveError(
    "NATIVE_MISSING",
    `The native module in ${file} is of version ${found}, and varve is of version ${version}.`,
    { hint, where: { file } },
  );
}
