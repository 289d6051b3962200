export { LIMITS, type Limits } from "./limits";
export { type ServedDatabase, type ServeOptions, serve } from "./server";
