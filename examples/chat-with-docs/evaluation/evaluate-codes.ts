// `npm run eval:codes`: whether "what is the reference code of document N?" is answered right where 10,000 documents differ by that alone.
//   npm run eval:codes -- 2000 50    # so many documents, so many questions

import { connect } from "varve";
import { extractive } from "../server/answer/extractive.ts";
import { Library } from "../server/library.ts";
import { passages } from "../server/passages.ts";
import { askCodes, documentsWithCodes } from "./codes.ts";

const [documents = 10_000, questions = 200] = process.argv.slice(2).map(Number);
await using db = await connect("memory:");
const t = await db.table(passages);
await t.insert(documentsWithCodes(documents));
const numbers = Array.from({ length: questions }, (_, at) => 1 + Math.floor((at * documents) / questions));
const { asked, right, wrong, ms } = await askCodes(new Library(t), extractive(), numbers);
for (const { question, said } of wrong.slice(0, 10)) console.log(`  ${question}\n    ${said}`);
console.log(
  `${right} of ${asked} codes right, over ${documents} documents; ${ms.toFixed(0)} ms for an answer`,
);
process.exitCode = right === asked ? 0 : 1;
