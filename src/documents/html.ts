import { readHtml } from "./html-reader";
import { checkSplit, type Passage, passagesOf, type SplitOptions } from "./passage";

/**
 * Splits a page into passages, at its headings and between its paragraphs, list items, rows and blocks of code. The text is what a visitor
 * reads, without tags and with references such as `&eacute;` written out; `start` and `end` say which part of the source it is.
 *
 * Where the page has a `<main>`, that is the page. Scripts, forms, `<nav>` and `<footer>` are left out, and so is what the tags hide
 * (`hidden`, `aria-hidden`, `display: none` and the like): it is where instructions to a model are put. Stylesheets are not read, so this is
 * no defence against a page that means harm. An `id` of a heading is the anchor of its section; without an `h1` the title stands above all.
 *
 * @example
 * ```ts
 * const [first] = splitHtml("<h1>Refunds</h1><p>Paid within <b>14</b> days.</p>");
 * // { text: "Paid within 14 days.", headings: ["Refunds"], anchor: "refunds", start: 19, end: 46 }
 * ```
 */
export function splitHtml(source: string, options?: SplitOptions, ...more: readonly never[]): Passage[] {
  const size = checkSplit("splitHtml", source, options, more);
  const { text, sections } = readHtml(source);
  const passages = passagesOf(text.toString(), sections, size);
  const places = text.toSource(passages);
  return passages.map((passage, index) => ({ ...passage, ...places[index] }));
}
