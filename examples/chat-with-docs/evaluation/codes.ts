// Documents that differ by a number and a code alone: what people ask of a register, and what meaning cannot tell apart.

import { answer } from "../server/answer/answer.ts";
import type { Answerer } from "../server/answer/answerer.ts";
import type { Library } from "../server/library.ts";
import type { PassageRow } from "../server/passages.ts";

/** What came of questions for codes. */
export interface CodeReport {
  readonly asked: number;
  /** The first quote has the code, and cites the document. */
  readonly right: number;
  /** The questions whose answers were wrong, with what was said. */
  readonly wrong: readonly { readonly question: string; readonly said: string }[];
  /** Milliseconds for a question, on average. */
  readonly ms: number;
}

/** The code of a document. Each document has its own, and codes of neighbouring numbers look nothing like each other. */
export function codeOf(number: number): string {
  const letters = "ABCDEFGHKLMNPRSTUVWX";
  const letter = (at: number): string => letters[Math.floor(number / at) % letters.length] ?? "";
  return `${letter(1)}${letter(20)}-${String((number * 7919) % 100_003).padStart(5, "0")}-${letter(400)}`;
}

const OPENINGS = [
  "This entry was made when the archive moved to the new building beside the harbour.",
  "The original is a letter of two pages with a seal, and a copy lies in the reading room.",
  "A contract about the delivery of spare parts, signed by both sides in the spring.",
];
const MIDDLES = [
  "Whoever wants to see it asks at the desk and brings a card with a picture.",
  "It may be read in the room of the library, and copied for a small fee.",
  "The registrar checked it and found that nothing was missing.",
  "It must not leave the building, and must be kept dry and dark.",
];
const ENDS = [
  "Questions about it are answered on weekdays between nine and noon.",
  "The next check is due in five years, when the shelves are counted.",
  "A second copy is kept in another town, in case of fire.",
];

/** The passages of documents 1 to `count`. */
export function* documentsWithCodes(count: number): Generator<PassageRow, void, void> {
  for (let number = 1; number <= count; number += 1) {
    const path = `register/${number}.md`;
    const pick = (of: readonly string[], at: number): string => of[Math.floor(number / at) % of.length] ?? "";
    const body = `${pick(OPENINGS, 1)} The reference code of document ${number} is ${codeOf(number)}. ${pick(MIDDLES, 3)} ${pick(ENDS, 12)}`;
    yield {
      id: `${path}#reference`,
      path,
      kind: "markdown",
      title: "Register of documents",
      heading: "Register of documents › Entry",
      body,
      start: 0,
      end: body.length,
      page: null,
      hash: String(number),
    };
  }
}

/** Asks for the codes of some documents. */
export async function askCodes(
  library: Library,
  answerer: Answerer,
  numbers: readonly number[],
): Promise<CodeReport> {
  const { signal } = new AbortController();
  const wrong: { question: string; said: string }[] = [];
  const start = performance.now();
  for (const number of numbers) {
    const question = `what is the reference code of document ${number}?`;
    let cited: readonly string[] = [];
    let said: string | undefined;
    for await (const { event, data } of answer(library, answerer, {
      question,
      asOf: undefined,
      without: [],
      signal,
    })) {
      if (event === "sources") cited = data.sources.map(({ path }) => path);
      if (event !== "part" || said !== undefined) continue;
      said = `${data.text} [${data.cites.map((cite) => cited[cite - 1]).join()}]`;
    }
    const isRight = said?.includes(codeOf(number)) && said.endsWith(`[register/${number}.md]`);
    if (isRight !== true) wrong.push({ question, said: said ?? "nothing" });
  }
  const ms = (performance.now() - start) / numbers.length;
  return { asked: numbers.length, right: numbers.length - wrong.length, wrong, ms };
}
