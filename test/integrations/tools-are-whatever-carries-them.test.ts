// What a model is given to search with is plain data and functions, which any protocol can carry: nothing in it is the AI SDK's.

import { embed, table, text } from "varve";
import { expect, it } from "vitest";
import { tableTools } from "../../src/integrations/support/retrieval/table-tools";
import { memoryDatabase } from "../support/database";
import { hashEmbedding } from "../support/hash-embedding";

const docs = table("docs", { id: text().primaryKey(), body: text(), lang: text() }, (c) => ({
  vec: embed(hashEmbedding(), c.body),
}));

it("lists, checks and answers calls in JSON", async () => {
  const t = await (await memoryDatabase()).table(docs);
  await t.insert([{ id: "1", body: "refunds take days", lang: "en" }]);
  const tools = Object.entries(await tableTools(t, { about: "the handbook", filterBy: ["lang"] }));
  expect(tools.map(([name]) => name)).toEqual(["search", "searchAsOf", "timeline", "diff"]);
  for (const [, { description, inputSchema }] of tools) {
    const { validate, jsonSchema } = inputSchema["~standard"];
    const schema = jsonSchema.input({ target: "draft-2020-12" });
    expect(description).toContain("the handbook");
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
    expect(schema).toMatchObject({ type: "object", additionalProperties: false });
    expect(Reflect.ownKeys(inputSchema)).toEqual(["~standard"]);
    expect(validate({ nonsense: 1 })).toMatchObject({ issues: [{ message: expect.any(String) }] });
  }
  const [[, search]] = tools as [[string, (typeof tools)[0][1]]];
  const answer: unknown = await search.execute({ query: "refunds" } as never);
  expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
});
