import { isPlainObject, messageOf } from "../realm";
import { badLine, badQuestion } from "./evaluation-errors";

/** A question, and which rows answer it. */
export interface Question {
  /** What is searched for. */
  readonly query: string;
  /** The primary keys of the rows that answer it, all as well; or each with a grade, higher for better ones, 0 for what is no answer. */
  readonly relevant: readonly (string | number)[] | Readonly<Record<string, number>>;
}

/** The keys that answer a question, each with a grade above 0. */
export type Grades = ReadonlyMap<string, number>;

/**
 * Questions of a text of lines, each `{ "query": "…", "relevant": ["key", …] }` or `{ "query": "…", "relevant": { "key": 2, … } }`. Lines without
 * anything are left out, and what else stands in a line is not read. A line that is none throws INVALID_ARGUMENT with its number.
 *
 * @param name - what the text is called in messages
 *
 * @example
 * ```ts
 * const questions = parseQuestions('{ "query": "refund policy", "relevant": ["docs/refunds.md#how-long"] }');
 * ```
 */
export function parseQuestions(text: string, name = "questions"): Question[] {
  const questions: Question[] = [];
  for (const [index, line] of text
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === "") continue;
    const question: unknown = parse(line, name, index + 1);
    const problem = problemOf(question);
    if (problem !== undefined) throw badLine(name, index + 1, problem);
    const { query, relevant } = question as Question;
    questions.push({ query, relevant });
  }
  return questions;
}

function parse(line: string, name: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw badLine(name, number, `it is not JSON (${messageOf(error)})`);
  }
}

/** The keys that answer a question, with their grades; throws INVALID_ARGUMENT where it is none. */
export function gradesOf(question: Question, at: number): Grades {
  const problem = problemOf(question);
  if (problem !== undefined) throw badQuestion(at, problem);
  const graded = entriesOf(question.relevant).filter(([, grade]) => grade > 0);
  return new Map(graded.map(([key, grade]) => [String(key), grade]));
}

function entriesOf(relevant: Question["relevant"]): readonly (readonly [string | number, number])[] {
  if (isList(relevant)) return relevant.map((key) => [key, 1]);
  return Object.entries(relevant);
}

function isList(relevant: Question["relevant"]): relevant is readonly (string | number)[] {
  return Array.isArray(relevant);
}

/** What is wrong with a question; undefined where nothing is. */
function problemOf(question: unknown): string | undefined {
  if (!isPlainObject(question)) return "it is no object";
  const { query, relevant } = question;
  if (typeof query !== "string" || query.trim() === "") return "`query` is no text, or an empty one";
  if (relevant === undefined) return "`relevant` is missing";
  if (Array.isArray(relevant)) {
    if (relevant.length === 0) return "`relevant` names no row";
    return relevant.every(isKey) ? undefined : "`relevant` has something in it that is no key";
  }
  if (!isPlainObject(relevant)) return "`relevant` is neither a list of keys nor keys with their grades";
  const grades = Object.values(relevant);
  if (!grades.every(isGrade)) return "`relevant` has a grade that is no number from 0 on";
  return grades.some((grade) => grade > 0) ? undefined : "`relevant` names no row";
}

function isKey(key: unknown): key is string | number {
  return typeof key === "string" || Number.isSafeInteger(key);
}

function isGrade(grade: unknown): grade is number {
  return typeof grade === "number" && Number.isFinite(grade) && grade >= 0;
}
