// `npm run eval:sixty`: sixty questions for three libraries.

import { askSixty, type Outcome } from "./sixty.ts";

const outcomes = await askSixty();
for (const { library, kind, question, said, version, isSure } of outcomes.filter(({ isRight }) => !isRight)) {
  console.log(`  ${library}, ${kind}: ${question}`);
  console.log(
    `    ${isSure ? "sure, " : ""}version ${version}: ${said.join(" / ").replace(/\s+/g, " ") || "no answer"}`,
  );
}
const line = (name: string, all: readonly Outcome[]): void => {
  const right = all.filter(({ isRight }) => isRight).length;
  const sure = all.filter(({ isSure }) => isSure).length;
  console.log(`${name.padEnd(14)} ${right} of ${all.length} right, ${sure} of them answered as sure`);
};
for (const kind of ["answerable", "dated", "misspelt", "unanswerable", "hostile"])
  line(
    kind,
    outcomes.filter((one) => one.kind === kind),
  );
line("all", outcomes);
