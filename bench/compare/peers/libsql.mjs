import Database from "libsql";
import { vectorAt } from "../../vectors/sets.mjs";

// Its index takes a minute for 10,000 rows, so only its exact search is asked.
export const variants = {
  exact: (set, folder) => {
    const db = new Database(`${folder}.db`);
    db.exec(`create table r (id integer primary key, title text, v F32_BLOB(${set.dimensions}))`);
    const insert = db.prepare("insert into r values (?, ?, ?)");
    const blob = (vector) => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
    db.exec("begin");
    for (let i = 0; i < set.rows; i += 1) {
      insert.run([
        i,
        `row ${i} of a set of vectors, about as long as a title`,
        blob(vectorAt(set.base, set.dimensions, i)),
      ]);
    }
    db.exec("commit");
    const find = db.prepare("select id, title from r order by vector_distance_cos(v, ?) limit 10");
    const search = (query) => find.all([blob(query)]).map(({ id }) => id);
    return { search, settings: [{}], exact: true, blocks: true, close: () => db.close() };
  },
};
