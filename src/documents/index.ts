/**
 * Documents on their way into a table: find them, read them, split them into passages that are worth embedding.
 *
 * @example
 * ```ts
 * import { readDocument, splitDocument, walkFolder } from "varve/documents";
 *
 * async function* rows() {
 *   for await (const { path, file, kind } of walkFolder("./docs")) {
 *     for (const { anchor, headings, text, start, end } of splitDocument(await readDocument(file), kind))
 *       yield { id: `${path}#${anchor}`, path, heading: headings.join(" > "), body: text, start, end };
 *   }
 * }
 * await t.upsert(rows());
 * ```
 *
 * @module
 */

export { digest } from "./digest";
export { type DocumentKind, documentExtensions, documentKind, splitDocument } from "./document";
export {
  type FoundDocument,
  type ReadOptions,
  readDocument,
  type WalkOptions,
  walkFolder,
} from "./folder";
export { plainText } from "./heading";
export { splitHtml } from "./html";
export { splitMarkdown } from "./markdown";
export type { Passage, SplitOptions } from "./passage";
export { splitText } from "./text";
