// The table that the tests of types use. It is declared here once and never opened.

import {
  boolean,
  bytes,
  date,
  embed,
  int,
  json,
  list,
  struct,
  type Table,
  table,
  text,
  timestamp,
  vector,
} from "varve";
import { custom } from "varve/embeddings";

const ofText = custom<string>({ name: "text", dimensions: 8, embed: () => Promise.resolve([]) });
const ofImages = custom<Uint8Array>({ name: "images", dimensions: 8, embed: () => Promise.resolve([]) });

/** Every kind of column. */
export const docs = table(
  "docs",
  {
    id: text().primaryKey(),
    title: text(),
    body: text().nullable(),
    lang: text({ enum: ["en", "de", "fr"] }).nullable(),
    views: int().default(0),
    big: int({ bigint: true }).nullable(),
    active: boolean().default(true),
    at: timestamp().default(() => new Date()),
    day: date().nullable(),
    image: bytes().nullable(),
    tags: list(text()).default([]),
    meta: struct({ author: text(), pages: int().nullable() }).nullable(),
    data: json<{ a: number }>().nullable(),
    thumb: vector(64),
  },
  (c) => ({
    bodyVec: embed(ofText, c.body),
    fullVec: embed(ofText, [c.title, c.body], { template: "{title}: {body}" }),
    imageVec: embed(ofImages, c.image),
  }),
);

/** The open table; nothing is behind it. */
export declare const t: Table<typeof docs>;

/** A table that was opened by its name. */
export declare const untyped: Table;

export { ofImages, ofText };
