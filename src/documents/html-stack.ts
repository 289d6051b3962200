// Which elements are open, by the rules of the HTML standard for what a tag ends, as far as they matter for what is hidden and where
// blocks end. Nothing is searched for: places are kept by name, so that a tag costs the same however deep a page is nested.

const words = (names: string): ReadonlySet<string> => new Set(names.split(" "));

/** The parts of a table, which count for nothing outside of one. */
const TABLE_PARTS = words("caption colgroup tbody thead tfoot tr td th");
/** What a start tag of a part of a table ends in the same table. */
const ENDED_BY_PART: Readonly<Record<string, readonly string[]>> = {
  td: ["td", "th", "caption"],
  th: ["td", "th", "caption"],
  tr: ["td", "th", "tr", "caption"],
};
const PARTS = ["td", "th", "tr", "tbody", "thead", "tfoot", "caption", "colgroup"];
/** Start tags that end a paragraph. */
const ENDS_PARAGRAPH = words(
  "address article aside blockquote center details dialog dir div dl fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr li dd dt listing main menu nav ol p plaintext pre search section summary table ul xmp",
);
const SELECT_PARTS = words("select option optgroup script template");
const HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"];

/** Kinds of elements beyond which tags do not reach. */
const KINDS = {
  /** For end tags of elements in a line. */
  special: words(
    "address applet article aside blockquote body button caption center dd details dir div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hgroup html iframe li listing main marquee menu nav noembed noframes noscript object ol p plaintext pre script search section select style summary table tbody td template textarea tfoot th thead title tr ul xmp",
  ),
  /** For end tags of blocks. */
  scope: words("applet caption html marquee object table td template th"),
  /** For what ends a paragraph. */
  button: words("applet button caption html marquee object table td template th"),
  /** For the end of an item. */
  list: words("applet caption html marquee object ol table td template th ul"),
} as const;
/** For the start of an item: what is special, but for these. */
const NO_BARRIER = words("address div p");

type Kind = keyof typeof KINDS | "barrier";

/** The elements that are open at a place of a page. */
export class OpenElements {
  readonly #names: string[] = [];
  readonly #places = new Map<string, number[]>();
  readonly #kinds: Readonly<Record<Kind, number[]>> = {
    special: [],
    scope: [],
    button: [],
    list: [],
    barrier: [],
  };

  /** How many are open. */
  get depth(): number {
    return this.#names.length;
  }

  /** Whether one of a name is open. */
  has(name: string): boolean {
    return this.#placeOf(name) >= 0;
  }

  /** Ends what the start tag ends; false where the tag counts for nothing. */
  start(name: string): boolean {
    const select = this.#placeOf("select");
    if (select >= 0) {
      if (name === "select") this.#popTo(select);
      return name !== "select" && SELECT_PARTS.has(name);
    }
    if (TABLE_PARTS.has(name)) return this.#startPart(name);
    if (name === "li") this.#endItem(["li"]);
    if (name === "dd" || name === "dt") this.#endItem(["dd", "dt"]);
    const paragraph = this.#placeOf("p");
    if (ENDS_PARAGRAPH.has(name) && paragraph > this.#last("button")) this.#popTo(paragraph);
    const top = this.#names.at(-1) ?? "";
    if (HEADINGS.includes(name) && HEADINGS.includes(top)) this.#popTo(this.depth - 1);
    return true;
  }

  /** Opens an element. */
  push(name: string): void {
    const place = this.#names.push(name) - 1;
    const places = this.#places.get(name);
    if (places === undefined) this.#places.set(name, [place]);
    else places.push(place);
    for (const [kind, names] of Object.entries(KINDS))
      if (names.has(name)) this.#kinds[kind as Kind].push(place);
    if (KINDS.special.has(name) && !NO_BARRIER.has(name)) this.#kinds.barrier.push(place);
  }

  /** Ends the element that an end tag ends, with all that is in it; false where it ends none. */
  end(name: string): boolean {
    if (this.has("select") && !SELECT_PARTS.has(name)) return false;
    const isHeading = HEADINGS.includes(name);
    const place = isHeading ? Math.max(...HEADINGS.map((one) => this.#placeOf(one))) : this.#placeOf(name);
    if (place < 0 || place < this.#reach(name)) return false;
    this.#popTo(place);
    return true;
  }

  /** The first place that an end tag reaches. */
  #reach(name: string): number {
    if (name === "table") return 0;
    if (TABLE_PARTS.has(name)) return this.#placeOf("table");
    if (name === "p") return this.#last("button");
    if (name === "li") return this.#last("list");
    if (KINDS.special.has(name)) return this.#last("scope");
    return this.#last("special");
  }

  #startPart(name: string): boolean {
    const table = this.#placeOf("table");
    if (table < 0) return false;
    const ended = ENDED_BY_PART[name] ?? PARTS;
    const places = ended.map((part) => this.#placeOf(part)).filter((place) => place > table);
    if (places.length > 0) this.#popTo(Math.min(...places));
    return true;
  }

  #endItem(names: readonly string[]): void {
    const place = Math.max(...names.map((name) => this.#placeOf(name)));
    if (place >= 0 && place === this.#last("barrier")) this.#popTo(place);
  }

  #popTo(place: number): void {
    while (this.#names.length > place) {
      const name = this.#names.pop() ?? "";
      this.#places.get(name)?.pop();
    }
    for (const places of Object.values(this.#kinds)) while ((places.at(-1) ?? -1) >= place) places.pop();
  }

  #placeOf(name: string): number {
    return this.#places.get(name)?.at(-1) ?? -1;
  }

  #last(kind: Kind): number {
    return this.#kinds[kind].at(-1) ?? -1;
  }
}
