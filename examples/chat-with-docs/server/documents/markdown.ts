import { type DocumentText, visibleText } from "./document.ts";
import { linesOf, titleOf } from "./line.ts";

/** Reads Markdown as it is, but for what its readers do not see: comments and front matter. */
export function readMarkdown(source: string, path: string): DocumentText {
  const text = withoutComments(withoutFrontMatter(visibleText(source)));
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

function blank(text: string): string {
  return text.replace(/[^\n]/g, " ");
}
