import { expect, it } from "vitest";
import { measure, sectionOf } from "../evaluation/measure.ts";
import questions from "../evaluation/questions.json" with { type: "json" };
import { extractive } from "../server/answer/extractive.ts";
import { sentencesOf } from "../server/answer/sentence.ts";
import { Library } from "../server/library.ts";
import { shippedTable } from "./support/site.ts";

it("answers the questions of the evaluation about as well as the README says", async () => {
  const report = await measure(new Library((await shippedTable()).passages), extractive());
  const found = report.questions.filter(({ rank }) => rank !== undefined).length;
  expect(report.questions).toHaveLength(30);
  expect(found).toBeGreaterThanOrEqual(27);
  expect(report.goldCitations / report.citations).toBeGreaterThanOrEqual(0.55);
  const refused = (all: readonly { confidence: string }[]) =>
    all.filter(({ confidence }) => confidence === "none");
  expect(refused(report.questions)).toHaveLength(0);
  expect(refused(report.strangers).length).toBeGreaterThanOrEqual(9);
});

it("asks for gold passages that exist", async () => {
  const rows = await (await shippedTable()).passages.find({ select: ["id"] });
  const sections = new Set(rows.map(({ id }) => sectionOf(id)));
  expect(questions.answerable.flatMap(({ gold }) => gold).filter((id) => !sections.has(id))).toEqual([]);
});

it("quotes what stands in the passage, word for word", async () => {
  for (const { body } of await (await shippedTable()).passages.find()) {
    for (const { text, start } of sentencesOf(body))
      expect(body.slice(start, start + text.length)).toBe(text);
  }
});
