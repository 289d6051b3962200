// HTML as tags and text between them, as far as browsers agree on what is one. There is no error: whatever is in a page is read as
// something, in time that grows with its length.

/** A tag, or a run of text. */
export type HtmlToken =
  | { readonly kind: "text"; readonly start: number; readonly end: number }
  | {
      readonly kind: "open";
      readonly name: string;
      readonly attributes: ReadonlyMap<string, string>;
      readonly isClosed: boolean;
    }
  | { readonly kind: "close"; readonly name: string };

const TAG = /<(\/?)([a-z][^\s/>]*)/iy;
const GAP = /[\s/]*/y;
const ATTRIBUTE = /([^\s/>=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"'][^\s>]*))?)?/y;
const COMMENT_END = /--!?>/g;
/** Elements whose content is text up to their end tag, whatever it looks like. */
const RAW = "script style textarea title xmp iframe noembed noframes".split(" ");
const ENDS = new Map(RAW.map((name) => [name, new RegExp(`</${name}(?=[\\s/>])`, "gi")]));
/** The attributes that say whether an element is seen, and what it is called. */
const KEPT = new Set(["hidden", "aria-hidden", "style", "id"]);

/** The tags of a page and the text between them. Comments and what is not ended is left out. */
export function* htmlTokens(source: string): Generator<HtmlToken, void, void> {
  let text = source.startsWith("\uFEFF") ? 1 : 0;
  let at = source.indexOf("<", text);
  while (at >= 0) {
    const tag = tagAt(source, at);
    const end = tag === undefined ? markupEnd(source, at) : tag.end;
    if (end === undefined) {
      at = source.indexOf("<", at + 1);
      continue;
    }
    if (at > text) yield { kind: "text", start: text, end: at };
    text = end;
    if (tag?.token !== undefined) {
      yield tag.token;
      const ending = tag.token.kind === "open" ? ENDS.get(tag.token.name) : undefined;
      if (ending !== undefined) {
        ending.lastIndex = end;
        text = ending.exec(source)?.index ?? source.length;
        if (text > end) yield { kind: "text", start: end, end: text };
      }
    }
    at = source.indexOf("<", text);
  }
  if (source.length > text) yield { kind: "text", start: text, end: source.length };
}

/** The tag that starts at `at`, and where it ends. One that is not ended takes the rest of the page and is none. */
function tagAt(source: string, at: number): { readonly token?: HtmlToken; readonly end: number } | undefined {
  TAG.lastIndex = at;
  const match = TAG.exec(source);
  if (match === null) return undefined;
  const attributes = new Map<string, string>();
  let end = gapEnd(source, TAG.lastIndex);
  while (end < source.length && source[end] !== ">") {
    ATTRIBUTE.lastIndex = end;
    const found = ATTRIBUTE.exec(source);
    end = gapEnd(source, found === null ? end + 1 : ATTRIBUTE.lastIndex);
    if (found === null) continue;
    const name = found[1]?.toLowerCase() ?? "";
    if (KEPT.has(name) && !attributes.has(name)) attributes.set(name, found[2] ?? found[3] ?? found[4] ?? "");
  }
  if (end >= source.length) return { end: source.length };
  const name = match[2]?.toLowerCase() ?? "";
  const token: HtmlToken =
    match[1] === ""
      ? { kind: "open", name, attributes, isClosed: source[end - 1] === "/" }
      : { kind: "close", name };
  return { token, end: end + 1 };
}

/** Where the white space between attributes ends. Skipped by itself, so that no attribute is looked for at each of its places. */
function gapEnd(source: string, at: number): number {
  GAP.lastIndex = at;
  GAP.exec(source);
  return GAP.lastIndex;
}

/** Where a comment, a declaration or a broken end tag ends; undefined where none starts. */
function markupEnd(source: string, at: number): number | undefined {
  if (source.startsWith("<!--", at)) {
    for (const whole of ["<!-->", "<!--->"]) if (source.startsWith(whole, at)) return at + whole.length;
    COMMENT_END.lastIndex = at + 4;
    return COMMENT_END.test(source) ? COMMENT_END.lastIndex : source.length;
  }
  if (!/[!?/]/.test(source.charAt(at + 1))) return undefined;
  const end = source.indexOf(">", at);
  return end < 0 ? source.length : end + 1;
}
