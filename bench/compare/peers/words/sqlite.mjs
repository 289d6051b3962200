// FTS5; its vectors are those of sqlite-vec, which reads all of them, and the two rankings become one by their places.

import Database from "better-sqlite3";
import * as sqliteVec from "sqlite-vec";

const CANDIDATES = 100;
const RRF = 60;
const ROWS = "select r.id, r.body from";
const FOUND = "(select rowid, rank from words where words match ? order by rank limit";

const quoted = (word) => `"${word.replaceAll('"', '""')}"`;

function typed({ kind, words }) {
  if (kind === "prefix") return `${quoted(words[0])}*`;
  if (kind === "phrase" || kind === "code") return quoted(words.join(" "));
  return words.map(quoted).join(" OR ");
}

export function opened(folder, dimensions) {
  const db = new Database(`${folder}.db`);
  db.pragma("journal_mode = WAL");
  db.exec("create table rows (id integer primary key, body text, bucket integer)");
  db.exec("create index buckets on rows (bucket)");
  db.exec(
    "create virtual table words using fts5(body, content='rows', content_rowid='id', tokenize='porter unicode61')",
  );
  if (dimensions !== undefined) {
    sqliteVec.load(db);
    db.exec(`create virtual table vectors using vec0(vec float[${dimensions}] distance_metric=cosine)`);
  }
  const add = adder(db, dimensions);
  const find = db.prepare(`${ROWS} ${FOUND} 10) w join rows r on r.id = w.rowid order by w.rank`);
  const few = db.prepare(
    `${ROWS} words w join rows r on r.id = w.rowid where words match ? and r.bucket < 10 order by w.rank limit 10`,
  );
  return {
    add,
    finish: () => db.exec("insert into words(words) values ('optimize')"),
    indexBytes: () =>
      db
        .prepare("select (select sum(length(block)) from words_data) + sum(length(sz)) n from words_docsize")
        .get().n,
    search: (query) => find.all(typed(query)),
    filtered: (query) => few.all(typed(query)),
    hybrid: dimensions === undefined ? undefined : fused(db),
    blocks: true,
    close: () => db.close(),
  };
}

function adder(db, dimensions) {
  const row = db.prepare("insert into rows values (?, ?, ?)");
  const word = db.prepare("insert into words(rowid, body) values (?, ?)");
  const vector = dimensions && db.prepare("insert into vectors(rowid, vec) values (?, ?)");
  return db.transaction((rows) => {
    for (const { id, body, bucket, vec } of rows) {
      row.run(id, body, bucket);
      word.run(id, body);
      if (vec !== undefined) vector.run(BigInt(id), blob(vec));
    }
  });
}

const blob = (vector) => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);

function fused(db) {
  const byWords = db.prepare(`select rowid from words where words match ? order by rank limit ${CANDIDATES}`);
  const byVector = db.prepare(
    `select rowid from vectors where vec match ? and k = ${CANDIDATES} order by distance`,
  );
  const get = db.prepare("select id, body from rows where id = ?");
  return (query, vec) => {
    const scores = new Map();
    for (const list of [byWords.all(typed(query)), byVector.all(blob(vec))])
      for (const [place, { rowid }] of list.entries())
        scores.set(rowid, (scores.get(rowid) ?? 0) + 1 / (RRF + place));
    const best = [...scores].sort(([, a], [, b]) => b - a).slice(0, 10);
    return best.map(([id]) => get.get(id));
  };
}
