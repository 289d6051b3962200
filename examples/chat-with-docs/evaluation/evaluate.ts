// `npm run eval`: how well passages are found and cited, over questions whose right passages are known.

import { connect } from "varve";
import { extractive } from "../server/answer/extractive.ts";
import { CORPUS, readCorpus } from "../server/crawl/corpus.ts";
import { openTables } from "../server/documents-table.ts";
import { Library } from "../server/library.ts";
import { measure } from "./measure.ts";

await using db = await connect("memory:");
const tables = await openTables(db);
await readCorpus(tables, CORPUS);
const report = await measure(new Library(tables.passages), extractive());

for (const { question, rank, confidence } of report.questions.filter((one) => one.rank !== 1)) {
  const place = rank === undefined ? "not in the first 5" : `place ${rank}`;
  console.log(`  ${place.padEnd(18)}  ${confidence.padEnd(6)}  ${question}`);
}
for (const { question, confidence } of report.strangers.filter((one) => one.confidence !== "none")) {
  console.log(`  not refused         ${confidence.padEnd(6)}  ${question}`);
}
const share = (part: number, of: number): string => `${part} of ${of} (${((100 * part) / of).toFixed(0)} %)`;
const { questions, strangers, citations, goldCitations } = report;
const found = questions.filter(({ rank }) => rank !== undefined).length;
const refused = strangers.filter(({ confidence }) => confidence === "none").length;
const answered = questions.filter(({ confidence }) => confidence !== "none").length;
const sure = (all: readonly { readonly confidence: string }[]): number =>
  all.filter(({ confidence }) => confidence === "strong").length;
console.log(`
recall@5             ${share(found, questions.length)}: a gold passage is among the first five
first place          ${share(questions.filter(({ rank }) => rank === 1).length, questions.length)}
citation precision   ${share(goldCitations, citations)}: citations of the answers that are gold passages
answered             ${share(answered, questions.length)} of the questions that the documents answer
refused              ${share(refused, strangers.length)} of those that they do not
sure                 ${share(sure(questions), questions.length)} of the one kind, ${share(sure(strangers), strangers.length)} of the other, are "strong"`);
