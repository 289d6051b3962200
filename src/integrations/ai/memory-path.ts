// Paths of the files that a model keeps: /memories and what is below it, and nothing else, however it is written.

import { failed } from "./memory-errors";

/** The folder of all files. */
export const ROOT = "/memories";

const LENGTH_MAX = 500;

/** A path without a slash at its end; throws for what is not below the folder, or tries to leave it. */
export function memoryPath(name: string, given: unknown): string {
  if (typeof given !== "string") throw failed(`Error: ${name} must be a text`);
  const path = given.length > ROOT.length && given.endsWith("/") ? given.slice(0, -1) : given;
  const shown = JSON.stringify(given.slice(0, 80));
  if (path.length > LENGTH_MAX)
    throw failed(`Error: The path ${shown} is longer than ${LENGTH_MAX} characters`);
  if (path !== ROOT && !path.startsWith(`${ROOT}/`))
    throw failed(`Error: The path ${shown} is not below ${ROOT}`);
  const labels = path.split("/").slice(1);
  const isOdd = labels.some((label) => label === "" || label === "." || label === "..");
  if (isOdd || /\p{Cc}|\\|%(?:2e|2f|5c)/iu.test(path))
    throw failed(`Error: The path ${shown} is not allowed: write plain names below ${ROOT}`);
  return path;
}

/** The path of a file, which is not the folder itself. */
export function filePath(name: string, given: unknown): string {
  const path = memoryPath(name, given);
  if (path === ROOT) throw failed(`Error: The path ${ROOT} is the folder itself`);
  return path;
}
