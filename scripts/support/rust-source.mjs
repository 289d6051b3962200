// Reading Rust sources without a parser: comments and strings are blanked out, then braces can be counted.

const charLiteral = /^b?'(?:[^'\\\n]|\\(?:x[0-9a-fA-F]{2}|u\{[0-9a-fA-F_]+\}|.))'/u;
const rawString = /^b?c?r(#*)"/;
const testModule =
  /#\[cfg\((?:test|all\(test\b[^\]]*)\)\]\s*(?:#\[[^\]]*\]\s*)*(?:pub(?:\([^)]*\))?\s+)?mod\s+\w+\s*\{/g;

function endOfLineComment(text, from) {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
}

function endOfBlockComment(text, from) {
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    if (text.startsWith("/*", i)) depth += 1;
    else if (text.startsWith("*/", i)) depth -= 1;
    else continue;
    i += 1;
    if (depth === 0) return i + 1;
  }
  return text.length;
}

function endOfString(text, from) {
  for (let i = from + 1; i < text.length; i++) {
    if (text[i] === "\\") i += 1;
    else if (text[i] === '"') return i + 1;
  }
  return text.length;
}

/** The comment or literal that starts at `i`, as `[kind, end]`, or `undefined` where code goes on. */
function tokenAt(text, i) {
  if (text.startsWith("//", i)) return ["comment", endOfLineComment(text, i)];
  if (text.startsWith("/*", i)) return ["comment", endOfBlockComment(text, i)];
  if (text[i] === '"') return ["literal", endOfString(text, i)];
  const head = text.slice(i, i + 16);
  const insideWord = /[\w]/.test(text[i - 1] ?? "");
  const raw = insideWord ? null : rawString.exec(head);
  if (raw) {
    const end = text.indexOf(`"${raw[1]}`, i + raw[0].length);
    return ["literal", end < 0 ? text.length : end + 1 + raw[1].length];
  }
  const char = insideWord ? null : charLiteral.exec(head);
  return char ? ["literal", i + char[0].length] : undefined;
}

const blank = (text) => text.replace(/[^\n]/g, " ");

/** Two masked copies of a source, with every character in its place: `code` lacks comments, `bare` also the contents of literals. */
export function maskRust(text) {
  let code = "";
  let bare = "";
  for (let i = 0; i < text.length; ) {
    const token = tokenAt(text, i);
    const end = token ? token[1] : i + 1;
    const part = text.slice(i, end);
    code += token?.[0] === "comment" ? blank(part) : part;
    bare += token ? blank(part) : part;
    i = end;
  }
  return { code, bare };
}

/** The place after the brace that closes the one at `open`. */
export function closingBrace(bare, open) {
  let depth = 0;
  for (let i = open; i < bare.length; i++) {
    if (bare[i] === "{") depth += 1;
    else if (bare[i] === "}" && --depth === 0) return i + 1;
  }
  return bare.length;
}

/** `{ code, bare }` of a source without the modules that only tests see. */
export function productRust(text) {
  let { code, bare } = maskRust(text);
  for (const match of [...bare.matchAll(testModule)]) {
    const end = closingBrace(bare, match.index + match[0].length - 1);
    const cut = (whole) =>
      whole.slice(0, match.index) + blank(whole.slice(match.index, end)) + whole.slice(end);
    code = cut(code);
    bare = cut(bare);
  }
  return { code, bare };
}

/** Where the body of the function at `from` opens, or -1 where it has none. */
function bodyOf(bare, from) {
  let depth = 0;
  for (let i = from; i < bare.length; i++) {
    if ("([".includes(bare[i])) depth += 1;
    else if (")]".includes(bare[i])) depth -= 1;
    else if (depth === 0 && bare[i] === ";") return -1;
    else if (depth === 0 && bare[i] === "{") return i;
  }
  return -1;
}

export const lineOf = (text, index) => text.slice(0, index).split("\n").length;

/** How many lines of `text` hold something. */
export const filledLines = (text) => text.split("\n").filter((line) => line.trim() !== "").length;

/** The functions of a masked source: name, line and code lines from `fn` to the closing brace. */
export function rustFunctions({ code, bare }) {
  const functions = [];
  for (const match of bare.matchAll(/\bfn\s+(\w+)/g)) {
    const open = bodyOf(bare, match.index);
    if (open < 0) continue;
    const body = code.slice(match.index, closingBrace(bare, open));
    functions.push({ name: match[1], line: lineOf(bare, match.index), lines: filledLines(body) });
  }
  return functions;
}
