// Random filters are answered by the engine and by a few lines of JavaScript with three-valued logic: both must give the same rows.

import {
  and,
  Condition,
  type FilterColumns,
  type FilterNode,
  float,
  int,
  json,
  list,
  not,
  or,
  type Table,
  table,
  text,
  timestamp,
  type Where,
} from "varve";
import { expect, test } from "vitest";
import { memoryDatabase } from "../support/database";
import { Random } from "../support/random";

const items = table("items", {
  id: int().primaryKey(),
  lang: text({ enum: ["en", "de", "fr"] }).nullable(),
  word: text().nullable(),
  n: int().nullable(),
  x: float().nullable(),
  at: timestamp().nullable(),
  tags: list(text()).nullable(),
});
type Item = typeof items.$row;

const random = new Random(42);
const words = ["a", "ab", "abc", "B", "é", "", "a%", "_"];
const maybe = <T>(value: () => T): T | null => (random.below(4) === 0 ? null : value());

const rows: Item[] = Array.from({ length: 400 }, (_, id) => ({
  id,
  lang: maybe(() => random.pick(["en", "de", "fr"] as const)),
  word: maybe(() => random.pick(words)),
  n: maybe(() => random.below(10)),
  x: maybe(() => random.below(10) / 4),
  at: maybe(() => new Date(random.below(10))),
  tags: maybe(() => Array.from({ length: random.below(3) }, () => random.pick(words))),
}));

type Leaf = Extract<FilterNode, { column: unknown }>;
const comparable = (value: unknown): string | number =>
  value instanceof Date ? value.getTime() : (value as string | number);

/** True, false, or null for unknown. */
function evaluate(node: FilterNode, row: Item): boolean | null {
  switch (node.op) {
    case "not": {
      const result = evaluate(node.arg, row);
      return result === null ? null : !result;
    }
    case "isNotTrue":
      return evaluate(node.arg, row) !== true;
    case "and":
    case "or": {
      const results = node.args.map((arg) => evaluate(arg, row));
      const decisive = node.op === "or";
      if (results.includes(decisive)) return decisive;
      return results.includes(null) ? null : !decisive;
    }
    default:
      return evaluateLeaf(node, row[node.column[0] as keyof Item]);
  }
}

function evaluateLeaf(node: Leaf, cell: unknown): boolean | null {
  if (node.op === "isNull") return cell === null;
  // None of no values, also where there is nothing.
  if ((node.op === "in" || node.op === "containsAny") && node.values.length === 0) return false;
  if (cell === null) return null;
  switch (node.op) {
    case "in":
      return node.values.map(comparable).includes(comparable(cell));
    case "between":
      return comparable(cell) >= comparable(node.low) && comparable(cell) <= comparable(node.high);
    case "like":
      return likePattern(node.pattern as string, node.caseInsensitive).test(cell as string);
    case "contains":
      // An item of a list, and a part of a text.
      return (cell as string[] | string).includes(node.value as string);
    case "containsAny":
      return node.values.some((value) => (cell as string[]).includes(value as string));
    case "containsAll":
      return node.values.every((value) => (cell as string[]).includes(value as string));
    default: {
      const [a, b] = [comparable(cell), comparable(node.value)];
      const results = { eq: a === b, ne: a !== b, lt: a < b, lte: a <= b, gt: a > b, gte: a >= b };
      return results[node.op];
    }
  }
}

function likePattern(pattern: string, caseInsensitive: boolean): RegExp {
  const source = pattern.replace(/\\?[\s\S]/gu, (part) => {
    if (part === "%") return "[\\s\\S]*";
    if (part === "_") return "[\\s\\S]";
    return part.slice(-1).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  });
  return new RegExp(`^${source}$`, caseInsensitive ? "iu" : "u");
}

type Columns = FilterColumns<typeof items>;

const leaves: readonly ((c: Columns) => Condition)[] = [
  (c) => c.lang.eq(random.pick(["en", "de", "fr"])),
  (c) => c.lang.ne("en"),
  (c) => c.lang.in(["en", "fr"]),
  (c) => c.lang.notIn(["de"]),
  (c) => c.lang.in([]),
  (c) => c.word.lt(random.pick(words)),
  (c) => c.word.gte(random.pick(words)),
  (c) => c.word.like(random.pick(["a%", "%b%", "_", "a\\%", "%", "", "\\_", "é"])),
  (c) => c.word.ilike(random.pick(["A%", "%B", "É"])),
  (c) => c.word.contains(random.pick(words)),
  (c) => c.lang.contains(random.pick(["e", "fr", "x"])),
  (c) => c.n.gt(random.below(10)),
  (c) => c.n.between(random.below(5), random.below(10)),
  (c) => c.n.in([1, 2, 3, 100]),
  (c) => c.x.lte(random.below(10) / 4),
  (c) => c.x.eq(1.25),
  (c) => c.at.lt(new Date(random.below(10))),
  (c) => c.at.in([new Date(3), new Date(4)]),
  (c) => c.tags.contains(random.pick(words)),
  (c) => c.tags.containsAny(["a", "é"]),
  (c) => c.tags.containsAll(["a", "ab"]),
  (c) => c.tags.containsAll([]),
  (c) => c.n.isNull(),
  (c) => c.tags.isNotNull(),
];

function randomCondition(c: Columns, depth: number): Condition {
  if (depth === 0 || random.below(3) === 0) return random.pick(leaves)(c);
  const parts = Array.from({ length: random.below(4) }, () => randomCondition(c, depth - 1));
  return random.pick([() => and(...parts), () => or(...parts), () => not(randomCondition(c, depth - 1))])();
}

test("every comparison alone", async () => {
  const t = await open();
  for (const leaf of leaves) await agree(t, leaf);
});

test("300 random filters, and their opposites", async () => {
  const t = await open();
  for (let i = 0; i < 300; i++) {
    await agree(t, (c) => randomCondition(c, 4));
  }
});

test("Mongo's negations find what Mongo would find", async () => {
  const t = await open();
  const ids = async (where: Where<typeof items>): Promise<number[]> =>
    (await t.find({ where, select: ["id"] })).map((row) => row.id);
  const expected = (keep: (row: Item) => boolean): number[] => rows.filter(keep).map((row) => row.id);
  expect(await ids({ lang: { $ne: "en" } })).toEqual(expected((row) => row.lang !== "en"));
  expect(await ids({ lang: { $nin: ["en", null] } })).toEqual(
    expected((row) => row.lang !== "en" && row.lang !== null),
  );
  expect(await ids({ n: { $not: { $gt: 4 } } })).toEqual(expected((row) => !(row.n !== null && row.n > 4)));
  expect(await ids({ $nor: [{ lang: "en" }, { n: { $lt: 3 } }] })).toEqual(
    expected((row) => row.lang !== "en" && !(row.n !== null && row.n < 3)),
  );
  expect(await ids({ $not: { $not: { lang: "en" } } })).toEqual(expected((row) => row.lang === "en"));
  expect(await ids({ tags: { $nin: ["a"] } })).toEqual(expected((row) => !row.tags?.includes("a")));
});

const notes = table("notes", { id: int().primaryKey(), data: json<Record<string, unknown>>().nullable() });
const scalars = ["a", "ab", "1", 1, 2, true, false, "", "é"] as const;

test("the whole of a JSON column is asked what it contains, as a list or as a text", async () => {
  const wholes = table("wholes", { id: int().primaryKey(), data: json().nullable() });
  const t = await (await memoryDatabase()).table(wholes);
  const values = [["a", 1, true], ["ab"], [], "abc", { a: 1 }, 1, null, [["a"]]];
  await t.insert(values.map((data, id) => ({ id, data })));
  const ids = async (where: Where<typeof wholes>): Promise<number[]> =>
    (await t.find({ where, select: ["id"] })).map((row) => row.id);
  expect(await ids((c) => c.data.contains("a"))).toEqual([0, 3]);
  expect(await ids({ data: { $contains: "ab" } })).toEqual([1, 3]);
  expect(await ids((c) => c.data.contains(1))).toEqual([0]);
  expect(await ids((c) => c.data.containsAny(["ab", true]))).toEqual([0, 1]);
  expect(await ids((c) => c.data.containsAll(["a", 1]))).toEqual([0]);
});

function randomScalar(): string | number | boolean {
  return random.pick(scalars);
}

function randomData(): Record<string, unknown> {
  const value = (): unknown =>
    random.pick([
      randomScalar,
      randomScalar,
      () => null,
      () => Array.from({ length: random.below(3) }, randomScalar),
      () => ({ deep: randomScalar() }),
    ])();
  const keys = ["x", "y", "x.deep"].filter(() => random.below(3) > 0);
  return Object.fromEntries(keys.map((key) => [key, value()]));
}

type Operators = Record<string, unknown>;

/** What lies at a key, in both readings of its dots; nothing for null. */
function valuesAt(data: Record<string, unknown>, key: string): unknown[] {
  const [first = "", second] = key.split(".");
  const nested =
    second === undefined
      ? data[first]
      : (data[first] as Record<string, unknown> | null | undefined)?.[second];
  const found = second === undefined ? [data[key]] : [nested, data[key]];
  return found.filter((value) => value !== undefined && value !== null);
}

/** As Mongo reads it, as directly as it can be written. */
function matches(data: Record<string, unknown>, key: string, [operator, wanted]: [string, unknown]): boolean {
  const values = valuesAt(data, key);
  const items = values.flatMap((value) => (Array.isArray(value) ? (value as unknown[]) : [value]));
  const some = (test: (value: string) => boolean): boolean =>
    items.some((item) => typeof item === typeof wanted && test(item as string));
  const has = (value: unknown): boolean => (value === null ? values.length === 0 : items.includes(value));
  switch (operator) {
    case "$eq":
      return has(wanted);
    case "$ne":
      return !has(wanted);
    case "$gt":
      return some((item) => item > (wanted as string));
    case "$lte":
      return some((item) => item <= (wanted as string));
    case "$in":
      return (wanted as unknown[]).some(has);
    case "$nin":
      return !(wanted as unknown[]).some(has);
    case "$exists":
      return values.length > 0 === wanted;
    case "$contains":
      return values.some((value) => {
        const isPart = typeof value === "string" && typeof wanted === "string";
        return (Array.isArray(value) || isPart) && value.includes(wanted as string);
      });
    case "$all":
      return values.some(
        (value) =>
          Array.isArray(value) &&
          (wanted as unknown[]).length > 0 &&
          (wanted as unknown[]).every((one) => value.includes(one)),
      );
    default:
      return !Object.entries(wanted as Operators).every((entry) => matches(data, key, entry));
  }
}

function randomOperators(depth: number): Operators {
  const several = (): unknown[] => Array.from({ length: random.below(3) }, randomScalar);
  const withNull = (): unknown[] => [...several(), ...(random.below(3) === 0 ? [null] : [])];
  const [operator, value] = random.pick<() => [string, unknown]>([
    () => [random.pick(["$eq", "$ne"]), random.below(5) === 0 ? null : randomScalar()],
    () => [random.pick(["$gt", "$lte"]), randomScalar()],
    () => [random.pick(["$in", "$nin"]), withNull()],
    () => ["$exists", random.below(2) === 0],
    () => ["$contains", randomScalar()],
    () => ["$all", several()],
    () => (depth > 0 ? ["$not", randomOperators(depth - 1)] : ["$ne", randomScalar()]),
  ])();
  return { [operator]: value };
}

test("filters inside JSON find what Mongo would find: 300 random ones", async () => {
  const documents = Array.from({ length: 300 }, (_, id) => ({ id, data: randomData() }));
  const t = await (await memoryDatabase()).table(notes);
  await t.insert(documents);
  for (let i = 0; i < 300; i++) {
    const key = random.pick(["x", "y", "x.deep"]);
    const operators = randomOperators(2);
    const where: Where<typeof notes> =
      i % 2 === 0 ? { data: { $match: { [key]: operators } } } : { [`data.${key}`]: operators };
    const found = await t.find({ where, select: ["id"] });
    const expected = documents.filter(({ data }) =>
      Object.entries(operators).every((entry) => matches(data, key, entry)),
    );
    expect(
      found.map(({ id }) => id),
      JSON.stringify(where),
    ).toEqual(expected.map(({ id }) => id));
  }
});

async function open(): Promise<Table<typeof items>> {
  const t = await (await memoryDatabase()).table(items);
  await t.insert(rows.slice(0, 150));
  await t.insert(rows.slice(150));
  return t;
}

async function agree(t: Table<typeof items>, build: (c: Columns) => Condition): Promise<void> {
  let built: Condition | undefined;
  const found = await t.find({
    where: (c) => {
      built = build(c);
      return built;
    },
    select: ["id"],
  });
  const node = (built ?? and()).node;
  const expected = rows.filter((row) => evaluate(node, row) === true).map((row) => row.id);
  expect(
    found.map((row) => row.id),
    JSON.stringify(node),
  ).toEqual(expected);
  expect(await t.count({ where: new Condition(node) }), JSON.stringify(node)).toBe(expected.length);
}
