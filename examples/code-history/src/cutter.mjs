// Cuts a file into pieces that are worth embedding: by symbol where there is a grammar, Markdown by heading, everything else by windows of
// lines. A piece keeps its name while the file around it changes, so that its row only changes when its text does.
import { splitMarkdown } from "varve/documents";
import { languageOf } from "./languages.mjs";
import { windowsOf } from "./lines.mjs";

/** Longer symbols are cut into windows. */
const LONGEST = 120;
const BODIES = new Set([
  "class_body",
  "statement_block",
  "block",
  "declaration_list",
  "interface_body",
  "object",
  "arguments",
]);
const FUNCTIONS = new Set(["function_expression", "arrow_function", "function", "generator_function"]);
const COMMENTS = new Set([
  "comment",
  "line_comment",
  "block_comment",
  "attribute_item",
  "inner_attribute_item",
]);
const DECLARATIONS = new Set(["lexical_declaration", "variable_declaration"]);
/** Calls whose function only holds other calls. */
const SUITES = /^(describe|context|suite)(\.\w+)?$/;
const NAMED = 80;

/** Cuts a text: `{ symbol, start, end, body }`, lines counted from 1, `end` the last line of the piece. */
export async function cut(path, text) {
  const lines = text.split("\n");
  return numbered(await spansOf(path, text, lines))
    .map(({ symbol, start, end }) => ({
      symbol,
      start: start + 1,
      end,
      body: lines.slice(start, end).join("\n"),
    }))
    .filter(({ body }) => /[\p{L}\p{N}]/u.test(body));
}

async function spansOf(path, text, lines) {
  if (/\.(md|markdown|mdx)$/i.test(path)) return headingsOf(text);
  const language = await languageOf(path);
  const tree = language?.parser.parse(text);
  if (!tree) return windowsOf(lines, 0, lines.length);
  try {
    return new SymbolCutter(language, lines).cut(tree.rootNode);
  } finally {
    tree.delete();
  }
}

function headingsOf(text) {
  const rowAt = rowsOf(text);
  return splitMarkdown(text).map(({ headings, anchor, start, end }) => ({
    symbol: headings.length === 0 ? anchor : `${headings.join(" > ")} #${anchor}`.slice(-NAMED * 2),
    start: rowAt(start),
    end: rowAt(Math.max(start, end - 1)) + 1,
  }));
}

/** Says on which line an offset lies; asked in ascending order. */
function rowsOf(text) {
  let row = 0;
  let seen = 0;
  return (offset) => {
    if (offset < seen) [row, seen] = [0, 0];
    for (let next = text.indexOf("\n", seen); next >= 0 && next < offset; next = text.indexOf("\n", seen)) {
      row += 1;
      seen = next + 1;
    }
    return row;
  };
}

/** Makes names unique: the second `name` is `name ~2`. */
function numbered(spans) {
  const counts = new Map();
  return spans.map((span) => {
    const count = (counts.get(span.symbol) ?? 0) + 1;
    counts.set(span.symbol, count);
    return count === 1 ? span : { ...span, symbol: `${span.symbol} ~${count}` };
  });
}

class SymbolCutter {
  #language;
  #lines;

  constructor(language, lines) {
    this.#language = language;
    this.#lines = lines;
  }

  cut(root) {
    return this.#within(root, 0, this.#lines.length, "");
  }

  /** The pieces of a container that stands on the lines `from` up to `to`: its symbols, and windows over what is between them. */
  #within(container, from, to, scope) {
    const spans = [];
    let covered = from;
    let comment;
    for (const node of container.namedChildren) {
      const [start, end] = rowsOfNode(node);
      if (COMMENTS.has(node.type)) {
        // Comments stand with the symbol below them, over one empty line at most.
        if (comment === undefined || comment.end < start - 1) comment = { start, end };
        else comment.end = end;
        continue;
      }
      const found = this.#symbol(node);
      const first = comment !== undefined && comment.end >= start - 1 ? comment.start : start;
      comment = undefined;
      // A line that is already in a piece is not cut again.
      if (found === undefined || first < covered) continue;
      spans.push(...this.#between(covered, first, from, scope));
      const last = Math.min(end, to);
      spans.push(...this.#pieces(found, first, last, scope));
      covered = Math.max(covered, last);
    }
    return [...spans, ...this.#between(covered, to, from, scope)];
  }

  /** Windows over what no symbol covers. The line that opens a container says nothing on its own. */
  #between(start, end, opening, scope) {
    const windows = windowsOf(this.#lines, start, end, scope);
    return windows.filter((window) => scope === "" || window.start !== opening || window.end !== opening + 1);
  }

  #pieces({ name, body }, start, end, scope) {
    const symbol = `${scope}${name}`;
    if (body !== undefined) return this.#within(body, start, end, `${symbol} > `);
    if (end - start <= LONGEST) return [{ symbol, start, end }];
    return windowsOf(this.#lines, start, end, `${symbol} > `);
  }

  /** The name of a symbol, and its body where it is a container; undefined for everything else. */
  #symbol(node) {
    const { symbols, containers, wrappers } = this.#language;
    if (wrappers.has(node.type)) {
      const inner = node.childForFieldName("declaration") ?? node.childForFieldName("definition");
      return inner === null ? undefined : this.#symbol(inner);
    }
    if (containers.has(node.type)) return { name: nameOf(node), body: bodyOf(node) };
    if (symbols.has(node.type)) return this.#whole(nameOf(node), node);
    if (DECLARATIONS.has(node.type)) return this.#declaration(node);
    if (node.type === "expression_statement") return this.#expression(node.namedChildren[0]);
    return undefined;
  }

  /** A symbol in one piece; one that is too long is cut into what stands in it. */
  #whole(name, node) {
    const [start, end] = rowsOfNode(node);
    return end - start <= LONGEST ? { name } : { name, body: bodyOf(node) };
  }

  #declaration(node) {
    const declarator = node.namedChildren[0];
    const value = declarator?.childForFieldName("value");
    if (!value || (!FUNCTIONS.has(value.type) && !/class|object|array/.test(value.type))) return undefined;
    const [start, end] = rowsOfNode(node);
    if (end - start < 3) return undefined;
    return this.#whole(clipped(declarator.childForFieldName("name")?.text), value);
  }

  /** `res.send = function () { … }`, and calls such as `describe("…", function () { … })`. */
  #expression(node) {
    if (node?.type === "assignment_expression") {
      const right = node.childForFieldName("right");
      const last = right?.type === "assignment_expression" ? right.childForFieldName("right") : right;
      if (!last || !/function|class|object/.test(last.type)) return undefined;
      return this.#whole(clipped(node.childForFieldName("left")?.text), last);
    }
    if (node?.type !== "call_expression") return undefined;
    const given = node.childForFieldName("arguments")?.namedChildren ?? [];
    const fn = given.find(({ type }) => FUNCTIONS.has(type));
    const callee = node.childForFieldName("function")?.text ?? "";
    if (fn === undefined) return undefined;
    if (!/string/.test(given[0]?.type)) {
      // A wrapper around a whole file, such as `(function () { … })()`, is looked into.
      const wrapper = this.#whole(clipped(callee), fn);
      return wrapper.body === undefined ? undefined : wrapper;
    }
    const name = clipped(given[0].text.slice(1, -1));
    return SUITES.test(callee) ? { name, body: bodyOf(fn) } : this.#whole(`${callee} ${name}`, fn);
  }
}

/** The first line of a node and the line after its last. */
function rowsOfNode({ startPosition, endPosition }) {
  return [startPosition.row, endPosition.column === 0 ? endPosition.row : endPosition.row + 1];
}

function clipped(text, most = NAMED) {
  return (text ?? "?").replace(/\s+/g, " ").slice(0, most);
}

function nameOf(node) {
  if (node.type === "impl_item") {
    const trait = node.childForFieldName("trait")?.text;
    const type = node.childForFieldName("type")?.text;
    return clipped(trait === undefined ? `impl ${type}` : `impl ${trait} for ${type}`);
  }
  if (node.type === "type_declaration")
    return clipped(node.namedChildren[0]?.childForFieldName("name")?.text);
  const name = clipped(node.childForFieldName("name")?.text);
  const receiver = node.childForFieldName("receiver")?.text.match(/\*?\s*(\w+)(?:\[[^\]]*\])?\s*\)$/)?.[1];
  return receiver === undefined ? name : `${receiver}.${name}`;
}

/** The nearest body below a node, the shallowest first. */
function bodyOf(node) {
  const own = node.childForFieldName("body");
  if (own !== null) return own;
  return node.namedChildren.find(({ type }) => BODIES.has(type)) ?? undefined;
}
