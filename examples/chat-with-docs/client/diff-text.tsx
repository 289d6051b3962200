import { wordDiff } from "./word-diff.ts";

/** Two texts as one: what went is struck through, what came is underlined. */
export function DiffText({
  before = "",
  after = "",
}: {
  before?: string | undefined;
  after?: string | undefined;
}) {
  return (
    <p class="diff">
      {wordDiff(unwrapped(before), unwrapped(after)).map(({ kind, text }) => {
        if (kind === "same") return text;
        return kind === "removed" ? <del>{text}</del> : <ins>{text}</ins>;
      })}
    </p>
  );
}

/** Prose without the line ends at which its source was wrapped. Code and lists keep theirs. */
function unwrapped(text: string): string {
  return text.includes("```") ? text : text.replace(/(\S)\n(?=[^\s*+|>#-])/g, "$1 ");
}
