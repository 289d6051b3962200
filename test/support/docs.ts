import { type Database, embed, int, type Table, table, text, timestamp } from "varve";
import { memoryDatabase } from "./database";
import { hashEmbedding } from "./hash-embedding";

/** The function that embeds the bodies; it forgets what it was asked with every table. */
export const hash = hashEmbedding();

/** The table that most tests of behaviour use. */
export const docs = table(
  "docs",
  {
    id: text().primaryKey(),
    title: text(),
    body: text().nullable(),
    lang: text({ enum: ["en", "de", "fr"] }).nullable(),
    views: int().default(0),
    at: timestamp().nullable(),
  },
  (c) => ({ vec: embed(hash, c.body) }),
);

/** A row of it. */
export type NewDoc = typeof docs.$insert;

/** The table in a database of its own. */
export async function openDocs(rows: readonly NewDoc[] = [], db?: Database): Promise<Table<typeof docs>> {
  const t = await (db ?? (await memoryDatabase())).table(docs);
  await t.insert(rows);
  hash.calls.length = 0;
  return t;
}

/** Three rows. */
export const threeDocs: readonly NewDoc[] = [
  { id: "1", title: "Refunds", body: "refunds are paid within two weeks", lang: "en", views: 10 },
  { id: "2", title: "Versand", body: "parcels leave on mondays", lang: "de", views: 20 },
  { id: "3", title: "Empty" },
];
