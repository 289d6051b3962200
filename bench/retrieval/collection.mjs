// Reads a collection in the usual form: corpus.jsonl, queries.jsonl and qrels.tsv.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** `{ rows, questions }`: rows of { id, body }, questions of { query, relevant }. A query without a relevant row is left out. */
export function readCollection(folder) {
  const rows = jsonLines(join(folder, "corpus.jsonl")).map(({ _id, title, text }) => ({
    id: String(_id),
    body: [title, text].filter(Boolean).join("\n"),
  }));
  const known = new Set(rows.map(({ id }) => id));
  const relevant = readScores(folder, known);
  const questions = jsonLines(join(folder, "queries.jsonl"))
    .map(({ _id, text }) => ({ query: text, relevant: relevant.get(String(_id)) }))
    .filter((question) => question.relevant !== undefined);
  return { rows, questions };
}

/** Scores above 0, by query and by row. */
function readScores(folder, known) {
  const relevant = new Map();
  const file = [join(folder, "qrels.tsv"), join(folder, "qrels", "test.tsv")].find(existsSync);
  if (file === undefined) throw new Error(`${folder} has no qrels.tsv`);
  for (const line of linesOf(file)) {
    const [query, row, score] = line.split("\t");
    if (!(Number(score) > 0)) continue;
    if (!known.has(row)) throw new Error(`${file} names ${row}, which corpus.jsonl does not have`);
    if (!relevant.has(query)) relevant.set(query, {});
    relevant.get(query)[row] = Number(score);
  }
  return relevant;
}

function jsonLines(file) {
  return linesOf(file).map((line) => JSON.parse(line));
}

function linesOf(file) {
  return readFileSync(file, "utf8")
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "");
}
