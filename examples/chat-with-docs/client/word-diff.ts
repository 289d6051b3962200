/** A run of words that both texts have, or only one of them. */
export interface Run {
  readonly kind: "same" | "removed" | "added";
  readonly text: string;
}

/** Above this many comparisons the texts are shown one after the other. */
const WORK = 500_000;

/** What turns one text into another, word by word: their longest common subsequence, and what is around it. */
export function wordDiff(before: string, after: string): Run[] {
  const a = before.match(/\s+|[^\s]+/g) ?? [];
  const b = after.match(/\s+|[^\s]+/g) ?? [];
  if (a.length * b.length > WORK) {
    return [
      { kind: "removed", text: before },
      { kind: "added", text: after },
    ];
  }
  const lengths = commonLengths(a, b);
  const at = (i: number, j: number): number => lengths[i * (b.length + 1) + j] ?? 0;
  const runs: Run[] = [];
  let change = { removed: "", added: "" };
  let same = "";
  const flush = (): void => {
    const { removed, added, space } = withoutCommonEnd(change);
    if (removed !== "") runs.push({ kind: "removed", text: removed });
    if (added !== "") runs.push({ kind: "added", text: added });
    if (space + same !== "") runs.push({ kind: "same", text: space + same });
    change = { removed: "", added: "" };
    same = "";
  };
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && a[i] === b[j]) {
      same += a[i++] ?? "";
      j += 1;
      continue;
    }
    // A space between two changes belongs to both: "two weeks" becomes "five days", and not word after word.
    const isOpen = change.removed !== "" || change.added !== "";
    if (isOpen && same.trim() === "") {
      change = { removed: change.removed + same, added: change.added + same };
      same = "";
    } else flush();
    if (j >= b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1))) change.removed += a[i++] ?? "";
    else change.added += b[j++] ?? "";
  }
  flush();
  return runs;
}

/** Two texts without the space that both end with. */
function withoutCommonEnd({ removed, added }: { removed: string; added: string }) {
  let length = 0;
  while (/\s/.test(removed.at(-1 - length) ?? "") && removed.at(-1 - length) === added.at(-1 - length))
    length += 1;
  const cut = (text: string): string => text.slice(0, text.length - length);
  return { removed: cut(removed), added: cut(added), space: removed.slice(removed.length - length) };
}

/** For each pair of places, how many words the rests of both texts have in common, in order. */
function commonLengths(a: readonly string[], b: readonly string[]): Uint16Array {
  const width = b.length + 1;
  const lengths = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const down = lengths[(i + 1) * width + j] ?? 0;
      const right = lengths[i * width + j + 1] ?? 0;
      const both = (lengths[(i + 1) * width + j + 1] ?? 0) + 1;
      lengths[i * width + j] = a[i] === b[j] ? both : Math.max(down, right);
    }
  }
  return lengths;
}
