import { createHash } from "node:crypto";
import { isBytes } from "../realm";
import { badArgument } from "./document-errors";

/**
 * The SHA-256 of a content in 64 hexadecimal digits: of bytes as they are, and of a text in UTF-8. Contents with equal digests are equal, so a
 * digest that was kept tells whether a file has changed since it was read.
 *
 * @example
 * ```ts
 * if (known.get(file.path) === digest(text)) continue;
 * ```
 */
export function digest(content: string | Uint8Array): string {
  const hash = createHash("sha256");
  if (isBytes(content)) return hash.update(content).digest("hex");
  if (typeof content !== "string") throw badArgument("digest", "a text or bytes", content);
  // Half a character is lost in UTF-8, and two texts that differ only there would be the same.
  if (/\p{Surrogate}/u.test(content)) return hash.update("\0utf16").update(content, "utf16le").digest("hex");
  return hash.update(content, "utf8").digest("hex");
}
