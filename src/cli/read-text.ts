import { readFile } from "node:fs/promises";
import { messageOf } from "../realm";
import { CliError } from "./cli-error";

/** What a file says; throws a failure that names it. */
export async function readText(file: string, hint?: string): Promise<string> {
  return await readFile(file, "utf8").catch((error: unknown) => {
    throw new CliError(`${file} cannot be read: ${messageOf(error)}.`, hint);
  });
}
