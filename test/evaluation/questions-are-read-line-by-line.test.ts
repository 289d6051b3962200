import type { VarveError } from "varve";
import { parseQuestions } from "varve/evaluation";
import { describe, expect, it } from "vitest";

describe("parseQuestions", () => {
  it("reads keys with and without grades, and leaves out lines without anything", () => {
    const lines = [
      '\ufeff{ "query": "a", "relevant": ["x", 7] }',
      "",
      '{ "id": 12, "query": "b", "relevant": { "x": 2, "y": 0 }, "note": "not read" }\r',
      "  ",
    ];
    expect(parseQuestions(lines.join("\n"))).toEqual([
      { query: "a", relevant: ["x", 7] },
      { query: "b", relevant: { x: 2, y: 0 } },
    ]);
    expect(parseQuestions("")).toEqual([]);
  });

  it.each([
    ["[]"],
    ["null"],
    ['{ "relevant": ["x"] }'],
    ['{ "query": " ", "relevant": ["x"] }'],
    ['{ "query": 1, "relevant": ["x"] }'],
    ['{ "query": "a" }'],
    ['{ "query": "a", "relevent": ["x"] }'],
    ['{ "query": "a", "relevant": [] }'],
    ['{ "query": "a", "relevant": "x" }'],
    ['{ "query": "a", "relevant": null }'],
    ['{ "query": "a", "relevant": [["x"]] }'],
    ['{ "query": "a", "relevant": [1.5] }'],
    ['{ "query": "a", "relevant": { "x": "1" } }'],
    ['{ "query": "a", "relevant": { "x": -1 } }'],
    ['{ "query": "a", "relevant": { "x": 0 } }'],
    ['{ "query": "a", "relevant": {} }'],
  ])("says what is wrong with %s, and in which line", (line) => {
    expect(refusal(`\n{ "query": "a", "relevant": ["x"] }\n${line}`)).toMatchSnapshot();
  });

  it("says in which line what is no JSON stands", () => {
    expect(refusal("\n{]")).toMatch(
      /^INVALID_ARGUMENT: q\.jsonl, line 2: it is not JSON \(.+\)\. A question is \{/,
    );
  });
});

function refusal(text: string): string {
  try {
    return JSON.stringify(parseQuestions(text, "q.jsonl"));
  } catch (error) {
    const { code, message, hint } = error as VarveError;
    return `${code}: ${message} ${hint}`;
  }
}
