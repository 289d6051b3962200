import { connect, type Database, embed, int, table, text } from "varve";
import { builtin } from "varve/embeddings";
import { expect, test } from "vitest";
import { errorOf } from "../support/errors";
import { withFolder } from "../support/folder";

const docs = table("docs", {
  id: text().primaryKey(),
  body: text(),
  stars: int().nullable(),
  vec: embed(builtin(), (c: { body: unknown }) => c.body as never),
});
