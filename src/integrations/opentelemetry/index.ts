/**
 * Varve for OpenTelemetry: spans and metrics of the calls of a database, by the semantic conventions for databases.
 *
 * @example
 * ```ts
 * import { connect } from "varve";
 * import { observe } from "varve/opentelemetry";
 *
 * const db = await connect("./data");
 * observe(db);
 * ```
 *
 * @module
 */

export { type ObserveOptions, observe } from "./observe";
