import { embed, table, text, vector } from "varve";
import { expect, test } from "vitest";
import { memoryDatabase } from "../support/database";
import { hashEmbedding, hashVector } from "../support/hash-embedding";

const fn = hashEmbedding();
const docs = table("docs", { id: text().primaryKey(), body: text(), given: vector(4).nullable() }, (c) => ({
  vec: embed(fn, c.body),
}));

test("a query has the vector that a search with it compares, on a table and on a snapshot", async () => {
  const t = await (await memoryDatabase()).table(docs);
  await t.insert([{ id: "1", body: "red apples" }]);
  for (const view of [t, t.asOf(1)]) {
    expect(await view.embed("red apples")).toEqual(hashVector("red apples"));
    expect(fn.calls.at(-1)).toEqual({ inputs: ["red apples"], kind: "query" });
    expect(await view.embed("red apples", { column: "vec", kind: "document" })).toEqual(
      hashVector("red apples"),
    );
    expect(fn.calls.at(-1)?.kind).toBe("document");
    expect(await view.embed("???")).toBeNull();
  }
});

test("what cannot be embedded is refused", async () => {
  const t = (await (await memoryDatabase()).table(docs)).untyped;
  const refusals = [
    t.embed(3 as never),
    t.embed("x", { column: "given" }),
    t.embed("x", { column: "body" }),
    t.embed("x", { kind: "passage" as never }),
    t.embed("x", { signal: AbortSignal.abort() }),
  ].map((call) => call.then(String, (error: Error & { code?: string }) => `${error.code}: ${error.message}`));
  expect(await Promise.all(refusals)).toMatchInlineSnapshot(`
    [
      "INVALID_ARGUMENT: embed: expected a text, or the bytes of an image, found the number 3.",
      "INVALID_ARGUMENT: "given" is not computed from text, so it cannot be searched by text.",
      "INVALID_ARGUMENT: "body" is text and cannot be searched.",
      "INVALID_ARGUMENT: kind: expected "query" or "document", found the text "passage".",
      "ABORTED: The call was aborted by its signal; nothing more was written.",
    ]
  `);
});
