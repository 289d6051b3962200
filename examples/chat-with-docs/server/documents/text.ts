import { type DocumentText, literal, visibleText } from "./document.ts";

/** Longer first lines are no titles. */
const TITLE_SIZE = 120;

/** Reads plain text: nothing in it is a heading or code, whatever it looks like. */
export function readText(source: string, path: string): DocumentText {
  const lines = visibleText(source).split("\n");
  const first = lines.find((line) => line.trim() !== "")?.trim() ?? "";
  const title = first === "" || first.length > TITLE_SIZE ? path : first;
  return { kind: "markdown", title, text: lines.map((line) => literal(line.trimEnd())).join("\n") };
}
