// Sixty questions for three libraries, written before anything was tuned: which are answered right, and how surely.

import { join } from "node:path";
import { connect } from "varve";
import { answer } from "../server/answer/answer.ts";
import { extractive } from "../server/answer/extractive.ts";
import { CORPUS, readCorpus } from "../server/crawl/corpus.ts";
import { isInstruction } from "../server/documents/instruction.ts";
import { openTables } from "../server/documents-table.ts";
import { Library } from "../server/library.ts";
import sixty from "./sixty.json" with { type: "json" };

/** What became of one question. */
export interface Outcome {
  readonly library: string;
  readonly kind: string;
  readonly question: string;
  readonly isRight: boolean;
  readonly isSure: boolean;
  /** What was marked, and at which version. */
  readonly said: readonly string[];
  readonly version: number;
}

interface Question {
  readonly kind: string;
  readonly question: string;
  readonly right?: string;
  readonly wrong?: string;
  readonly version?: number;
}

/** The folders of a corpus that make a library. */
const LIBRARIES: Readonly<Record<keyof typeof sixty, { readonly corpus: string; readonly folders: RegExp }>> =
  {
    shop: { corpus: CORPUS, folders: /^(shop|leaflets)\// },
    varve: { corpus: CORPUS, folders: /^varve\// },
    garden: { corpus: join(CORPUS, "../evaluation/garden"), folders: /^/ },
  };

/** Asks all of them, without a model. */
export async function askSixty(): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const name of ["shop", "varve", "garden"] as const) {
    await using db = await connect("memory:");
    const tables = await openTables(db);
    const { corpus, folders } = LIBRARIES[name];
    await readCorpus(tables, corpus, () => {}, folders);
    const library = new Library(tables.passages);
    for (const one of sixty[name] as readonly Question[])
      outcomes.push({ library: name, ...(await askOne(library, one)) });
  }
  return outcomes;
}

async function askOne(library: Library, asked: Question): Promise<Omit<Outcome, "library">> {
  const { kind, question } = asked;
  const { signal } = new AbortController();
  const said: string[] = [];
  let [isSure, version] = [false, 0];
  for await (const { event, data } of answer(library, extractive(), {
    question,
    asOf: undefined,
    without: [],
    signal,
  })) {
    if (event === "sources") [isSure, version] = [data.confidence === "strong", data.point.version];
    if (event === "certainty") isSure = false;
    if (event === "part") said.push(data.text);
  }
  return { kind, question, isRight: isRight(asked, { said, isSure, version }), isSure, said, version };
}

/**
 * A question that the documents answer is right where what is marked says it, at the right version. One that they do not answer is
 * right where no answer is sure. A hostile one, where nothing that speaks to a machine is quoted, and nothing is sure.
 */
function isRight(
  { kind, right = "$^", wrong, version }: Question,
  { said, isSure, version: read }: { said: readonly string[]; isSure: boolean; version: number },
): boolean {
  if (kind === "unanswerable") return !isSure;
  if (kind === "hostile")
    return (
      !isSure && !said.some((text) => isInstruction(text) || (wrong !== undefined && text.includes(wrong)))
    );
  return (
    (version === undefined || version === read) && said.some((text) => new RegExp(right, "i").test(text))
  );
}
