import { bytes, connect, int, list, struct, table, text } from "varve";
import { expect, it } from "vitest";
import { temporaryFolder } from "../support/database";
import { type McpClient, stdioClient } from "../support/mcp";

const LARGE = 2n ** 60n;
const boxes = table("boxes", {
  id: text().primaryKey(),
  raw: bytes().nullable(),
  parts: list(bytes()).nullable(),
  counts: list(int({ bigint: true })).nullable(),
  meta: struct({ size: int({ bigint: true }), seal: bytes().nullable() }).nullable(),
});

async function served(): Promise<{ folder: string; client: McpClient }> {
  const folder = temporaryFolder();
  const db = await connect(folder);
  const t = await db.table(boxes);
  await t.insert([{ id: "old", counts: [5n, LARGE], meta: { size: LARGE, seal: null } }]);
  await db.close();
  return { folder, client: await stdioClient(folder, "--write") };
}

it("whole numbers of any size are read and written in lists and structs too", async () => {
  const { folder, client } = await served();
  const rows = [{ id: "new", counts: [7, `${LARGE}`, `${-LARGE}`], meta: { size: `${LARGE}` } }];
  expect(await client.answer("upsert", { table: "boxes", rows })).toMatchObject({ inserted: 1 });
  expect(await client.answer("find", { table: "boxes", order_by: [{ column: "id" }] })).toMatchObject({
    rows: [
      { id: "new", counts: [7, `${LARGE}`, `${-LARGE}`], meta: { size: `${LARGE}` } },
      { id: "old", counts: [5, `${LARGE}`], meta: { size: `${LARGE}` } },
    ],
  });
  const t = await (await connect(folder)).table(boxes);
  expect(await t.get("new")).toMatchObject({ counts: [7n, LARGE, -LARGE], meta: { size: LARGE } });
});

it("bytes are Base64 wherever they stand, in either alphabet", async () => {
  const { folder, client } = await served();
  const seal = Buffer.from([251, 255, 191]);
  const rows = [
    {
      id: "a",
      raw: seal.toString("base64"),
      parts: ["AQI=", "AQI", ""],
      meta: { size: 1, seal: seal.toString("base64url") },
    },
  ];
  expect(await client.answer("upsert", { table: "boxes", rows })).toMatchObject({ inserted: 1 });
  const t = await (await connect(folder)).table(boxes);
  expect(await t.get("a", { select: ["raw", "parts", "meta"] })).toEqual({
    raw: new Uint8Array(seal),
    parts: [Uint8Array.of(1, 2), Uint8Array.of(1, 2), new Uint8Array()],
    meta: { size: 1n, seal: new Uint8Array(seal) },
  });
});

it("texts that are not Base64 are refused, and nothing is written", async () => {
  const { client } = await served();
  const odd = [
    { raw: "A" },
    { raw: "AB" },
    { raw: "AQI==" },
    { raw: "AQ=I" },
    { raw: "AQI= " },
    { raw: "not base 64!".repeat(10) },
    { parts: ["AQI=", "A"] },
    { meta: { size: 1, seal: "A" } },
    { counts: ["9223372036854775808"] },
  ];
  const said: unknown[] = [];
  for (const row of odd)
    said.push(
      await client.failure("upsert", { table: "boxes", rows: [{ id: "fine" }, { id: "odd", ...row }] }),
    );
  expect(said).toMatchSnapshot();
  expect(await client.answer("find", { table: "boxes" })).toMatchObject({ version: 1 });
});
