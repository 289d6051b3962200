// Which rows of a long list are in sight.

/** How high a row is, in pixels. */
export const ROW_HEIGHT = 34;
/** Browsers draw no element that is much higher. */
const HEIGHT_MAX = 8_000_000;
/** Rows that are drawn before and after those in sight. */
const AROUND = 6;

/** How high a list of so many rows is. */
export function heightOf(count: number): number {
  return Math.min(HEIGHT_MAX, count * ROW_HEIGHT);
}

/** The rows to draw, from `first` to before `end`, and where the first one stands. */
export interface Window {
  readonly first: number;
  readonly end: number;
  readonly top: number;
}

/** The rows in sight. Where a list is higher than a browser can draw, scrolling goes through it in larger steps. */
export function windowOf(count: number, scrolled: number, sight: number): Window {
  const fit = Math.ceil(sight / ROW_HEIGHT) + 1;
  const whole = heightOf(count);
  const exact = scrolled / ROW_HEIGHT;
  const isExact = whole === count * ROW_HEIGHT;
  const share = whole <= sight ? 0 : Math.min(1, scrolled / (whole - sight));
  const seen = Math.floor(isExact ? exact : share * Math.max(0, count - fit + 1));
  const first = Math.max(0, Math.min(seen, count - 1) - AROUND);
  const end = Math.min(count, seen + fit + AROUND);
  return { first, end, top: isExact ? first * ROW_HEIGHT : scrolled - (seen - first) * ROW_HEIGHT };
}
