// The lines in which two texts differ: the longest common subsequence, after what is equal at both ends.

/** `{ removed, added }`: what stands only in one of them, each line with its place from 0. */
export function linesDiff(before, after) {
  const a = before.split("\n");
  const b = after.split("\n");
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  const common = commonPairs(left, right);
  const rest = (lines, side) => {
    const taken = new Set(common.map((pair) => pair[side]));
    return lines.flatMap((text, at) => (taken.has(at) ? [] : [{ at: start + at, text }]));
  };
  return { removed: rest(left, 0), added: rest(right, 1) };
}

/** The pairs of places that a longest common subsequence matches. Pieces have some hundred lines at most, so a table will do. */
function commonPairs(a, b) {
  const width = b.length + 1;
  const best = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const at = i * width + j;
      best[at] = a[i] === b[j] ? best[at + width + 1] + 1 : Math.max(best[at + width], best[at + 1]);
    }
  }
  const pairs = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) pairs.push([i++, j++]);
    else if (best[(i + 1) * width + j] >= best[i * width + j + 1]) i += 1;
    else j += 1;
  }
  return pairs;
}
