import { embed, int, table, text } from "varve";
import { builtin } from "varve/embeddings";
import { expect, test } from "vitest";
import { memoryDatabase } from "../support/database";
import { Random } from "../support/random";

const COUNT = 2000;
const TOPICS = ["radio waves", "heat in metals", "growth of crystals", "logic circuits", "sound in water"];

const docs = table("docs", { id: int().primaryKey(), body: text() }, (c) => ({
  vec: embed(builtin(), c.body),
}));

/** The numbers of documents and of codes have nothing to do with each other, and each stands in a code of another document. */
function codeOf(id: number): string {
  const letters = String.fromCharCode(65 + (id % 26), 65 + ((id * 7) % 26));
  return `${letters}-${1000 + ((id * 777) % COUNT)}-${String.fromCharCode(65 + ((id * 3) % 26))}`;
}

const ROWS = Array.from({ length: COUNT }, (_, id) => ({
  id,
  body: `Document ${id + 1000}, about ${TOPICS[id % 5]}. The reference code of document ${id + 1000} is ${codeOf(id)}.`,
}));

async function filled() {
  const t = await (await memoryDatabase()).table(docs);
  await t.insert(ROWS);
  return t;
}

test("a code, and the document of a number, are the first hit", async () => {
  const t = await filled();
  const random = new Random(11);
  const wrong: string[] = [];
  for (let round = 0; round < 60; round++) {
    const id = random.below(COUNT);
    const questions = [
      codeOf(id),
      `which document has ${codeOf(id)} and what is it about?`,
      `what is the reference code of document ${id + 1000}?`,
    ];
    for (const question of questions) {
      const [first] = await t.search(question, { limit: 1, select: ["id"] });
      if (first?.id !== id) wrong.push(`${question}: ${first?.id}`);
    }
  }
  expect(wrong).toEqual([]);
  const ids = Array.from({ length: 60 }, () => random.below(COUNT));
  const hits = await t.searchMany(ids.map(codeOf), { mode: "vector", limit: 1, select: ["id"] });
  const right = hits.filter(([first], at) => first?.id === ids[at]).length;
  expect(right, "vectors alone do not tell codes apart").toBeLessThan(30);
});

test("scores do not depend on what an index holds", async () => {
  const t = await filled();
  const questions = ["heat in metals", codeOf(1234), "+document crystals -logic", '"sound in water" 1500'];
  const ask = async () => await t.searchMany(questions, { exact: true, limit: 50 });
  const before = await ask();
  await t.optimize();
  const { indexes } = await t.explain("heat in metals", { mode: "text" });
  expect(indexes).toBeGreaterThan(0);
  expect(await ask()).toEqual(before);
  const version = await t.version();
  await t.insert([{ id: COUNT, body: "Heat in metals, once more." }]);
  const { uncovered } = await t.explain("heat in metals", { mode: "text" });
  expect(uncovered).toBeGreaterThan(0);
  expect(await t.asOf(version).searchMany(questions, { exact: true, limit: 50 })).toEqual(before);
  const [first] = await t.search("heat in metals once more", { limit: 1 });
  expect(first?.id).toBe(COUNT);
});
