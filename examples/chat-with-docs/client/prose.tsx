// The text of a passage: the little Markdown that helps reading, and nothing that a document could use to act. Links are words.

import type { ComponentChildren } from "preact";

interface Block {
  readonly kind: "code" | "list" | "rows" | "words";
  readonly lines: string[];
}

/** A passage, with one part of it marked. */
export function Prose({ text, mark }: { text: string; mark?: string | undefined }) {
  return (
    <div class="prose">
      {blocksOf(text).map((block) => (
        <BlockView block={block} mark={mark} />
      ))}
    </div>
  );
}

/** Words with code, bold and a mark. */
export function Words({ text, mark }: { text: string; mark?: string | undefined }) {
  const at = mark ? text.indexOf(mark) : -1;
  if (mark === undefined || at < 0) return <>{inline(text)}</>;
  return (
    <>
      {inline(text.slice(0, at))}
      <mark>{inline(mark)}</mark>
      {inline(text.slice(at + mark.length))}
    </>
  );
}

function BlockView({ block, mark }: { block: Block; mark?: string | undefined }) {
  const { kind, lines } = block;
  switch (kind) {
    case "code":
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
        <pre tabIndex={0}>
          <code>{lines.join("\n")}</code>
        </pre>
      );
    case "list":
      return (
        <ul>
          {lines.map((line) => (
            <li>
              <Words text={line} mark={mark} />
            </li>
          ))}
        </ul>
      );
    case "rows":
      return (
        <div class="scroll">
          <table>
            <tbody>
              {lines.map((line) => (
                <tr>
                  {cellsOf(line).map((cell) => (
                    <td>
                      <Words text={cell} mark={mark} />
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      );
    case "words":
      return (
        <p>
          <Words text={lines.join("\n")} mark={mark} />
        </p>
      );
  }
}

function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let fence: string | undefined;
  let open: Block | undefined;
  const start = (kind: Block["kind"], line?: string): void => {
    open = { kind, lines: line === undefined ? [] : [line] };
    blocks.push(open);
  };
  for (const line of text.split("\n")) {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark !== undefined && (fence === undefined || mark.startsWith(fence))) {
      fence = fence === undefined ? mark : undefined;
      if (fence === undefined) open = undefined;
      else start("code");
    } else if (fence !== undefined) open?.lines.push(line);
    else if (line.trim() === "") open = undefined;
    else if (/^\s*[-*+•]\s/.test(line)) {
      const item = line.replace(/^\s*[-*+•]\s+/, "");
      if (open?.kind === "list") open.lines.push(item);
      else start("list", item);
    } else if (line.startsWith("|") || line.includes(" | ")) {
      if (/^[\s|:-]+$/.test(line)) continue;
      if (open?.kind === "rows") open.lines.push(line);
      else start("rows", line);
    } else if (open?.kind === "list") open.lines.push(`${open.lines.pop() ?? ""}\n${line.trim()}`);
    else if (open?.kind === "words") open.lines.push(line);
    else start("words", line);
  }
  return blocks;
}

function cellsOf(row: string): string[] {
  return row
    .replace(/^\||\|$/g, "")
    .split("|")
    .map((cell) => cell.trim());
}

function inline(text: string): ComponentChildren[] {
  const plain = text.replace(/!?\[([^\][]{1,300})\]\([^()\s]{1,500}\)/g, "$1").replace(/^\\(?=[#`~])/, "");
  return plain.split(/(`[^`\n]+`|\*\*[^*\n]+\*\*)/g).map((part, index) => {
    if (index % 2 === 0) return part;
    return part.startsWith("`") ? <code>{part.slice(1, -1)}</code> : <strong>{part.slice(2, -2)}</strong>;
  });
}
