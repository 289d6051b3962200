import Database from "libsql";
import { vectorAt } from "../../vectors/sets.mjs";

/** Its index takes a minute for 10,000 rows and 170 KB for each. */
const INDEXED_ROWS = 20_000;

const blob = (vector) => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);

function filled(set, folder) {
  const db = new Database(`${folder}.db`);
  db.exec(`create table r (id integer primary key, title text, v F32_BLOB(${set.dimensions}))`);
  const insert = db.prepare("insert into r values (?, ?, ?)");
  db.exec("begin");
  for (const { from, vectors } of set.base.batches()) {
    for (let i = 0; i < vectors.length / set.dimensions; i += 1) {
      const title = `row ${from + i} of a set of vectors, about as long as a title`;
      insert.run([from + i, title, blob(vectorAt(vectors, set.dimensions, i))]);
    }
  }
  db.exec("commit");
  return db;
}

function asked(db, sql, exact, buildSeconds) {
  const find = db.prepare(sql);
  const search = (query) => find.all([blob(query)]).map(({ id }) => id);
  return { search, settings: [{}], exact, blocks: true, buildSeconds, close: () => db.close() };
}

export const variants = {
  exact: (set, folder) =>
    asked(filled(set, folder), "select id, title from r order by vector_distance_cos(v, ?) limit 10", true),
  index: (set, folder) => {
    if (set.rows > INDEXED_ROWS) throw new Error(`its index is built for up to ${INDEXED_ROWS} rows here`);
    const db = filled(set, folder);
    const start = performance.now();
    db.exec("create index r_v on r (libsql_vector_idx(v, 'metric=cosine'))");
    const buildSeconds = (performance.now() - start) / 1000;
    const sql = "select r.id, r.title from vector_top_k('r_v', ?, 10) f join r on r.rowid = f.id";
    return asked(db, sql, false, buildSeconds);
  },
};
