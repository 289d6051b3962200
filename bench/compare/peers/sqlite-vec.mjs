import Database from "better-sqlite3";
import * as sqliteVec from "sqlite-vec";
import { vectorAt } from "../../vectors/sets.mjs";

const blob = (vector) => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);

export const variants = {
  exact: (set, folder) => {
    const db = new Database(`${folder}.db`);
    sqliteVec.load(db);
    db.exec(`create virtual table v using vec0(embedding float[${set.dimensions}] distance_metric=cosine)`);
    db.exec("create table r (id integer primary key, title text)");
    const [vector, row] = [
      db.prepare("insert into v(rowid, embedding) values (?, ?)"),
      db.prepare("insert into r values (?, ?)"),
    ];
    db.transaction(() => {
      for (const { from, vectors } of set.base.batches()) {
        for (let i = 0; i < vectors.length / set.dimensions; i += 1) {
          vector.run(BigInt(from + i), blob(vectorAt(vectors, set.dimensions, i)));
          row.run(from + i, `row ${from + i} of a set of vectors, about as long as a title`);
        }
      }
    })();
    const find = db.prepare(
      "select r.id, r.title from (select rowid, distance from v where embedding match ? and k = 10) f join r on r.id = f.rowid order by f.distance",
    );
    const search = (query) => find.all(blob(query)).map(({ id }) => id);
    return { search, settings: [{}], exact: true, blocks: true, close: () => db.close() };
  },
};
