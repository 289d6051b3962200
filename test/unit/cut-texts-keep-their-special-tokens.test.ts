import { describe, expect, it } from "vitest";
import { type Encode, inputNamed, tokenBatches, tokenRow } from "../../src/embeddings/support/token-rows";

const [start, end] = [101, 102];

/** One token for each letter, between two special ones. */
const both: Encode = (text, special) => {
  const ids = [...text].map((letter) => letter.charCodeAt(0));
  return special ? [start, ...ids, end] : ids;
};

const none: Encode = (text) => both(text, false);
const onlyEnd: Encode = (text, special) => (special ? [...both(text, false), end] : both(text, false));

describe("a text that is too long", () => {
  it("loses text at its end and no special token", () => {
    expect(tokenRow(both, "abc", 5)).toEqual([start, 97, 98, 99, end]);
    expect(tokenRow(both, "abcdef", 5)).toEqual([start, 97, 98, 99, end]);
    expect(tokenRow(onlyEnd, "abcdef", 3)).toEqual([97, 98, end]);
    expect(tokenRow(none, "abcdef", 3)).toEqual([97, 98, 99]);
    expect(tokenRow(both, "abcdef", 2)).toEqual([start, end]);
  });

  it("may begin with what looks like a special token", () => {
    const tricky: Encode = (text, special) =>
      special ? [start, start, ...both(text, false)] : [start, ...both(text, false)];
    expect(tokenRow(tricky, "abcd", 4)).toEqual([start, start, 97, 98]);
  });
});

describe("batches", () => {
  const rows = [[1, 2, 3], [4], [], [5, 6]];

  it("put texts of like length together, and leave out those without a token", () => {
    const batches = tokenBatches(rows, 2, { id: 0 });
    expect(batches.map(({ indexes }) => indexes)).toEqual([[1, 3], [0]]);
    expect(batches[0]).toMatchObject({
      dims: [2, 2],
      lengths: [1, 2],
      ids: BigInt64Array.of(4n, 0n, 5n, 6n),
    });
  });

  it("can be as long as a model was trained with", () => {
    const [batch] = tokenBatches([[7]], 2, { id: 9, to: 3 });
    expect(batch).toMatchObject({ dims: [1, 3], lengths: [1], ids: BigInt64Array.of(7n, 9n, 9n) });
  });

  it("have all inputs that a model can name", () => {
    const [batch] = tokenBatches(rows, 2, { id: 0 });
    if (batch === undefined) throw new Error("no batch");
    expect(inputNamed("input_ids", batch)).toEqual(BigInt64Array.of(4n, 0n, 5n, 6n));
    expect(inputNamed("attention_mask", batch)).toEqual(BigInt64Array.of(1n, 0n, 1n, 1n));
    expect(inputNamed("token_type_ids", batch)).toEqual(BigInt64Array.of(0n, 0n, 0n, 0n));
    expect(inputNamed("position_ids", batch)).toEqual(BigInt64Array.of(0n, 1n, 0n, 1n));
    expect(inputNamed("past_key_values.0.key", batch)).toBeUndefined();
  });
});
