import { embed, int, table, text, type VarveError, vector } from "varve";
import { builtin } from "varve/embeddings";
import { expect, it } from "vitest";
import { memoryDatabase } from "../support/database";
import { hashEmbedding } from "../support/hash-embedding";

const notes = table("notes", { id: int().primaryKey(), body: text(), own: vector(2).nullable() }, (c) => ({
  vec: embed(builtin(), c.body),
}));

async function filled() {
  const t = await (await memoryDatabase()).table(notes);
  await t.insert([
    { id: 1, body: "refunds are paid within thirty days", own: [1, 0] },
    { id: 2, body: "parcels leave every morning", own: [0, 1] },
  ]);
  return t;
}

async function refusal(call: Promise<unknown>): Promise<string> {
  return await call.then(
    (found) => `found ${JSON.stringify(found)}`,
    ({ code, message }: VarveError) => `${code}: ${message}`,
  );
}

it("says why nothing was found, where nothing but the query can be the reason", async () => {
  const t = await filled();
  const other = await t.search("返金");
  expect([other.length, other.reason]).toEqual([
    0,
    "No row has words of the query, and vectors add no rows where words are required, the embedding function does not read the script of the query, or no row has a vector.",
  ]);
  expect((await t.search("+zebra refunds")).reason).toBe(other.reason);
  const unknown = await t.search("☃");
  expect(unknown.reason).toMatch(/found nothing in the query that it knows, and no row has words/);
  expect((await t.search("refunds", { minScore: 0.99 })).reason).toBeUndefined();
  expect((await t.search("☃", { where: { id: 9 } })).reason).toBeUndefined();
  expect((await t.search("☃", { offset: 3 })).reason).toBeUndefined();
  expect((await t.search("refunds", { limit: 0 })).reason).toBeUndefined();
});

it("says of a version without rows that it has none", async () => {
  const t = await filled();
  const { version } = await t.delete({ where: (c) => c.id.in([1, 2]) });
  for (const query of ["refunds", "☃"]) {
    expect((await t.search(query)).reason).toBe("The version that was searched has no rows.");
    expect((await t.asOf(version).search(query)).reason).toBe("The version that was searched has no rows.");
  }
  expect(await t.asOf(version - 1).search("refunds")).not.toHaveLength(0);
});

it("treats a text with a vector alike, whether the mode is said or not", async () => {
  const t = await filled();
  const pair = { text: "refunds", vector: [1, 0] };
  const asked = { column: "own", during: { from: 1, to: 1 } } as const;
  const expected = 'INVALID_ARGUMENT: during: expected mode: "vector" beside it, found mode: "hybrid".';
  expect(await refusal(t.search(pair, asked as never))).toBe(expected);
  expect(await refusal(t.search(pair, { ...asked, mode: "auto" } as never))).toBe(expected);
  expect(await t.search(pair, { column: "own", everyVersion: false } as never)).toHaveLength(2);
  expect(await refusal(t.search({ text: "a", vector: "b" } as never))).toMatchInlineSnapshot(
    `"INVALID_ARGUMENT: query.vector: expected a Float32Array or an array of numbers, found the text "b"."`,
  );
  expect(await refusal(t.search({ text: "a", vector: new Uint8Array(2) } as never))).toMatchInlineSnapshot(
    `"INVALID_ARGUMENT: query.vector: expected a Float32Array or an array of numbers, found a Uint8Array of 2."`,
  );
});

it("refuses a way to fuse where it chose vectors alone, and says why it did", async () => {
  const t = await filled();
  expect(await refusal(t.search([1, 0], { fuse: "rrf" }))).toMatchInlineSnapshot(
    `"INVALID_ARGUMENT: fuse: expected words and vectors to search for, found vectors alone, as the query is no text."`,
  );
  expect(await refusal(t.search("refunds", { fuse: "rrf", maxDistance: 1 }))).toMatchInlineSnapshot(
    `"INVALID_ARGUMENT: fuse: expected words and vectors to search for, found vectors alone, as maxDistance says something of vectors alone."`,
  );
});

it("says what is wrong before it embeds the query", async () => {
  let asked = 0;
  const fn = hashEmbedding();
  const counting = {
    ...fn,
    embed: (...args: Parameters<typeof fn.embed>) => {
      if (args[1].kind === "query") asked += 1;
      return fn.embed(...args);
    },
  };
  const t = await (await memoryDatabase()).table(
    table("t", { id: int().primaryKey(), body: text() }, (c) => ({ vec: embed(counting, c.body) })),
  );
  await t.insert([{ id: 1, body: "words" }]);
  for (const options of [{ fields: ["nope"] }, { fields: [] }, { highlight: "nope" }])
    expect(await refusal(t.search("words", options as never))).toMatch(/COLUMN_NOT_FOUND|INVALID_ARGUMENT/);
  expect(asked).toBe(0);
  expect(await t.search("words")).toHaveLength(1);
  expect(asked).toBe(1);
});

it("refuses a strength and languages that are none", async () => {
  const db = await memoryDatabase();
  const search = async (traits: object) => {
    const fn = { ...hashEmbedding({ name: JSON.stringify(traits) }), ...traits };
    const t = await db.table(
      table(`t${Math.random()}`, { id: int().primaryKey(), body: text() }, (c) => ({
        vec: embed(fn, c.body),
      })),
    );
    await t.insert([{ id: 1, body: "words" }]);
    return await refusal(t.search("words"));
  };
  expect(await search({ strength: Number.NaN })).toMatchInlineSnapshot(
    `"INVALID_ARGUMENT: strength of the function "{\\"strength\\":null}": expected a number from 0 to 1, found the number NaN."`,
  );
  expect(await search({ strength: 7 })).toMatchInlineSnapshot(
    `"INVALID_ARGUMENT: strength of the function "{\\"strength\\":7}": expected a number from 0 to 1, found the number 7."`,
  );
  expect(await search({ languages: "en" })).toMatchInlineSnapshot(
    `"INVALID_ARGUMENT: languages of the function "{\\"languages\\":\\"en\\"}": expected codes of languages, found the text "en"."`,
  );
});

it("takes queries as data as it takes texts", async () => {
  const t = await filled();
  expect(await t.search({ match: "refunds \ud800" }, { mode: "text" })).toHaveLength(1);
  const odd = { match: "refunds", constructor: "b" };
  expect(await refusal(t.search(odd as never, { mode: "text" }))).toMatchInlineSnapshot(
    `"INVALID_ARGUMENT: query: expected a text, or { match, phrase, prefix, must, not, fuzzy }, found "constructor"."`,
  );
});
