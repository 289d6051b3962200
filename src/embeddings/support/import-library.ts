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
 * const { OpenAI } = await importLibrary("openai()", library, () => import("openai"));
 * ```
 */
export async function importLibrary<T>(
  user: string,
  library: OptionalLibrary,
  load: () => Promise<T>,
): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if (isMissing(cause, library.name)) {
      throw libraryMissing(user, library.name, library.install ?? library.name, cause);
    }
    throw libraryBroken(user, library.name, cause);
  }
}

/** Whether it is this package that was not found, and not one that it needs in turn. */
function isMissing(cause: unknown, name: string): boolean {
  if (!isError(cause)) return false;
  const code = String(Reflect.get(cause, "code"));
  if (!["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"].includes(code)) return false;
  return /(?:package|module) ['"]([^'"]+)['"]/i.exec(cause.message)?.[1] === name;
}
