import { int, table, text } from "varve";
import { expect, test } from "vitest";
import { duckdbModules } from "../../src/integrations/duckdb/duckdb-module";
import { type Budget, viewRelation } from "../../src/integrations/duckdb/relation";
import { memoryDatabase } from "../support/database";

test("also where more of its columns are read after some", async () => {
  const t = await (await memoryDatabase()).table(table("docs", { id: int().primaryKey(), body: text() }));
  await t.insert(Array.from({ length: 100 }, (_, id) => ({ id, body: "x".repeat(100) })));
  const modules = await duckdbModules(undefined);
  const left = async (...loads: (ReadonlySet<string> | undefined)[]): Promise<number> => {
    const budget: Budget = { limit: 1_000_000, left: 1_000_000 };
    const relation = await viewRelation({ view: t.untyped as never }, modules, budget);
    for (const names of loads) await relation.load?.(names);
    return budget.left;
  };
  expect(await left(new Set(["id"]), undefined)).toBe(await left(undefined));
  expect(await left(undefined)).toBeLessThan(990_000);
});
