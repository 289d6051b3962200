import { expect, it } from "vitest";
import { askCodes, codeOf, documentsWithCodes } from "../evaluation/codes.ts";
import { extractive } from "../server/answer/extractive.ts";
import { Library } from "../server/library.ts";
import { openTable } from "./support/site.ts";

// `npm run eval:codes` does it with 10,000.
it("answers which code a document has, where 600 differ by little else", async () => {
  const { passages: t } = await openTable();
  await t.insert(documentsWithCodes(600));
  const numbers = Array.from({ length: 30 }, (_, at) => 1 + at * 20);
  const { right, wrong } = await askCodes(new Library(t), extractive(), numbers);
  expect(wrong).toEqual([]);
  expect(right).toBe(30);
});

it("gives no two documents one code", () => {
  const codes = Array.from({ length: 10_000 }, (_, at) => codeOf(at + 1));
  expect(new Set(codes).size).toBe(10_000);
});
