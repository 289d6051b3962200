// Keys and values that break what is put together from strings: quotes, operators, prototypes, control characters, and the syntax of
// other stores' filters. The list is generated and always the same.

import { Random } from "../support/random";

/** An entry of metadata that somebody made up to do harm. */
export interface HostileEntry {
  readonly key: string;
  readonly value: string | number | boolean;
}

const seeds = [
  "' OR '1'='1",
  "'; DROP TABLE documents; --",
  '" OR ""="',
  "x') OR 1=1 --",
  "1; DELETE FROM metadata",
  "\\' OR 1=1 --",
  "a'b",
  'a"b',
  "`id`",
  "[0]",
  "$ne",
  "$where",
  "$gt",
  "metadata.$or",
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "length",
  "",
  " ",
  ".",
  "..",
  "a.b",
  "a..b",
  ".a",
  "a.",
  "*",
  "%",
  "_",
  "a%b_c",
  "\\",
  "\\%",
  "\\u0027",
  "null",
  "undefined",
  "NaN",
  "true",
  "0",
  "-1",
  "1e309",
  "{}",
  "[]",
  '{"$gt":""}',
  "${process.env.HOME}",
  "{{7*7}}",
  "<script>alert(1)</script>",
  "../../etc/passwd",
  "%27%20OR%201=1",
  "\n",
  "\r\n",
  "\t",
  "\u0000",
  "a\u0000b",
  "\u001b[31m",
  "\u202eabc",
  "\ufeffid",
  "\u200b",
  "e\u0301",
  "\u00e9",
  "日本語",
  "👩‍👩‍👧‍👦",
  "\ud800",
  "ID",
  "id",
  "content",
  "metadata",
  "vector",
  "dates",
  "_score",
  "_rowid",
  "SELECT",
  "--",
  "/* */",
  "#",
  ";",
  "(",
  ")",
  "=",
  "!=",
  "@a == 'b'",
  "metadata->>'a'",
  "json_extract(metadata, '$.a')",
  "x".repeat(5000),
  ".".repeat(200),
] as const;

/** 200 entries: every seed as a key and as a value, and mixtures of them. */
export function hostileEntries(): HostileEntry[] {
  const random = new Random(7);
  const seed = (): string => random.pick(seeds);
  const entries: HostileEntry[] = seeds.map((key, index) => ({
    key,
    value: seeds[(index * 7 + 3) % seeds.length] ?? "",
  }));
  const values: readonly (() => HostileEntry["value"])[] = [
    seed,
    () => seed().slice(0, 40) + seed().slice(0, 40),
    () => random.below(1000) - 500,
    () => random.below(2) === 0,
    () => random.pick([0, -0.5, 1e308, Number.MAX_SAFE_INTEGER, 5e-324]),
  ];
  while (entries.length < 200) {
    const key = random.below(2) === 0 ? seed() : seed().slice(0, 40) + seed().slice(0, 40);
    entries.push({ key, value: random.pick(values)() });
  }
  return entries;
}
