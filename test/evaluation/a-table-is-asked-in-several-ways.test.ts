import { embed, int, type Table, table, text, VarveError } from "varve";
import { custom } from "varve/embeddings";
import { type Evaluation, evaluate, type MeasuredWay, type Question } from "varve/evaluation";
import { beforeEach, describe, expect, it } from "vitest";
import { memoryDatabase } from "../support/database";

/** A text is the direction that it names in degrees: what is nearest can be seen. */
const degrees = custom<string>({
  name: "degrees",
  dimensions: 2,
  embed: (inputs) =>
    Promise.resolve(
      inputs.map((input) => {
        const angle = (Number(/\d+/.exec(input)?.[0] ?? 0) * Math.PI) / 180;
        return new Float32Array([Math.cos(angle), Math.sin(angle)]);
      }),
    ),
});

const fruits = table("fruits", { id: text().primaryKey(), body: text() }, (c) => ({
  vec: embed(degrees, c.body),
}));

/** By vectors c is the third of the first question, and by words the first. The second shares no word with any row: d is first, a fourth. */
const questions: readonly Question[] = [
  { query: "plum 0", relevant: ["c"] },
  { query: "cherry 41", relevant: { d: 1, a: 3, b: 0 } },
];

let t: Table<typeof fruits>;

beforeEach(async () => {
  t = await (await memoryDatabase()).table(fruits);
  await t.insert([
    { id: "a", body: "apple 10" },
    { id: "b", body: "pear 20" },
    { id: "c", body: "plum 30" },
    { id: "d", body: "quince 40" },
  ]);
});

function wayOf({ ways }: Evaluation, name: string): MeasuredWay {
  const way = ways.find((one) => one.name === name);
  if (way === undefined || "unavailable" in way) throw new Error(`${name} was not measured`);
  return way;
}

async function refusal(run: Promise<unknown>): Promise<string> {
  const error: unknown = await run.catch((thrown: unknown) => thrown);
  if (!VarveError.is(error)) throw new Error(`no VarveError: ${String(error)}`);
  return [`${error.code}:`, error.message, error.hint].join(" ");
}

describe("evaluate", () => {
  it("gives each way the figures that were computed by hand", async () => {
    const found = await evaluate(t, questions);
    expect(found).toMatchObject({ version: 1, questions: 2, limit: 10, missingKeys: [], leftOut: [] });
    const vector = wayOf(found, "vector");
    expect(vector.answers.map(({ ranked }) => ranked.join(""))).toEqual(["abcd", "dcba"]);
    // 1 / log2(4), and (1 + 3 / log2(5)) / (3 + 1 / log2(3))
    expect(vector.answers.map(({ ndcg }) => ndcg.toFixed(5))).toEqual(["0.50000", "0.63125"]);
    expect(vector.ndcg.mean).toBeCloseTo(0.56563, 5);
    expect(vector.recall.mean).toBe(1);
    expect(vector.mrr.mean).toBeCloseTo((1 / 3 + 1) / 2, 10);
    expect(vector.ms).toBeGreaterThan(0);
    const words = wayOf(found, "text");
    expect(words.answers.map(({ ranked }) => ranked.join(""))).toEqual(["c", ""]);
    expect([words.ndcg.mean, words.recall.mean, words.mrr.mean]).toEqual([0.5, 0.5, 0.5]);
  });

  it("compares words, vectors, and both at several weights", async () => {
    const found = await evaluate(t, questions);
    const weighed = [0.2, 0.35, 0.5, 0.65, 0.8].map((weight) => `hybrid ${weight}`);
    expect(found.ways.map(({ name }) => name)).toEqual(["text", "vector", "hybrid", ...weighed, "rrf"]);
    // The less the vectors count, the sooner the plum is the first; where no row has a word, they alone say the order.
    const first = weighed.map((name) => wayOf(found, name).answers[0]?.reciprocalRank ?? 0);
    expect(first[0]).toBe(1);
    expect(first).toEqual(first.toSorted((a, b) => b - a));
    for (const name of weighed) expect(wayOf(found, name).answers[1]?.ranked.join("")).toBe("dcba");
  });

  it("counts the first `limit` hits only", async () => {
    const vector = wayOf(await evaluate(t, questions, { limit: 2 }), "vector");
    // Nothing, and 1 of 3 + 1 / log2(3): d without a.
    expect(vector.answers.map(({ ndcg }) => ndcg.toFixed(5))).toEqual(["0.00000", "0.27541"]);
    expect([vector.recall.mean, vector.mrr.mean]).toEqual([0.25, 0.5]);
  });

  it("compares ways of the caller's, also with what puts hits in a new order", async () => {
    const found = await evaluate(t, questions, {
      ways: {
        backwards: { mode: "vector", rerank: (_, hits) => hits.toReversed() },
        words: { mode: "text", fields: ["body"] },
      },
    });
    expect(wayOf(found, "backwards").answers[0]?.ranked.join("")).toBe("dcba");
    expect(wayOf(found, "words").ndcg.mean).toBe(0.5);
  });

  it("asks a version, and only rows that a filter lets through", async () => {
    const own = await (await memoryDatabase()).table(fruits);
    await own.insert([{ id: "c", body: "plum 30" }]);
    await own.insert([{ id: "a", body: "apple 10" }]);
    expect(wayOf(await evaluate(own.asOf(1), questions), "vector").answers.map((one) => one.query)).toEqual([
      "plum 0",
    ]);
    expect(await evaluate(own.asOf(1), questions)).toMatchObject({ version: 1, missingKeys: ["d", "a"] });
    const filtered = await evaluate(own, questions, { where: [{ id: "a" }] });
    expect(filtered).toMatchObject({ version: 2, missingKeys: ["c", "d"], leftOut: ["plum 0"] });
    expect(wayOf(filtered, "vector").answers.map(({ ranked }) => ranked.join(""))).toEqual(["a"]);
  });

  it("leaves out keys that no row has, and says which", async () => {
    const found = await evaluate(t, [
      { query: "plum 0", relevant: ["c", "nowhere"] },
      { query: "pear", relevant: ["gone"] },
    ]);
    expect(found).toMatchObject({ questions: 1, missingKeys: ["nowhere", "gone"], leftOut: ["pear"] });
    expect(wayOf(found, "text").recall.mean).toBe(1);
  });

  it.each([
    ["an integer", int().primaryKey(), [1, 2]],
    ["a bigint", int({ bigint: true }).primaryKey(), [1n, 2n]],
  ])("takes keys of rows whose key is %s", async (_, id, ids) => {
    const numbered = table("numbered", { id, body: text({ search: true }) });
    const own = (await (await memoryDatabase()).table(numbered)).untyped;
    await own.insert(ids.map((id, at) => ({ id, body: at === 0 ? "plum" : "pear" })));
    const found = await evaluate(own, [{ query: "plum", relevant: [1, "x", "99999999999999999"] }]);
    expect(wayOf(found, "text").ndcg.mean).toBe(1);
    expect(found.missingKeys).toEqual(["x", "99999999999999999"]);
  });

  it("says in which ways a table cannot be searched, and why", async () => {
    const words = await (await memoryDatabase()).table(
      table("words", { id: text().primaryKey(), body: text({ search: true }) }),
    );
    await words.insert([{ id: "c", body: "plum" }]);
    const { ways } = await evaluate(words, questions);
    expect(ways.slice(0, 2)).toMatchObject([
      { name: "text", ndcg: { mean: 1 } },
      { name: "vector", unavailable: 'The table "words" has no column that is searched by text.' },
    ]);
    expect(ways.slice(2).every((way) => "unavailable" in way)).toBe(true);
  });

  it("tells how far it has come, and ends with its signal", async () => {
    const told: string[] = [];
    const onProgress = (done: { questions: number; of: number }) =>
      void told.push(`${done.questions} of ${done.of}`);
    await evaluate(t, questions, { onProgress });
    expect(told).toEqual(["1 of 2", "2 of 2"]);
    await expect(refusal(evaluate(t, questions, { signal: AbortSignal.abort() }))).resolves.toMatch(
      /^ABORTED/,
    );
  });

  it("refuses what makes no sense", async () => {
    const plain = await (await memoryDatabase()).table(
      table("plain", { id: text().primaryKey(), body: text() }),
    );
    await plain.insert([{ id: "c", body: "plum" }]);
    const keyless = await (await memoryDatabase()).table(table("keyless", { body: text({ search: true }) }));
    const wrong = (value: unknown) => value as never;
    const calls = {
      "no list": () => evaluate(t, wrong("plum")),
      "no question": () => evaluate(t, []),
      "a question that is none": () =>
        evaluate(t, [{ query: "plum", relevant: ["c"] }, wrong({ query: "pear" })]),
      "a mistyped option": () => evaluate(t, questions, wrong({ weights: [1] })),
      "an argument too many": () => evaluate(t, questions, {}, wrong(1)),
      "no limit": () => evaluate(t, questions, { limit: 0 }),
      "no way": () => evaluate(t, questions, { ways: {} }),
      "a way that is none": () => evaluate(t, questions, { ways: wrong({ words: "text" }) }),
      "a way with a limit": () =>
        evaluate(t, questions, { ways: { words: wrong({ mode: "text", limit: 3 }) } }),
      "no key": () => evaluate(keyless, questions),
      "other rows": () => evaluate(t, [{ query: "x", relevant: ["u", "v", "w", "x"] }]),
      "no way at all": () => evaluate(plain, questions),
      "a filter that is none": () => evaluate(t, questions, { where: wrong({ colour: "red" }) }),
    };
    const said: Record<string, string> = {};
    for (const [name, call] of Object.entries(calls)) said[name] = await refusal(call());
    expect(said).toMatchSnapshot();
    const mistyped = evaluate(t, questions, {
      ways: { vector: {}, words: wrong({ mode: "text", field: "body" }) },
    });
    await expect(refusal(mistyped)).resolves.toMatch('search takes no option "field"');
  });

  it("refuses what is no question, wherever it stands", async () => {
    expect(await refusal(evaluate(t, [null as never]))).toMatchInlineSnapshot(
      `"INVALID_ARGUMENT: evaluate: questions[0]: it is no object. A question is { "query": "…", "relevant": ["key", …] }, or "relevant": { "key": grade, … }."`,
    );
    const holed: Question[] = [...questions];
    holed.length += 1;
    expect(await refusal(evaluate(t, holed))).toMatchInlineSnapshot(
      `"INVALID_ARGUMENT: evaluate: questions[2]: it is no object. A question is { "query": "…", "relevant": ["key", …] }, or "relevant": { "key": grade, … }."`,
    );
  });

  it("knows keys of 64 bits", async () => {
    const ids = table("ids", { id: int({ bigint: true }).primaryKey(), body: text() }, (c) => ({
      vec: embed(degrees, c.body),
    }));
    const big = await (await memoryDatabase()).table(ids);
    await big.insert([{ id: 1_790_000_000_000_000_000n, body: "plum 30" }]);
    const found = await evaluate(big, [
      { query: "plum 0", relevant: ["1790000000000000000", "9999999999999999999"] },
    ]);
    expect([found.questions, found.missingKeys]).toEqual([1, ["9999999999999999999"]]);
  });
});
