// SQL filters cut into tokens. What stands between two pieces of the template is a value of its own, so no value can become SQL.

import { badSql } from "./filter-errors";

/** A piece of a SQL filter. `end` is where it ends in `before`, for messages. */
export type Token =
  | { readonly kind: "word"; readonly text: string; readonly upper: string; readonly end: number }
  | { readonly kind: "name"; readonly text: string; readonly end: number }
  | { readonly kind: "text"; readonly text: string; readonly end: number }
  | { readonly kind: "number"; readonly value: number | bigint; readonly end: number }
  | { readonly kind: "bound"; readonly value: unknown; readonly end: number }
  | { readonly kind: "symbol"; readonly text: string; readonly end: number }
  | { readonly kind: "end"; readonly end: number };

const TOKEN =
  /\s+|(?<word>[\p{L}_][\p{L}\p{N}_$]*)|(?<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)|'(?<text>(?:[^']|'')*)'|"(?<name>(?:[^"]|"")+)"|(?<symbol><>|!=|<=|>=|[=<>(),.+-])/uy;

/** Cuts the pieces of a template, and the values between them, into tokens. */
export function lex(
  pieces: readonly string[],
  values: readonly unknown[],
): { tokens: Token[]; source: string } {
  const tokens: Token[] = [];
  let source = "";
  for (const [index, piece] of pieces.entries()) {
    lexPiece(piece, source, tokens);
    source += piece;
    if (index < values.length) {
      source += "?";
      tokens.push({ kind: "bound", value: values[index], end: source.length });
    }
  }
  tokens.push({ kind: "end", end: source.length });
  return { tokens, source };
}

function lexPiece(piece: string, before: string, tokens: Token[]): void {
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < piece.length) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(piece);
    if (match === null) throw strayCharacter(piece, from, before);
    const token = tokenOf(match.groups ?? {}, before.length + TOKEN.lastIndex);
    if (token !== undefined) tokens.push(token);
  }
}

function tokenOf(groups: Readonly<Record<string, string | undefined>>, end: number): Token | undefined {
  const { word, number, text, name, symbol } = groups;
  if (word !== undefined) return { kind: "word", text: word, upper: word.toUpperCase(), end };
  if (number !== undefined) return { kind: "number", value: numberOf(number), end };
  if (text !== undefined) return { kind: "text", text: text.replaceAll("''", "'"), end };
  if (name !== undefined) return { kind: "name", text: name.replaceAll('""', '"'), end };
  if (symbol !== undefined) return { kind: "symbol", text: symbol, end };
  return undefined;
}

function numberOf(text: string): number | bigint {
  const value = Number(text);
  return /^\d+$/.test(text) && !Number.isSafeInteger(value) ? BigInt(text) : value;
}

function strayCharacter(piece: string, from: number, before: string): Error {
  const read = before + piece.slice(0, from);
  const character = String.fromCodePoint(piece.codePointAt(from) ?? 0);
  if (character === "'" || character === '"') {
    return badSql(
      "a quotation mark is not closed",
      read,
      "A bound value needs no quotation marks: sql`lang = ${lang}`.",
    );
  }
  const hint = character === ";" || character === "-" ? "A filter is one condition." : undefined;
  return badSql(`the character ${JSON.stringify(character)} has no meaning here`, read, hint);
}
