/** A run of versions, both ends included, and what it was given to. */
export interface Piece<T> {
  readonly from: number;
  readonly to: number;
  readonly what: T;
}

/** The versions of a span, and what each was given to. Who comes first keeps them. */
export class Coverage<T> {
  /** What nobody was given yet, oldest first. */
  readonly #gaps: { from: number; to: number }[];
  readonly #pieces: Piece<T>[] = [];

  constructor(from: number, to: number) {
    this.#gaps = [{ from, to }];
  }

  /** The newest version that nobody was given. */
  get gap(): number | undefined {
    return this.#gaps.at(-1)?.to;
  }

  /** Gives away what is still free of some versions. O(log g) where nothing is, with g gaps. */
  cover(from: number, to: number, what: T): void {
    const first = this.#gapBehind(from);
    const left: { from: number; to: number }[] = [];
    let end = first;
    for (let gap = this.#gaps[end]; gap !== undefined && gap.from <= to; gap = this.#gaps[end]) {
      this.#pieces.push({ from: Math.max(gap.from, from), to: Math.min(gap.to, to), what });
      if (gap.from < from) left.push({ from: gap.from, to: from - 1 });
      if (gap.to > to) left.push({ from: to + 1, to: gap.to });
      end += 1;
    }
    if (end > first) this.#gaps.splice(first, end - first, ...left);
  }

  /** What was given away, from the newest version back to the newest gap. */
  newest(): Piece<T>[] {
    const { gap = Number.NEGATIVE_INFINITY } = this;
    return this.#pieces.filter(({ from }) => from > gap).sort((a, b) => b.from - a.from);
  }

  /** The first gap that ends at a version or behind it. */
  #gapBehind(version: number): number {
    let [low, high] = [0, this.#gaps.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#gaps[middle]?.to ?? 0) < version) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
