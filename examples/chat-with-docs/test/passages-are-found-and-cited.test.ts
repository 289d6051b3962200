import { expect, it } from "vitest";
import { bestThreshold, measure, sectionOf } from "../evaluation/measure.ts";
import questions from "../evaluation/questions.json" with { type: "json" };
import { LEAST_SCORE } from "../server/answer/answer.ts";
import { extractive } from "../server/answer/extractive.ts";
import { sentencesOf } from "../server/answer/sentence.ts";
import { Library } from "../server/library.ts";
import { shippedTable } from "./support/site.ts";

it("answers the questions of the evaluation about as well as the README says", async () => {
  const report = await measure(new Library(await shippedTable()), extractive());
  const found = report.questions.filter(({ rank }) => rank !== undefined).length;
  expect(report.questions).toHaveLength(30);
  expect(found).toBeGreaterThanOrEqual(27);
  expect(report.goldCitations / report.citations).toBeGreaterThanOrEqual(0.55);
  expect(report.strangers.filter(({ score }) => score < LEAST_SCORE).length).toBeGreaterThanOrEqual(12);
  expect(Math.abs(bestThreshold(report) - LEAST_SCORE)).toBeLessThanOrEqual(0.03);
});

it("asks for gold passages that exist", async () => {
  const rows = await (await shippedTable()).find({ select: ["id"] });
  const sections = new Set(rows.map(({ id }) => sectionOf(id)));
  expect(questions.answerable.flatMap(({ gold }) => gold).filter((id) => !sections.has(id))).toEqual([]);
});

it("quotes what stands in the passage, word for word", async () => {
  for (const { body } of await (await shippedTable()).find()) {
    for (const { text, start } of sentencesOf(body))
      expect(body.slice(start, start + text.length)).toBe(text);
  }
});
