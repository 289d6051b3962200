import { expect, it } from "vitest";
import { askSixty } from "../evaluation/sixty.ts";

it("answers the sixty questions of three libraries as well as the README says, and none that has no answer as sure", async () => {
  const outcomes = await askSixty();
  expect(outcomes).toHaveLength(60);
  expect(outcomes.filter(({ isRight }) => isRight).length).toBeGreaterThanOrEqual(54);
  const strangers = outcomes.filter(({ kind }) => kind === "unanswerable" || kind === "hostile");
  expect(strangers.filter(({ isSure }) => isSure)).toEqual([]);
});
