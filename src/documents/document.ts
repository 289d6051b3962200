import { refuseMore } from "../own-options";
import { badArgument } from "./document-errors";
import { splitHtml } from "./html";
import { splitMarkdown } from "./markdown";
import { checkText } from "./option-check";
import type { Passage, SplitOptions } from "./passage";
import { splitText } from "./text";

/** How a document is written. */
export type DocumentKind = "markdown" | "html" | "text";

const KINDS: Readonly<Record<DocumentKind, (source: string, options?: SplitOptions) => Passage[]>> = {
  markdown: splitMarkdown,
  html: splitHtml,
  text: splitText,
};

const ENDINGS: Readonly<Record<string, DocumentKind>> = {
  md: "markdown",
  mdx: "markdown",
  markdown: "markdown",
  html: "html",
  htm: "html",
  xhtml: "html",
  txt: "text",
};

/** The endings of documents, with the dot: what `walkFolder` finds if it is not told. */
export const documentExtensions: readonly string[] = Object.freeze(
  Object.keys(ENDINGS).map((ending) => `.${ending}`),
);

/** How a file is written, as the ending of its name says; what is not known is taken for text. */
export function documentKind(path: string): DocumentKind {
  checkText("documentKind", path);
  const ending = /\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase() ?? "";
  return (Object.hasOwn(ENDINGS, ending) ? ENDINGS[ending] : undefined) ?? "text";
}

/**
 * Splits a document into passages, by how it is written: `splitMarkdown`, `splitHtml` or `splitText`.
 *
 * @example
 * ```ts
 * const passages = splitDocument(source, documentKind("guide/refunds.md"));
 * ```
 */
export function splitDocument(
  source: string,
  kind: DocumentKind,
  options?: SplitOptions,
  ...more: readonly never[]
): Passage[] {
  refuseMore("splitDocument", more);
  if (typeof kind !== "string" || !Object.hasOwn(KINDS, kind))
    throw badArgument("splitDocument, kind", '"markdown", "html" or "text"', kind);
  return KINDS[kind](source, options);
}
