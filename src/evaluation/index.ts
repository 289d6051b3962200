/**
 * How good the answers of a table are: questions whose right rows are known are asked in several ways, and each way gets its figures.
 *
 * @example
 * ```ts
 * import { evaluate, parseQuestions } from "varve/evaluation";
 *
 * const questions = parseQuestions(await readFile("questions.jsonl", "utf8"));
 * const { ways } = await evaluate(t, questions);
 * for (const way of ways) console.log(way.name, way.ndcg.mean);
 * ```
 *
 * @module
 */

export { type Evaluation, type EvaluationOptions, evaluate } from "./evaluate";
export { type Figure, figureOf, ndcg, recall, reciprocalRank } from "./metrics";
export { parseQuestions, type Question } from "./question";
export type { Answer, MeasuredWay, UnavailableWay, WaySearch } from "./way";
