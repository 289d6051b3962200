import type { Heading } from "./heading";

/** The headings above a place of a document. */
export class Outline {
  readonly #path: Heading[] = [];

  /** Goes below a heading. One that repeats the title of the document adds nothing. */
  enter(heading: Heading): void {
    while ((this.#path.at(-1)?.level ?? -1) >= heading.level) this.#path.pop();
    const above = this.#path.at(-1);
    if (above?.level !== 0 || above.text !== heading.text) this.#path.push(heading);
  }

  /** Their texts, the outermost first. */
  headings(): string[] {
    return this.#path.map(({ text }) => text).filter((text) => text !== "");
  }
}
