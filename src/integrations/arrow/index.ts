/**
 * Arrow tables in and out, for the `apache-arrow` package of any version from 14 on.
 *
 * @example
 * ```ts
 * import { withArrow } from "varve/arrow";
 *
 * const a = withArrow(t);
 * await a.insert(tableFromIPC(await readFile("docs.arrow")));
 * const hits = await a.search("refund policy", { select: ["id", "title"] });
 * console.log(hits.getChild("_score")?.get(0));
 * ```
 *
 * @module
 */

export type { ArrowModule } from "./arrow-module";
export { type ArrowRowsOptions, type ArrowSource, rowsFromArrow } from "./arrow-rows";
export { ArrowTable, type ArrowTableOptions, ArrowView, withArrow } from "./arrow-table";
