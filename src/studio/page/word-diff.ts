// Which words of a text are gone, and which are new: the longest common run of words (Myers would be faster; texts here are short).

/** A piece of a text, and whether it was there before, is there now, or both. */
export interface Piece {
  readonly text: string;
  readonly is: "same" | "gone" | "new";
}

/** Above this many pairs of words texts are shown one after the other. */
const PAIRS_MAX = 4_000_000;
/** Texts that have less than this share in common are two texts, and no change of one. */
const KEPT_LEAST = 0.4;

/** Two texts as one, word by word; the pieces that are not gone are the later text, to the letter. */
export function wordDiff(before: string, after: string): Piece[] {
  const [a, b] = [wordsOf(before), wordsOf(after)];
  const start = commonStart(a, b);
  const end = commonEnd(a, b, start);
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  const middle: Piece[] =
    left.length * right.length > PAIRS_MAX
      ? [piece("gone", left), piece("new", right)]
      : between(left, right);
  const pieces = joined([
    piece("same", a.slice(0, start)),
    ...middle,
    piece("same", a.slice(a.length - end)),
  ]);
  const kept = pieces.reduce((sum, { is, text }) => sum + (is === "same" ? text.length : 0), 0);
  if (kept >= KEPT_LEAST * Math.min(before.length, after.length)) return pieces;
  return joined([
    { is: "gone", text: before },
    { is: "new", text: after },
  ]);
}

function wordsOf(text: string): string[] {
  return text.match(/[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gu) ?? [];
}

function piece(is: Piece["is"], words: readonly string[]): Piece {
  return { is, text: words.join("") };
}

function commonStart(a: readonly string[], b: readonly string[]): number {
  let length = 0;
  while (length < a.length && length < b.length && a[length] === b[length]) length++;
  return length;
}

function commonEnd(a: readonly string[], b: readonly string[], start: number): number {
  let length = 0;
  const most = Math.min(a.length, b.length) - start;
  while (length < most && a[a.length - 1 - length] === b[b.length - 1 - length]) length++;
  return length;
}

/** The pieces of two texts that begin and end differently. */
function between(a: readonly string[], b: readonly string[]): Piece[] {
  const width = b.length + 1;
  // At (i, j): how many words the rests from i and from j have in common, in order.
  const common = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i * width + j] =
        a[i] === b[j]
          ? (common[(i + 1) * width + j + 1] ?? 0) + 1
          : Math.max(common[(i + 1) * width + j] ?? 0, common[i * width + j + 1] ?? 0);
  const pieces: Piece[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      pieces.push(piece("same", [a[i] ?? ""]));
      i++;
      j++;
    } else if (j === b.length || (i < a.length && isGoneFirst(common, i, j, width))) {
      pieces.push(piece("gone", [a[i++] ?? ""]));
    } else {
      pieces.push(piece("new", [b[j++] ?? ""]));
    }
  }
  return pieces;
}

function isGoneFirst(common: Uint32Array, i: number, j: number, width: number): boolean {
  return (common[(i + 1) * width + j] ?? 0) >= (common[i * width + j + 1] ?? 0);
}

/** Neighbours of one kind as one piece, without empty ones; what is gone stands before what is new. */
function joined(pieces: readonly Piece[]): Piece[] {
  const out: Piece[] = [];
  let [gone, fresh] = ["", ""];
  const flush = (): void => {
    if (gone !== "") out.push({ is: "gone", text: gone });
    if (fresh !== "") out.push({ is: "new", text: fresh });
    [gone, fresh] = ["", ""];
  };
  for (const [at, { is, text }] of pieces.entries()) {
    const isBetween = gone + fresh !== "" && at < pieces.length - 1 && pieces[at + 1]?.is !== "same";
    if (is === "gone" || (is === "same" && isBetween && text.trim() === "")) gone += text;
    if (is === "new" || (is === "same" && isBetween && text.trim() === "")) fresh += text;
    if (is !== "same" || text === "" || (isBetween && text.trim() === "")) continue;
    flush();
    const last = out.at(-1);
    if (last?.is === "same") out[out.length - 1] = { is, text: last.text + text };
    else out.push({ is, text });
  }
  flush();
  return out;
}
