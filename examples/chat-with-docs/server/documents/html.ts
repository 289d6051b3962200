// HTML as the text that a visitor sees. What is hidden is left out: it is where instructions to a model are put.

import { type DefaultTreeAdapterTypes, parse } from "parse5";
import { type DocumentText, literal, visibleText } from "./document.ts";
import { HidingRules, isHidden } from "./hidden.ts";
import { titleOf } from "./line.ts";

type Node = DefaultTreeAdapterTypes.ChildNode;
type Element = DefaultTreeAdapterTypes.Element;

/** Never the text of a page: code, forms, what is drawn, and what stands around the content. */
const LEFT_OUT = new Set(
  "script style template noscript svg math canvas iframe object embed video audio select input textarea button form nav footer".split(
    " ",
  ),
);
const BLOCKS = new Set(
  "address article aside blockquote body dd details div dl dt fieldset figcaption figure header hr html li main ol p section summary table tbody td tfoot th thead tr ul".split(
    " ",
  ),
);
/** Deeper trees are cut off: no page needs them, and the walk is recursive. */
const DEPTH = 200;

/** Reads an HTML page. */
export function readHtml(source: string, path: string): DocumentText {
  const page = parse(source);
  const title = find(page.childNodes, "title");
  const body =
    find(page.childNodes, "main") ?? find(page.childNodes, "article") ?? find(page.childNodes, "body");
  const writer = new TextWriter(new HidingRules(stylesOf(page.childNodes)));
  if (body !== undefined) writer.write(body, 0);
  const text = visibleText(writer.text());
  const name = titleOf(text) ?? (title === undefined ? "" : visibleText(plainText(title)).trim());
  return { kind: "html", title: name === "" ? path : name.slice(0, 200), text };
}

class TextWriter {
  readonly #rules: HidingRules;
  readonly #blocks: string[] = [];
  #line = "";
  #prefix = "";

  constructor(rules: HidingRules) {
    this.#rules = rules;
  }

  text(): string {
    this.#endBlock();
    return this.#blocks
      .join("\n\n")
      .replace(/^(- .*)\n\n(?=- )/gm, "$1\n")
      .replace(/^(.* \| .*)\n\n(?=.* \| )/gm, "$1\n");
  }

  write(node: Node, depth: number): void {
    if (depth > DEPTH) return;
    if (node.nodeName === "#text" && "value" in node) {
      this.#line += node.value;
      return;
    }
    if (!("tagName" in node) || LEFT_OUT.has(node.tagName) || isHidden(node, this.#rules)) return;
    const { tagName } = node;
    if (tagName === "pre") this.#addCode(plainText(node));
    else if (tagName === "br") this.#line += " ";
    else if (tagName === "tr") this.#addRow(node, depth);
    else if (/^h[1-6]$/.test(tagName)) this.#addBlock(`${"#".repeat(Number(tagName[1]))} `, node, depth);
    else if (tagName === "li") this.#addBlock("- ", node, depth);
    else if (BLOCKS.has(tagName)) this.#addBlock("", node, depth);
    else this.#writeAll(node, depth);
  }

  #writeAll(node: Element, depth: number): void {
    for (const child of node.childNodes) this.write(child, depth + 1);
  }

  #addBlock(prefix: string, node: Element, depth: number): void {
    this.#endBlock();
    this.#prefix = prefix;
    this.#writeAll(node, depth);
    this.#endBlock();
  }

  #addRow(row: Element, depth: number): void {
    this.#endBlock();
    const cells = row.childNodes.map((cell) => {
      const writer = new TextWriter(this.#rules);
      writer.write(cell, depth + 1);
      return writer.text().replace(/\s+/g, " ").trim();
    });
    this.#line = cells.filter((cell) => cell !== "").join(" | ");
    this.#endBlock();
  }

  #addCode(code: string): void {
    this.#endBlock();
    const fence = "`".repeat(Math.max(3, ...[...code.matchAll(/`+/g)].map(([ticks]) => ticks.length + 1)));
    if (code.trim() !== "") this.#blocks.push(`${fence}\n${code.replace(/^\n+|\s+$/g, "")}\n${fence}`);
  }

  #endBlock(): void {
    const words = this.#line.replace(/\s+/g, " ").trim();
    if (words !== "") this.#blocks.push(this.#prefix + literal(words));
    this.#line = "";
    this.#prefix = "";
  }
}

/** The first element of a name, without recursion. */
function find(nodes: readonly Node[], tagName: string): Element | undefined {
  for (const element of elementsOf(nodes)) if (element.tagName === tagName) return element;
  return undefined;
}

/** All elements of a tree in their order, without recursion. */
export function* elementsOf(nodes: readonly Node[]): Generator<Element, void, void> {
  const open: Node[] = [...nodes].reverse();
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (!("tagName" in node)) continue;
    yield node;
    for (const child of [...node.childNodes].reverse()) open.push(child);
  }
}

function stylesOf(nodes: readonly Node[]): string {
  return [...elementsOf(nodes)]
    .filter(({ tagName }) => tagName === "style")
    .map(plainText)
    .join("\n");
}

function plainText(element: Element): string {
  let text = "";
  const open: Node[] = [...element.childNodes].reverse();
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.nodeName === "#text" && "value" in node) text += node.value;
    else if ("tagName" in node) for (const child of [...node.childNodes].reverse()) open.push(child);
  }
  return text;
}
