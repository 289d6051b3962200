// Windows over lines that no symbol covers. Where they end depends on the lines themselves, not on how many stand above them, so that an
// insertion moves windows and does not make new ones.
import { createHash } from "node:crypto";

const LEAST = 12;
const MOST = 50;
const NAME = 60;

function endsHere(lines, from, at) {
  const length = at - from;
  if (length >= MOST) return true;
  const isParagraph = lines[at].trim() !== "" && lines[at - 1].trim() === "";
  if (length < LEAST || !isParagraph) return false;
  return createHash("sha1").update(lines[at]).digest()[0] % 3 === 0;
}

function isFilled(line) {
  return /[\p{L}\p{N}]/u.test(line);
}

/** Cuts the lines `from` up to (not including) `to`: `{ symbol, start, end }`, named after the first line that says something. */
export function windowsOf(lines, from, to, scope = "") {
  const windows = [];
  let start = from;
  const close = (end) => {
    let first = start;
    while (first < end && lines[first].trim() === "") first += 1;
    let last = end;
    while (last > first && lines[last - 1].trim() === "") last -= 1;
    const title = lines.slice(first, last).find(isFilled);
    if (title !== undefined) {
      const name = title.trim().slice(0, NAME);
      windows.push({ symbol: `${scope}· ${name}`, start: first, end: last });
    }
    start = end;
  };
  for (let at = from + 1; at < to; at++) if (endsHere(lines, start, at)) close(at);
  close(to);
  return windows;
}
