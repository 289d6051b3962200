// What callers pass where ids, a filter or metadata are expected, and should not.

/** What JavaScript, or a model, may give where a list of ids is expected. */
export const oddIds: readonly unknown[] = [
  "12",
  "",
  null,
  12,
  true,
  {},
  { length: 2, 0: "1", 1: "2" },
  new Set(["1"]),
  new Map([["1", "2"]]),
  new Uint8Array([1, 2]),
  "1,2",
  [1, 2],
  [null],
  [undefined],
  [["1"]],
  [{ id: "1" }],
  ["1", 2],
  new Array(2),
  new String("12"),
  ["12"].values(),
  () => ["1"],
];

/** What may stand where a filter is expected, and names nothing. */
export const oddFilters: readonly unknown[] = [
  {},
  [],
  [{}],
  [[], {}],
  null,
  "",
  "lang",
  0,
  true,
  { $and: [] },
  { $and: [{}] },
  { $or: [] },
  { $or: [{}] },
  { $or: [{ lang: "en" }, {}] },
  { $nor: [] },
  { $not: { $or: [] } },
  { $not: {} },
  { $and: [{ $and: [] }, { $nor: [] }] },
  { lang: undefined },
  { lang: {} },
  new Map(),
  new Date(0),
];

/** An odd value as a test names it. */
export const describeOdd = (value: unknown): string => `${String(value)} ${JSON.stringify(value)}`;

class Loaded {
  readonly page = 3;
  readonly #hidden = "x";
  get hidden(): string {
    return this.#hidden;
  }
}

/** Metadata that JSON.stringify takes, or nearly. */
export const unplain = (): Record<string, unknown> => ({
  instance: new Loaded(),
  json: { toJSON: () => ({ a: 1 }) },
  url: new URL("https://example.com/a"),
  map: new Map<unknown, unknown>([
    ["a", 1],
    [2, new Map([["b", [new Set([1, "x"])]]])],
  ]),
  set: new Set(["a", "b"]),
  big: 12n,
  call: () => 1,
  symbol: { inside: Symbol("s") },
  missing: undefined,
  list: [1, undefined, () => 1, null],
  holes: new Array(2),
  boxed: [new String("s"), new Number(1), new Boolean(false)],
  error: new TypeError("broken"),
  pattern: /a+/g,
  floats: new Float32Array([0.5, 1]),
  bare: { inside: Object.assign(Object.create(null) as object, { a: 1 }) },
});

/** What `unplain()` is read back as. */
export const plain = {
  instance: { page: 3 },
  json: { a: 1 },
  url: "https://example.com/a",
  map: { a: 1, 2: { b: [[1, "x"]] } },
  set: ["a", "b"],
  symbol: {},
  big: 12,
  list: [1, null, null, null],
  holes: [null, null],
  boxed: ["s", 1, false],
  error: { name: "TypeError", message: "broken" },
  pattern: "/a+/g",
  floats: [0.5, 1],
  bare: { inside: { a: 1 } },
};

/** Metadata that would be changed without a word, and the way to it. */
export function refusedMetadata(): [Record<string, unknown>, string][] {
  const circle: Record<string, unknown> = {};
  circle["me"] = [circle];
  const throwing = Object.defineProperty({}, "x", {
    enumerable: true,
    get: () => {
      throw new Error("not now");
    },
  });
  return [
    [{ a: { "b c": [1, Number.NaN] } }, '.a[\\"b c\\"][1]'],
    [{ a: Number.POSITIVE_INFINITY }, ".a"],
    [{ a: { at: new Date(Number.NaN) } }, ".a.at"],
    [{ a: [2n ** 60n] }, ".a[0]"],
    [{ a: Buffer.from("x") }, ".a"],
    [{ a: new ArrayBuffer(2) }, ".a"],
    [{ a: [new Blob(["x"])] }, ".a[0]"],
    [{ a: Promise.resolve(1) }, ".a"],
    [{ a: new Map([[{}, 1]]) }, ".a"],
    [{ a: circle }, ".a.me[0]"],
    [{ a: throwing }, ".a.x"],
    [{ a: { toJSON: () => JSON.parse("{") as unknown } }, ".a"],
  ];
}
