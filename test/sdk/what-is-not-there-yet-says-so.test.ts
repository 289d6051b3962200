import { connect } from "varve";
import { expect, test } from "vitest";
import { openDocs, threeDocs } from "../support/docs";

test("what is designed and not there throws NOT_YET and says what to use", async () => {
  const calls: readonly (() => Promise<unknown>)[] = [() => connect("abfs://container/data")];
  for (const call of calls) {
    await expect(call()).rejects.toMatchObject({ code: "NOT_YET", hint: expect.stringMatching(/\w/) });
  }
});

test("the modes that are there work", async () => {
  const t = await openDocs(threeDocs);
  expect(await t.search("parcels", { mode: "vector", limit: 1 })).toHaveLength(1);
  expect(await t.search("parcels", { mode: "auto", limit: 1 })).toHaveLength(1);
  expect(await t.search("parcels", { mode: "hybrid", limit: 1 })).toHaveLength(1);
});
