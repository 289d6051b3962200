import { parseFragment } from "parse5";
import { type DocumentText, visibleText } from "./document.ts";
import { HidingRules, isHidden } from "./hidden.ts";
import { elementsOf } from "./html.ts";
import { linesOf, titleOf } from "./line.ts";

/** Reads Markdown as it is, but for what its readers do not see: comments, front matter, hidden HTML. */
export function readMarkdown(source: string, path: string): DocumentText {
  const text = withoutHidden(withoutComments(withoutFrontMatter(visibleText(source))));
  return { kind: "markdown", title: titleOf(text) ?? path, text };
}

function withoutFrontMatter(text: string): string {
  return text.replace(/^---\n[\s\S]*?\n---(?=\n|$)/, blank);
}

/** Comments outside code, replaced by spaces, so that what follows stays where it was. */
function withoutComments(text: string): string {
  let code = "";
  let prose = "";
  let result = "";
  const flush = (): void => {
    result += prose.replace(/<!--[\s\S]*?(-->|$)/g, blank);
    prose = "";
  };
  for (const { text: line, end } of linesOf(text)) {
    const whole = text.slice(result.length + prose.length, end);
    const fence = /^\s*(`{3,}|~{3,})/.exec(line)?.[1] ?? "";
    const isComment = prose.lastIndexOf("<!--") > prose.lastIndexOf("-->");
    if (code === "" && (fence === "" || isComment)) {
      prose += whole;
      continue;
    }
    if (code === "") {
      flush();
      code = fence;
    } else if (fence.startsWith(code) && line.trim() === fence) code = "";
    result += whole;
  }
  flush();
  return result;
}

/** HTML between the Markdown that hides itself, replaced by spaces. What looks like HTML in code is none. */
function withoutHidden(text: string): string {
  const codeless = text.replace(/^[ \t]*(`{3,}|~{3,})[\s\S]*?(^[ \t]*\1|$(?![\s\S]))|`[^`\n]*`/gm, (code) =>
    "x".repeat(code.length),
  );
  const { childNodes } = parseFragment(codeless, { sourceCodeLocationInfo: true });
  const rules = new HidingRules("");
  let result = "";
  for (const element of elementsOf(childNodes)) {
    const place = element.sourceCodeLocation;
    const isCode = /^(script|style|template)$/.test(element.tagName) && place?.endTag !== undefined;
    if (!place || place.startOffset < result.length || !(isCode || isHidden(element, rules))) continue;
    const { startOffset, endOffset } = place;
    result += text.slice(result.length, startOffset) + blank(text.slice(startOffset, endOffset));
  }
  return result + text.slice(result.length);
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, " ");
}
