import { expect, it } from "vitest";
import { pooledVectors } from "../../src/embeddings/support/pooling";

// Two texts of three and one tokens, two dimensions; 9 is padding.
const output = { data: Float32Array.of(3, 0, 0, 3, 3, 3, 0, 2, 9, 9, 9, 9), dims: [2, 3, 2] };
const lengths = [3, 1];
const plain = { normalize: false } as const;

it("padding has no part in a mean", () => {
  const vectors = pooledVectors(output, lengths, { pooling: "mean", ...plain });
  expect(vectors).toEqual([Float32Array.of(2, 2), Float32Array.of(0, 2)]);
});

it("the first token and the last are those of the text", () => {
  const first = pooledVectors(output, lengths, { pooling: "cls", ...plain });
  expect(first).toEqual([Float32Array.of(3, 0), Float32Array.of(0, 2)]);
  const last = pooledVectors(output, lengths, { pooling: "last_token", ...plain });
  expect(last).toEqual([Float32Array.of(3, 3), Float32Array.of(0, 2)]);
});

it("vectors that a model pooled by itself stay", () => {
  const own = { data: Float32Array.of(3, 4, 0, 0), dims: [2, 2] };
  const vectors = pooledVectors(own, lengths, { pooling: "mean", normalize: true });
  expect(vectors).toEqual([Float32Array.of(0.6, 0.8), null]);
});

it("floats of 16 bits are read from their bits", () => {
  const halves = { data: Uint16Array.of(0x3c00, 0xc000, 0x3555, 0x0001), dims: [1, 4] };
  const [vector] = pooledVectors(halves, [1], { pooling: "mean", ...plain });
  expect([...(vector ?? [])]).toEqual([1, -2, Math.fround(0.333251953125), 2 ** -24]);
});

it("what is no array of numbers is refused", () => {
  expect(() => pooledVectors({ data: "text", dims: [1, 1] }, [1], { pooling: "mean", ...plain })).toThrow(
    TypeError,
  );
});
