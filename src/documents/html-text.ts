import type { Block } from "./block";

/** Text that was made from a source, and where each of its characters stood there. */
export class HtmlText {
  readonly #parts: string[] = [];
  #length = 0;
  /** Runs of characters, one behind the other: where a run starts and ends in the text, and in the source. */
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #sourceStarts: number[] = [];
  readonly #sourceEnds: number[] = [];

  get length(): number {
    return this.#length;
  }

  /** Adds characters that stand for a range of the source: the same ones, or one that is written in another way. */
  add(text: string, start: number, end: number): void {
    const last = this.#ends.length - 1;
    const isSame = text.length === end - start;
    const goesOn =
      isSame && this.#ends[last] === this.#length && this.#sourceEnds[last] === start && this.#isSame(last);
    this.write(text);
    if (goesOn) {
      this.#ends[last] = this.#length;
      this.#sourceEnds[last] = end;
      return;
    }
    this.#starts.push(this.#length - text.length);
    this.#ends.push(this.#length);
    this.#sourceStarts.push(start);
    this.#sourceEnds.push(end);
  }

  /** Adds characters that stand for nothing in the source. */
  write(text: string): void {
    this.#parts.push(text);
    this.#length += text.length;
  }

  toString(): string {
    return this.#parts.join("");
  }

  /** Turns ranges of the text, which must be in order, into ranges of the source. */
  toSource(ranges: readonly Block[]): Block[] {
    let run = 0;
    return ranges.map(({ start, end }) => {
      while (run < this.#ends.length && this.#at(this.#ends, run) <= start) run += 1;
      const first = this.#at(this.#starts, run);
      const isCut = this.#isSame(run) && start > first;
      const from = this.#at(this.#sourceStarts, run) + (isCut ? start - first : 0);
      let last = run;
      while (last + 1 < this.#starts.length && this.#at(this.#starts, last + 1) < end) last += 1;
      run = last;
      const rest = this.#isSame(last) ? Math.max(0, this.#at(this.#ends, last) - end) : 0;
      return { start: from, end: this.#at(this.#sourceEnds, last) - rest };
    });
  }

  #isSame(run: number): boolean {
    const length = this.#at(this.#ends, run) - this.#at(this.#starts, run);
    return length === this.#at(this.#sourceEnds, run) - this.#at(this.#sourceStarts, run);
  }

  #at(numbers: readonly number[], index: number): number {
    return numbers[index] ?? 0;
  }
}
