/** Random numbers from a seed, the same ones each time. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0 || 1;
  }

  /** A number from 0 up to 1. */
  next(): number {
    this.#state = Math.imul(this.#state ^ (this.#state >>> 15), 0x2c1b3c6d) >>> 0;
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    return this.#state / 2 ** 32;
  }

  /** A whole number from 0 up to `count`, without it. */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  /** One of several. */
  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }
}
