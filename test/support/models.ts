import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

/** The folder with the small models of this repository. */
export const fixtures = resolve(import.meta.dirname, "../fixtures");

/** The folder with models that are too large for the repository: `VARVE_TEST_MODELS`, or `../shared/models`. */
export const largeModels =
  process.env["VARVE_TEST_MODELS"] ?? resolve(import.meta.dirname, "../../../shared/models");

/** Whether a model is there, and why not. */
export function largeModel(name: string): { readonly missing: boolean; readonly reason: string } {
  const folder = join(largeModels, name);
  return { missing: !existsSync(folder), reason: `skipped: ${folder} is not there (see VARVE_TEST_MODELS)` };
}
