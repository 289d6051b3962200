// Two writers that read the same row and write it back would lose one of the changes; the engine refuses the second, and the SDK repeats it.

import { int, table, text } from "varve";
import { expect, test } from "vitest";
import { diskDatabase, temporaryFolder } from "../support/database";

const counters = table("counters", { id: text().primaryKey(), n: int(), m: int() });

test("updates of one row from several handles are all made", async () => {
  const folder = temporaryFolder();
  const first = await (await diskDatabase(folder)).table(counters);
  await first.insert([{ id: "a", n: 0, m: 0 }]);
  const others = await Promise.all([1, 2, 3].map(async () => (await diskDatabase(folder)).table(counters)));
  const writes = others.map((t, i) => t.update({ where: { id: "a" }, set: { n: i } }));
  await Promise.all([...writes, first.update({ where: { id: "a" }, set: { m: 9 } })]);
  expect(await first.version()).toBe(5);
  const commits = await first.history();
  expect(commits.filter((commit) => commit.operation === "update")).toHaveLength(4);
  expect(await first.get("a")).toMatchObject({ m: 9 });
});

test("two handles on one folder see each other's writes", async () => {
  const folder = temporaryFolder();
  const one = await (await diskDatabase(folder)).table(counters);
  const two = await (await diskDatabase(folder)).table(counters);
  await one.insert([{ id: "a", n: 1, m: 1 }]);
  expect(await two.count()).toBe(1);
  await two.insert([{ id: "b", n: 2, m: 2 }]);
  expect(await one.find({ select: ["id"] })).toEqual([{ id: "a" }, { id: "b" }]);
});
