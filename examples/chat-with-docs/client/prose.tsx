// The text of a passage: the little Markdown that helps reading, and nothing that a document could use to act. Links are words.

import type { ComponentChildren } from "preact";
import { isInstruction } from "../server/documents/instruction.ts";

interface Block {
  readonly kind: "code" | "list" | "numbers" | "quote" | "rows" | "words";
  readonly lines: string[];
  /** Whether the first row of a table names its columns. */
  hasHead?: boolean;
}

/** A passage, with some sentences of it marked. What speaks to a machine is shown as that. */
export function Prose({ text, marks = [] }: { text: string; marks?: readonly string[] }) {
  return (
    <div class="prose">
      {blocksOf(text).map((block) =>
        block.kind !== "code" && isInstruction(block.lines.join("\n")) ? (
          <div class="planted" role="note">
            <p class="label">Instruction to a machine, written into this document. It is not followed.</p>
            <BlockView block={block} marks={[]} />
          </div>
        ) : (
          <BlockView block={block} marks={marks} />
        ),
      )}
    </div>
  );
}

/** Words with code, bold and marks. */
export function Words({ text, marks = [] }: { text: string; marks?: readonly string[] }) {
  const pieces: ComponentChildren[] = [];
  let end = 0;
  for (const [from, to] of placesOf(text, marks)) {
    pieces.push(inline(text.slice(end, from)), <mark>{inline(text.slice(from, to))}</mark>);
    end = to;
  }
  return (
    <>
      {pieces}
      {inline(text.slice(end))}
    </>
  );
}

/** Where marks stand in a text, in order and apart. Lines may be wrapped elsewhere. */
function placesOf(text: string, marks: readonly string[]): [from: number, to: number][] {
  const places = marks.flatMap((mark): [number, number][] => {
    const words = mark.split(/\s+/).filter((word) => word !== "");
    if (words.length === 0) return [];
    const found = new RegExp(words.map((word) => word.replace(/[^\p{L}\p{N}]/gu, "\\$&")).join("\\s+")).exec(
      text,
    );
    return found === null ? [] : [[found.index, found.index + found[0].length]];
  });
  places.sort(([a], [b]) => a - b);
  return places.filter(([from], index) => from >= (places[index - 1]?.[1] ?? 0));
}

function BlockView({ block, marks }: { block: Block; marks: readonly string[] }) {
  const { kind, lines } = block;
  const items = () =>
    lines.map((line) => (
      <li>
        <Words text={line} marks={marks} />
      </li>
    ));
  switch (kind) {
    case "code":
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
        <pre tabIndex={0}>
          <code>{lines.join("\n")}</code>
        </pre>
      );
    case "list":
      return <ul>{items()}</ul>;
    case "numbers":
      return <ol>{items()}</ol>;
    case "rows":
      return <Rows block={block} marks={marks} />;
    case "quote":
      return (
        <blockquote>
          <Words text={lines.join("\n")} marks={marks} />
        </blockquote>
      );
    case "words":
      return (
        <p>
          <Words text={lines.join("\n")} marks={marks} />
        </p>
      );
  }
}

/** A table. A mark is a whole row: cells alone say nothing. */
function Rows({ block: { lines, hasHead }, marks }: { block: Block; marks: readonly string[] }) {
  const [head, ...rest] = lines;
  const body = hasHead ? rest : lines;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
    <div class="scroll" tabIndex={0}>
      <table>
        {hasHead && head !== undefined && (
          <thead>
            <tr>
              {cellsOf(head).map((cell) => (
                <th scope="col">
                  <Words text={cell} />
                </th>
              ))}
            </tr>
          </thead>
        )}
        <tbody>
          {body.map((line) => {
            const isMarked = placesOf(line, marks).length > 0;
            return (
              <tr class={isMarked ? "marked" : undefined}>
                {cellsOf(line).map((cell) => (
                  <td>{isMarked ? <mark>{inline(cell)}</mark> : inline(cell)}</td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

const ITEM = /^\s*([-*+•▪]|\d{1,3}[.)])\s+/;

function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let fence: string | undefined;
  let open: Block | undefined;
  const add = (kind: Block["kind"], line: string): void => {
    if (open?.kind === kind) open.lines.push(line);
    else {
      open = { kind, lines: [line] };
      blocks.push(open);
    }
  };
  for (const line of text.split("\n")) {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1];
    const item = ITEM.exec(line);
    if (mark !== undefined && (fence === undefined || mark.startsWith(fence))) {
      fence = fence === undefined ? mark : undefined;
      open = undefined;
      if (fence !== undefined) {
        open = { kind: "code", lines: [] };
        blocks.push(open);
      }
    } else if (fence !== undefined) open?.lines.push(line);
    else if (line.trim() === "") open = undefined;
    else if (item !== null) add(/\d/.test(item[1] ?? "") ? "numbers" : "list", line.slice(item[0].length));
    else if (line.startsWith("|") || line.includes(" | ")) {
      if (!/^[\s|:-]+$/.test(line)) add("rows", line);
      else if (open?.kind === "rows" && open.lines.length === 1) open.hasHead = true;
    } else if (line.startsWith(">")) add("quote", line.replace(/^>\s?/, ""));
    else if (open?.kind === "list" || open?.kind === "numbers")
      open.lines.push(`${open.lines.pop() ?? ""}\n${line.trim()}`);
    else add("words", line);
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
  return plain
    .split(/(`[^`\n]+`|\*\*[^*\n]+\*\*|(?<![\p{L}\p{N}_*])[_*][^_*\n]+[_*](?![\p{L}\p{N}_*]))/gu)
    .map((part, index) => {
      if (index % 2 === 0) return part;
      if (/^[_*][^*]/.test(part)) return <em>{part.slice(1, -1)}</em>;
      return part.startsWith("`") ? <code>{part.slice(1, -1)}</code> : <strong>{part.slice(2, -2)}</strong>;
    });
}
