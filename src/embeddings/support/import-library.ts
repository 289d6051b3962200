// A default import: bundlers read calls of a `createRequire` that was imported by its name, and replace what they should leave alone.
import nodeModule from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { isError } from "../../realm";
import { libraryBroken, libraryMissing } from "../embedding-errors";

/** A package that a provider uses and this package does not bring. */
export interface OptionalLibrary {
  /** Its name on npm. */
  readonly name: string;
  /** The versions that work, as package.json has them among the optional peers. */
  readonly range: string;
  /** What `npm install` is told, where that is more than the name. */
  readonly install?: string;
}

/**
 * Loads an optional package when it is first needed. Throws EMBEDDING_UNAVAILABLE with the line that installs it.
 *
 * @example
 * ```ts
 * const { OpenAI } = await importLibrary<OpenAiModule>("openai()", library);
 * ```
 */
export async function importLibrary<T>(
  user: string,
  library: OptionalLibrary,
  load: (name: string) => Promise<unknown> = importByName,
): Promise<T> {
  try {
    return (await load(library.name)) as T;
  } catch (cause) {
    if (isMissing(cause, library.name)) {
      throw libraryMissing(user, library.name, library.install ?? library.name, cause);
    }
    throw libraryBroken(user, library.name, cause);
  }
}

/** Imports a package by a name that bundlers cannot see, since most programs do not have it: from here, or else from the program. */
async function importByName(name: string): Promise<unknown> {
  try {
    return await import(/* webpackIgnore: true */ /* turbopackIgnore: true */ /* @vite-ignore */ name);
  } catch (cause) {
    const { argv } = process;
    const require = argv[1] === undefined ? undefined : nodeModule.createRequire(resolve(argv[1]));
    // In a context of node:vm, as in Jest, there may be no import().
    if (require !== undefined && /^ERR_VM_/.test(codeOf(cause))) return require(name);
    if (require === undefined || !isMissing(cause, name)) throw cause;
    return await importFor(require, name, cause);
  }
}

/** Where this package is a link into a clone, what the program has installed does not lie above it. */
async function importFor(require: NodeJS.Require, name: string, missing: unknown): Promise<unknown> {
  const file = resolvedBy(require, name);
  if (file === undefined) throw missing;
  return await import(
    /* webpackIgnore: true */ /* turbopackIgnore: true */ /* @vite-ignore */ pathToFileURL(file).href
  );
}

function resolvedBy(require: NodeJS.Require, name: string): string | undefined {
  try {
    return require.resolve(name);
  } catch {
    return undefined;
  }
}

/** Whether it is this package that was not found, and not one that it needs in turn. */
function isMissing(cause: unknown, name: string): boolean {
  if (!isError(cause)) return false;
  if (!["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"].includes(codeOf(cause))) return false;
  return /(?:package|module) ['"]([^'"]+)['"]/i.exec(cause.message)?.[1] === name;
}

function codeOf(cause: unknown): string {
  return isError(cause) ? String(Reflect.get(cause, "code")) : "";
}
