import {
  type Evaluation,
  evaluate,
  type Figure,
  figureOf,
  type MeasuredWay,
  parseQuestions,
  type Question,
} from "varve/evaluation";
import { typedFilter } from "../../typed-filter";
import { CliError, usageError } from "../cli-error";
import { type Command, countOption, databaseOptions, type Input, textOption } from "../command";
import { ExitCode } from "../exit-code";
import { withTable } from "../open";
import { pointHelp, pointOf } from "../point";
import { readText } from "../read-text";
import { countText, harmless } from "../shown-text";
import type { Terminal } from "../terminal";

const FORM = '{ "query": "how long do refunds take?", "relevant": ["docs/refunds.md#how-long"] }';

/** `varve eval`. */
export const evalCommand: Command = {
  name: "eval",
  summary: "say how well questions with known answers are answered",
  args: ["<questions.jsonl>"],
  options: {
    ...databaseOptions,
    limit: { type: "string", value: "<count>", help: "how many hits of a search count (default: 10)" },
    where: { type: "string", value: "<filter>", help: "only among these rows: \"path LIKE 'guide/%'\"" },
    "as-of": { type: "string", value: "<point>", help: "in the table as it was then" },
  },
  details: [
    "Each line of the file is a question with the keys of the rows that answer it, or a grade for each:",
    `  ${FORM}`,
    '  { "query": "...", "relevant": { "docs/refunds.md#how-long": 2, "docs/faq.md#money": 1 } }',
    "nDCG says whether the best rows stand first, recall how many of them were found, MRR how far up the",
    "first one stands; 1 is perfect. In parentheses: where the mean of many such questions would lie.",
    "hybrid 0.35 is by words and vectors, where vectors count for 0.35 and words for the rest; hybrid as",
    "varve search does it; rrf goes by places instead of scores.",
    "",
    ...pointHelp,
  ],
  run,
};

async function run(input: Input, terminal: Terminal): Promise<ExitCode> {
  const [file = ""] = input.args;
  if (file === "") throw usageError("The file of questions has no name.");
  const limit = countOption(input, "limit", 10);
  const at = textOption(input, "as-of");
  const filter = textOption(input, "where");
  const where = filter === undefined ? undefined : typedFilter(filter);
  const questions = await questionsOf(file);
  return await withTable(input, async (t) => {
    const view = at === undefined ? t : t.asOf(pointOf(at));
    const found = await evaluate(view, questions, {
      limit,
      where,
      signal: input.signal,
      onProgress: ({ questions, of }) => terminal.progress(() => `asking: ${questions} of ${of} questions`),
    });
    if (input.options["json"] === true) terminal.json({ table: t.name, ...found });
    else print(terminal, t.name, found);
    return ExitCode.done;
  });
}

async function questionsOf(file: string): Promise<Question[]> {
  const questions = parseQuestions(await readText(file, `Write a question on each line: ${FORM}`), file);
  if (questions.length === 0)
    throw new CliError(`${file} has no question.`, `Write one on each line: ${FORM}`);
  return questions;
}

const KEYS_SHOWN = 5;

function print(terminal: Terminal, table: string, found: Evaluation): void {
  const { version, questions, limit, ways, missingKeys, leftOut } = found;
  const about = `${countText(questions, "question")} to version ${version} of ${table}`;
  terminal.print(terminal.paint("bold", `${about}, the first ${countText(limit, "hit")} of each`), "");
  const width = Math.max(...ways.map(({ name }) => name.length)) + 2;
  const heads = [`nDCG@${limit}`, `recall@${limit}`, `MRR@${limit}`];
  const line = (name: string, figures: readonly string[], ms: string): string =>
    `${name.padEnd(width)}${figures.map((figure) => figure.padEnd(24)).join("")}${ms}`;
  terminal.print(line("", heads, "ms a question"));
  const best = bestOf(ways);
  for (const way of measured(ways)) {
    const figures = [way.ndcg, way.recall, way.mrr].map(figureText);
    const text = line(way.name, figures, way.ms.toFixed(1));
    terminal.print(way === best ? terminal.paint("green", text) : text);
  }
  if (best !== undefined) terminal.print("", ...verdict(best, ways));
  for (const [why, names] of lacking(ways)) terminal.note(`Not here: ${names.join(", ")}. ${harmless(why)}`);
  if (missingKeys.length === 0) return;
  const shown = missingKeys.slice(0, KEYS_SHOWN).map((key) => JSON.stringify(harmless(key)));
  const rest = missingKeys.length > KEYS_SHOWN ? `, and ${missingKeys.length - KEYS_SHOWN} more` : "";
  terminal.note(`No row has ${countText(missingKeys.length, "key")}: ${shown.join(", ")}${rest}.`);
  if (leftOut.length > 0)
    terminal.note(`${countText(leftOut.length, "question")} had no other key and did not count.`);
}

function figureText({ mean, interval: [low, high] }: Figure): string {
  return `${mean.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;
}

function bestOf(ways: Evaluation["ways"]): MeasuredWay | undefined {
  return measured(ways).reduce<MeasuredWay | undefined>(
    (best, way) => (best === undefined || way.ndcg.mean > best.ndcg.mean ? way : best),
    undefined,
  );
}

function measured(ways: Evaluation["ways"]): MeasuredWay[] {
  return ways.filter((way) => "ndcg" in way);
}

/** The ways in which the table cannot be searched, by what is said of them. */
function lacking(ways: Evaluation["ways"]): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const way of ways) {
    if (!("unavailable" in way)) continue;
    names.set(way.unavailable, [...(names.get(way.unavailable) ?? []), way.name]);
  }
  return names;
}

/** Which way is best, and which the questions are too few to tell from it. */
function verdict(best: MeasuredWay, ways: Evaluation["ways"]): string[] {
  const alike = measured(ways).filter((way) => way !== best && !isBehind(way, best));
  const named = `By nDCG, ${best.name} is best.`;
  if (alike.length === 0) return [named];
  if (alike.length === measured(ways).length - 1)
    return [named, "With so few questions, none of the others can be told apart from it."];
  return [
    named,
    `With so few questions, it cannot be told apart from ${alike.map(({ name }) => name).join(", ")}.`,
  ];
}

/** Whether it is worse, question by question, by more than chance. */
function isBehind(way: MeasuredWay, best: MeasuredWay): boolean {
  const differences = way.answers.map(({ ndcg }, at) => (best.answers[at]?.ndcg ?? 0) - ndcg);
  return figureOf(differences).interval[0] > 0;
}
