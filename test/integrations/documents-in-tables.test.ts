// What adapters stand on keeps their contract by itself.

import { json, table, text, vector } from "varve";
import { describe, expect, it } from "vitest";
import { readOnly } from "../../src/integrations/support/document-errors";
import { layoutOf } from "../../src/integrations/support/document-layout";
import { DocumentTable, documentTable } from "../../src/integrations/support/document-table";
import type { DocumentView } from "../../src/integrations/support/document-view";
import { memoryDatabase } from "../support/database";
import { CONTRACT_DIMENSIONS, type ContractStore, contractVector, testAdapter } from "./contract";

function storeOf(view: DocumentView): ContractStore {
  const documents = view instanceof DocumentTable ? view : undefined;
  const writable = (method: string): DocumentTable => {
    if (documents === undefined) throw readOnly(method);
    return documents;
  };
  return {
    async add(added) {
      const rows = added.map(({ id = crypto.randomUUID(), text: content, metadata }) => {
        return { id, content, metadata, vector: contractVector(content) };
      });
      await writable("add").write(rows);
      return [...new Set(rows.map(({ id }) => id))];
    },
    async search(query, options) {
      const hits = await view.search(contractVector(query), options);
      return hits.map(({ content, ...hit }) => ({ ...hit, text: content }));
    },
    async deleteIds(ids) {
      await writable("delete").remove({ ids });
    },
    async deleteFilter(filter) {
      await writable("delete").remove({ filter });
    },
    async deleteAll() {
      await writable("delete").remove("all");
    },
    asOf: (at) => storeOf(writable("asOf").asOf(at)),
  };
}

testAdapter({
  open: async (db, name) =>
    storeOf(await DocumentTable.create(db, name, { dimensions: CONTRACT_DIMENSIONS })),
  skip: [
    { test: "vectors", reason: "vectors are checked by the adapters" },
    { test: "closed", reason: "stores are closed, tables are not" },
  ],
});

describe("the parts of a document are found in any table", () => {
  it("in a document table", async () => {
    const t = await (await memoryDatabase()).table(documentTable("docs", { dimensions: 2 }));
    expect(layoutOf(await t.describe())).toMatchObject({
      id: "id",
      content: "content",
      vector: { name: "vector", dimensions: 2 },
      metadata: { json: "metadata", dates: "dates" },
    });
  });

  it("in a table of one's own", async () => {
    const own = table("own", {
      key: text().primaryKey(),
      title: text().nullable(),
      body: text(),
      data: json().nullable(),
      one: vector(2),
      two: vector(3),
    });
    const description = await (await (await memoryDatabase()).table(own)).describe();
    expect(layoutOf(description, { content: "body", vector: "two" })).toMatchObject({
      id: "key",
      content: "body",
      vector: { name: "two" },
      metadata: {
        columns: [
          { name: "title", isJson: false },
          { name: "data", isJson: true },
        ],
      },
    });
    expect(layoutOf(description, { content: "body", vector: "one", metadata: "data" }).metadata).toEqual({
      json: "data",
      dates: undefined,
    });
    const refusals = [
      {},
      { content: "body" },
      { content: "nothing" },
      { content: "one", vector: "one" },
      { vector: "one" },
      { content: "body", vector: "one", metadata: "title" },
      { content: "body", vector: "one", metadata: ["body"] },
    ].map((options) => {
      try {
        return layoutOf(description, options);
      } catch (error) {
        return (error as Error).message;
      }
    });
    expect(refusals).toMatchSnapshot();
  });
});
