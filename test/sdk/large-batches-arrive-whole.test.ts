// A batch is written into a buffer that grows; what was written before it grew must still be there afterwards.

import { bytes, json, list, table, text } from "varve";
import { expect, test } from "vitest";
import { memoryDatabase } from "../support/database";

const docs = table("docs", {
  id: text().primaryKey(),
  body: text(),
  raw: bytes(),
  data: json<{ n: number; pad: string }>(),
  labels: list(text()),
});

test("texts, bytes, JSON and lists far larger than the first buffer come back as they went in", async () => {
  const db = await memoryDatabase();
  const t = await db.table(docs);
  const rows = Array.from({ length: 300 }, (_, n) => ({
    id: `a-rather-long-key-${n}-${"k".repeat(400)}`,
    body: `${n} ${"größer ".repeat(200)}`,
    raw: Uint8Array.from({ length: 1500 }, (_, i) => (i * n) % 251),
    data: { n, pad: "p".repeat(700) },
    labels: Array.from({ length: 50 }, (_, i) => `label ${n} ${i} ${"x".repeat(20)}`),
  }));
  await t.insert(rows);
  const found = await t.find({ select: ["id", "body", "raw", "data", "labels"], limit: 1000 });
  expect(found).toEqual(rows);
});
