// A first query hashes nothing, and node:crypto takes milliseconds to load. So it is loaded when something is hashed.

import type { Hash } from "node:crypto";
// A default import: bundlers read calls of a `createRequire` that was imported by its name, and replace what they should leave alone.
import nodeModule from "node:module";
import { execPath } from "node:process";

type Crypto = typeof import("node:crypto");

let crypto: Crypto | undefined;

/** A hash that nothing was added to yet. */
export function sha256(): Hash {
  // What is built into Node is found from any file.
  crypto ??= nodeModule.createRequire(execPath)("node:crypto") as Crypto;
  return crypto.createHash("sha256");
}
