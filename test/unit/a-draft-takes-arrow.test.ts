// What the binding gives as Arrow it takes as Arrow: other languages hand over the batches that they have.

import { expect, test } from "vitest";
import { nativeModule } from "../../src/native-module";
import type { NativeTable } from "../../src/native-types";

const schema = JSON.stringify({
  primaryKey: "id",
  fields: [
    { name: "id", type: { kind: "int" } },
    { name: "title", type: { kind: "text" }, nullable: true },
  ],
});
const find = JSON.stringify({ kind: "find", select: ["id", "title"] });

/** The message with which a call of the binding fails. */
async function failure(call: Promise<unknown>): Promise<unknown> {
  const error: unknown = await call.catch((reason: unknown) => reason);
  return error instanceof Error ? JSON.parse(error.message) : error;
}

async function writeArrow(t: NativeTable, bytes: Uint8Array): Promise<string> {
  const writer = await t.stage(JSON.stringify({ kind: "insert" }), null);
  await writer.addArrow(bytes);
  return await writer.commit(null);
}

test("rows go in as they came out, and wrong bytes are refused", async () => {
  const db = await nativeModule().NativeDatabase.connect("memory:");
  const [from, to] = [await db.createTable("from", schema), await db.createTable("to", schema)];
  const { tableToIPC, tableFromArrays } = await import("apache-arrow");
  const rows = tableFromArrays({ id: Int32Array.of(1, 2, 3), title: ["one", "zwei", "три"] });
  expect(JSON.parse(await writeArrow(from, tableToIPC(rows, "stream")))).toMatchObject({ inserted: 3 });

  const bytes = await from.readArrow(find, null);
  expect(JSON.parse(await writeArrow(to, bytes))).toMatchObject({ inserted: 3, version: 1 });
  const pages = await Promise.all([from, to].map((t) => t.readPage(find, null)));
  expect(pages[1]?.text).toBe("onezweiтри");
  expect(pages[1]).toEqual(pages[0]);

  expect(await failure(writeArrow(to, bytes))).toMatchObject({ code: "DUPLICATE_KEY" });
  expect(await failure(writeArrow(to, bytes.subarray(0, 30)))).toMatchObject({ code: "INVALID_ARGUMENT" });
  await db.close();
});
