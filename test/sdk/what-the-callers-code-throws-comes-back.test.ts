// Rows may be made by code of the caller. What that throws is what the call rejects with, and nothing is written.

import { int, table, text } from "varve";
import { describe, expect, test } from "vitest";
import { memoryDatabase } from "../support/database";

const pages = table("pages", { id: int().primaryKey(), title: text() });
type Page = typeof pages.$insert;

class Own extends Error {}

const failing: Record<string, () => Iterable<Page> | AsyncIterable<Page>> = {
  "at once": () => {
    const next = (): never => {
      throw new Own("mine");
    };
    return { [Symbol.iterator]: () => ({ next }) };
  },
  "after some rows": () => {
    function* rows(): Generator<Page> {
      for (let id = 0; id < 5000; id++) yield { id, title: "t" };
      throw new Own("mine");
    }
    return rows();
  },
  "after some rows, asynchronously": () => {
    async function* rows(): AsyncGenerator<Page> {
      for (let id = 0; id < 100; id++) yield { id, title: "t" };
      await Promise.resolve();
      throw new Own("mine");
    }
    return rows();
  },
};

describe.each(Object.entries(failing))("rows that fail %s", (_, rows) => {
  test.each(["insert", "upsert"] as const)("end an %s with what they threw", async (call) => {
    const t = await (await memoryDatabase()).table(pages);
    const written = call === "insert" ? t.insert(rows()) : t.upsert(rows());
    await expect(written).rejects.toBeInstanceOf(Own);
    expect([await t.version(), await t.count()]).toEqual([0, 0]);
  });
});
