import { expect, test } from "vitest";
import { openDocs, threeDocs } from "../support/docs";

const many = Array.from({ length: 2500 }, (_, i) => ({
  id: `row ${i}`,
  title: "x",
  views: i,
  body: i % 5 === 0 ? `word${i}` : null,
}));

test("count counts what a filter lets through", async () => {
  const t = await openDocs(threeDocs);
  expect(await t.count()).toBe(3);
  expect(await t.count({ where: (c) => c.views.gt(5) })).toBe(2);
  expect(await t.count({ where: { id: "9" } })).toBe(0);
  expect(await t.asOf(0).count()).toBe(0);
});

test("scan gives every row once, in batches", async () => {
  const t = await openDocs(many);
  const seen: string[] = [];
  for await (const batch of t.scan({ select: ["id", "vec"], batchRows: 700 })) {
    expect(batch.length).toBeLessThanOrEqual(700);
    seen.push(...batch.map((row) => row.id));
  }
  expect(seen).toEqual(many.map((row) => row.id));
});

test("scan filters", async () => {
  const t = await openDocs(many);
  let count = 0;
  for await (const batch of t.scan({ where: (c) => c.views.lt(1200).and(c.body.isNotNull()) }))
    count += batch.length;
  expect(count).toBe(240);
});

test("scan shows one version, whatever is written meanwhile", async () => {
  const t = await openDocs(many);
  let count = 0;
  for await (const batch of t.scan({ batchRows: 500 })) {
    if (count === 0) await t.delete({ all: true });
    count += batch.length;
  }
  expect(count).toBe(2500);
  expect(await t.count()).toBe(0);
});

test("scan can be left early, and ends with its signal", async () => {
  const t = await openDocs(many);
  for await (const batch of t.scan({ batchRows: 10 })) {
    expect(batch).toHaveLength(10);
    break;
  }
  const controller = new AbortController();
  const scanning = async (): Promise<void> => {
    for await (const _batch of t.scan({ batchRows: 10, signal: controller.signal })) controller.abort();
  };
  await expect(scanning()).rejects.toMatchObject({ code: "ABORTED" });
  await expect(t.scan({ batchRows: 0 }).next()).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
});
