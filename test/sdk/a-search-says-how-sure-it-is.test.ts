import { connect, embed, table, text, vector } from "varve";
import { builtin } from "varve/embeddings";
import { afterAll, expect, expectTypeOf, it } from "vitest";

const notes = table("notes", { id: text().primaryKey(), body: text(), own: vector(2).nullable() }, (c) => ({
  vec: embed(builtin(), c.body),
}));

const ABOUT = [
  "refunds are paid within thirty days of the return of a parcel",
  "the password of an account is reset from the page of its settings",
  "cakes rise because of the soda that is mixed under the flour",
  "the moon turns around the earth in twenty seven days",
  "a commit is written to the journal before it is acknowledged",
];

const db = await connect("memory:");
const t = await db.table(notes);
await t.insert(
  Array.from({ length: 60 }, (_, at) => ({
    id: `n${at}`,
    body: `${ABOUT[at % ABOUT.length]}, says note AB-${1000 + at} of chapter ${at % 7}`,
    own: [1, at % 5],
  })),
);
afterAll(() => db.close());

it("is strong for a code that one row holds, and none for what nobody wrote of", async () => {
  const code = await t.search("AB-1042", { limit: 3, confidence: true });
  expect(code[0]?.id).toBe("n42");
  expect(code.confidence).toBe("strong");
  expectTypeOf(code.confidence).toEqualTypeOf<"strong" | "weak" | "none" | undefined>();
  const strange = await t.search("zebra stripes", { mode: "text", confidence: true });
  expect(strange).toHaveLength(0);
  expect(strange.confidence).toBe("none");
});

it("is said of searches by words, by vectors, and by both, of any version", async () => {
  const query = "when are refunds of a parcel paid";
  const now = await t.version();
  const searches = {
    text: (from: typeof t | ReturnType<typeof t.asOf>) =>
      from.search(query, { mode: "text", confidence: true, limit: 2 }),
    vector: (from: typeof t | ReturnType<typeof t.asOf>) =>
      from.search(query, { mode: "vector", confidence: true, limit: 2 }),
    hybrid: (from: typeof t | ReturnType<typeof t.asOf>) =>
      from.search(query, { confidence: true, limit: 2 }),
  };
  for (const [mode, search] of Object.entries(searches)) {
    const hits = await search(t);
    expect(hits, mode).toHaveLength(2);
    // Notes of one subject are nearly alike, so that a question about it is a stranger to their vectors.
    expect(hits.confidence, mode).toMatch(mode === "vector" ? /strong|weak|none/ : /strong|weak/);
    expect(Object.keys(hits), "it stands beside the hits").toEqual(["0", "1"]);
    expect((await search(t.asOf(now))).confidence).toBe(hits.confidence);
  }
  expect((await t.search([1, 0], { column: "own", confidence: true })).confidence).toMatch(/strong|weak/);
});

it("is said only where it is asked", async () => {
  const hits = await t.search("refunds", { limit: 1 });
  expect(hits.confidence).toBeUndefined();
  await expect(
    t.search("refunds", { confidence: "yes" as never }),
  ).rejects.toThrowErrorMatchingInlineSnapshot(
    `[VarveError: confidence: expected true or false, found the text "yes".]`,
  );
  await expect(
    t.arrow.search("refunds", { mode: "vector", confidence: true }),
  ).rejects.toThrowErrorMatchingInlineSnapshot(
    `[VarveError: confidence: expected an answer in rows, found one in Arrow.]`,
  );
});

it("stays with hits that are put in a new order", async () => {
  const hits = await t.search("AB-1042", {
    confidence: true,
    limit: 2,
    rerank: (_, all) => all.map((_, at) => at),
  });
  expect(hits.confidence).toBe("strong");
  const [first, second] = await t.searchMany(["AB-1042", "AB-1043"], { confidence: true });
  expect([first?.confidence, second?.confidence]).toEqual(["strong", "strong"]);
});

it("is none where the function knows nothing of the query", async () => {
  const hits = await t.search("  ", { mode: "vector", confidence: true });
  expect(hits.reason).toBeDefined();
  expect(hits.confidence).toBe("none");
});

it("is explained by two numbers", async () => {
  const { confidence } = await t.explain("AB-1042", { confidence: true });
  expect(confidence?.level).toBe("strong");
  expect(confidence?.text).toBeGreaterThan(1.3);
  expect(typeof confidence?.vector).toBe("number");
  expect((await t.explain("AB-1042")).confidence).toBeUndefined();
});
