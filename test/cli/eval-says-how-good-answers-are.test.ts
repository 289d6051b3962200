import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Workplace } from "../support/varve-command";

interface Evaluated {
  table: string;
  version: number;
  questions: number;
  limit: number;
  missingKeys: string[];
  leftOut: string[];
  ways: {
    name: string;
    ndcg: { mean: number };
    recall: { mean: number };
    mrr: { mean: number };
    ms: number;
  }[];
}

let place: Workplace;

beforeAll(() => {
  place = new Workplace();
  place.write("docs/money.md", "# Refunds\n\nWe pay the money back within 14 days.\n");
  place.write("docs/animals.md", "# Animals\n\nThe cat sleeps and the dog barks.\n");
  place.run("ingest", "docs");
  place.write("docs/codes.md", "# Codes\n\nThe code of the third gate is KX-4471.\n");
  place.run("ingest", "docs");
  place.write(
    "questions.jsonl",
    [
      '{ "query": "KX-4471", "relevant": ["docs/codes.md#codes"] }',
      '{ "query": "kitten", "relevant": { "docs/animals.md#animals": 2 }, "by": "Ann" }',
    ].join("\n"),
  );
});

afterAll(() => place[Symbol.dispose]());

describe("varve eval", () => {
  it("prints the figures of each way side by side", () => {
    const { code, stdout, stderr } = place.run("eval", "questions.jsonl", "--limit", "3");
    expect([code, stderr]).toEqual([0, ""]);
    const lines = stdout.split("\n");
    expect(lines[0]).toBe("2 questions to version 2 of docs, the first 3 hits of each");
    expect(lines[2]).toMatch(/^ +nDCG@3 +recall@3 +MRR@3 +ms a question$/);
    // By words the code is found and the kitten is not; by vectors the kitten is.
    expect(stdout).toMatch(/^text +(0\.500 \(0\.000 to 1\.000\) +){3}\d+\.\d$/m);
    expect(stdout).toMatch(/^vector +(\d\.\d{3} \(\d\.\d{3} to \d\.\d{3}\) +){3}\d+\.\d$/m);
    expect(stdout).toMatch(/^By nDCG, \w.* is best/m);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(110);
  });

  it("says it as JSON, with each question", () => {
    const found = place.json<Evaluated>("eval", "questions.jsonl");
    expect(found).toMatchObject({ table: "docs", version: 2, questions: 2, limit: 10, missingKeys: [] });
    expect(found.ways[0]).toMatchObject({
      name: "text",
      ndcg: { mean: 0.5, interval: [0, 1] },
      recall: { mean: 0.5 },
      mrr: { mean: 0.5 },
      ms: expect.any(Number),
      answers: [
        { query: "KX-4471", ranked: ["docs/codes.md#codes"], ndcg: 1, recall: 1, reciprocalRank: 1 },
        { query: "kitten", ranked: [], ndcg: 0 },
      ],
    });
  });

  it("asks the table as it was, and says which keys were not there", () => {
    const found = place.json<Evaluated>("eval", "questions.jsonl", "--as-of", "1");
    expect(found).toMatchObject({
      version: 1,
      questions: 1,
      missingKeys: ["docs/codes.md#codes"],
      leftOut: ["KX-4471"],
    });
    const run = place.run("eval", "questions.jsonl", "--as-of", "1");
    expect(run.stderr).toBe(
      'No row has 1 key: "docs/codes.md#codes".\n1 question had no other key and did not count.\n',
    );
  });

  it("asks only rows that a filter lets through", () => {
    const found = place.json<Evaluated>("eval", "questions.jsonl", "--where", "path = 'animals.md'");
    expect(found.missingKeys).toEqual(["docs/codes.md#codes"]);
  });

  it.each([
    ['{ "query": "a", "relevant": ["x"] }\n\n{ "query": "a" }', "line 3: `relevant` is missing."],
    ['{ "query": "a", "relevant": ["x"]', "line 1: it is not JSON"],
    ["", "has no question."],
    ['{ "query": "a", "relevant": ["nowhere"] }', "No question names a row of version 2"],
  ])("says what is wrong with %j, and what to do", (content, said) => {
    place.write("wrong.jsonl", content);
    const { code, stdout, stderr } = place.run("eval", "wrong.jsonl");
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(said);
    expect(stderr).toMatch(/\n {2}(A question is|Write one on each line|Take the keys)/);
  });
});
