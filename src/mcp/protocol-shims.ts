// What the build puts in the place of `@modelcontextprotocol/server/_shims` (tsdown.config.ts): the process, and no validator of JSON
// Schema. The tools check what they are told themselves, and the server asks clients for nothing whose answers would have to be checked, so
// 300 kB of a validator would never run.

export { default as process } from "node:process";

/** A validator for what is never asked. */
export class DefaultJsonSchemaValidator {
  getValidator(): never {
    throw new Error("varve mcp checks no JSON Schema.");
  }
}
