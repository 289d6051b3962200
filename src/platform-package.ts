// The packages that prebuilt files come in: a native module for each platform, and the built-in model. A release names them among its
// optional dependencies, so that an installation brings the one module that fits; `scripts/release` makes them.

/** The platforms with a prebuilt module, each the last part of its package's name. */
export const PLATFORMS = [
  "linux-x64-gnu",
  "linux-x64-musl",
  "linux-arm64-gnu",
  "linux-arm64-musl",
  "darwin-x64",
  "darwin-arm64",
  "win32-x64-msvc",
  "win32-arm64-msvc",
] as const;

/** The platform of a prebuilt module. */
export type Platform = (typeof PLATFORMS)[number];

/** The package of the built-in model. */
export const MODEL_PACKAGE = "@varve/model-en";

/** The package with the native module of a platform. */
export function packageOfPlatform(platform: string): string {
  return `@varve/${platform}`;
}

/** A system, a processor, and for Linux the C library, as they are written in the name of a platform. */
export interface System {
  readonly platform: string;
  readonly arch: string;
  /** Asked only on Linux, since the answer takes some milliseconds. */
  readonly libc: () => "gnu" | "musl";
}

/** The system of this process. */
export const thisSystem: System = Object.freeze({
  platform: process.platform,
  arch: process.arch,
  libc: libcOfProcess,
});

/** The prebuilt modules that may load on a system: on Linux those of both C libraries. */
export function platformsOf(system: System): Platform[] {
  const start = `${system.platform}-${system.arch}`;
  return PLATFORMS.filter((platform) => platform === start || platform.startsWith(`${start}-`));
}

/** The name of a system, which is that of its prebuilt module where there is one. */
export function platformName(system: System): string {
  const found = platformsOf(system);
  const exact =
    found.length > 1 ? found.find((platform) => platform.endsWith(`-${system.libc()}`)) : found[0];
  return exact ?? `${system.platform}-${system.arch}`;
}

/** The C library of this process: its report names the version of glibc, if that is what it uses. */
function libcOfProcess(): "gnu" | "musl" {
  // Other runtimes have no such report, or an empty one; they are built for glibc unless they say otherwise.
  const report: unknown = reportOfProcess();
  const header: unknown = typeof report === "object" && report !== null && Reflect.get(report, "header");
  if (typeof header !== "object" || header === null || !("nodejsVersion" in header)) return "gnu";
  return Reflect.get(header, "glibcVersionRuntime") === undefined ? "musl" : "gnu";
}

function reportOfProcess(): unknown {
  const source: object | undefined = process.report;
  if (source === undefined) return undefined;
  // Without it the names of all connected hosts are looked up (Node 22.12 and newer).
  const before: unknown = Reflect.get(source, "excludeNetwork");
  try {
    if (before !== undefined) Reflect.set(source, "excludeNetwork", true);
    return process.report.getReport();
  } catch {
    return undefined;
  } finally {
    if (before !== undefined) Reflect.set(source, "excludeNetwork", before);
  }
}
