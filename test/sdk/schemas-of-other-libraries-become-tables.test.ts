import { bytes, embed, int, type StandardSchema, tableFrom, timestamp, vector } from "varve";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { memoryDatabase } from "../support/database";
import { hashEmbedding, hashVector } from "../support/hash-embedding";

const Ticket = z.object({
  id: z.uuid(),
  subject: z.string().min(1),
  priority: z.enum(["low", "high"]).default("low"),
  votes: z.int().optional(),
  note: z.string().nullable(),
  due: z.iso.date().nullable(),
  tags: z.array(z.string()),
  at: z.date(),
  size: z.bigint(),
  meta: z.object({ author: z.string(), stars: z.number().optional() }),
  length: z
    .string()
    .transform((value) => value.length)
    .pipe(z.number()),
});

const tickets = tableFrom(
  "tickets",
  Ticket,
  { primaryKey: "id", columns: { at: timestamp(), size: int({ bigint: true }) } },
  (c) => ({ vec: embed(hashEmbedding(), c.subject) }),
);

const id = "0194e9d2-6c4f-7000-8000-000000000001";
const ticket: typeof tickets.$insert = {
  id,
  subject: "the printer burns",
  note: null,
  due: "2026-02-28",
  tags: ["fire"],
  at: new Date(5),
  size: 2n ** 60n,
  meta: { author: "me" },
  length: "four",
};

describe("a Zod schema", () => {
  test("becomes a table whose rows are what the schema returns", async () => {
    const t = await (await memoryDatabase()).table(tickets);
    await t.insert([ticket]);
    expect(await t.get(id)).toEqual({ ...ticket, priority: "low", votes: null, length: 4 });
    expect((await t.get(id, { select: ["vec"] }))?.vec).toEqual(hashVector("the printer burns"));
    expect(await t.count({ where: (c) => c.due.gte("2026-01-01").and(c.tags.contains("fire")) })).toBe(1);
    expect(await t.count({ where: { "meta.author": "me", priority: "low" } })).toBe(1);
    const found = await t.search("printer", { select: ["id"] });
    expect(found).toMatchObject([{ id }]);
  });

  test("checks rows before they are written", async () => {
    const t = await (await memoryDatabase()).table(tickets);
    const write = (change: object): Promise<unknown> => t.insert([ticket, { ...ticket, ...change } as never]);
    await expect(write({ id: "1" })).rejects.toMatchObject({
      code: "INVALID_ROW",
      where: { table: "tickets", row: 1, column: "id" },
    });
    await expect(write({ meta: { author: 3 } })).rejects.toMatchObject({ where: { column: "meta.author" } });
    await expect(write({ subjekt: "x" })).rejects.toThrow(
      'Row 1 has the key "subjekt", which is not a column',
    );
    await expect(write({ vec: new Float32Array(16) })).rejects.toThrow('Row 1 brings "vec"');
    await expect(t.insert([null as never])).rejects.toThrow("Row 0 is null");
    expect(await t.count()).toBe(0);
  });

  test("lets rows bring vectors of their own", async () => {
    const t = await (await memoryDatabase()).table(tickets);
    const own = new Float32Array(16).fill(0.25);
    await t.insert([{ ...ticket, vec: own }], { vectors: true });
    expect((await t.get(id, { select: ["vec"] }))?.vec).toEqual(own);
  });

  test("may check with a promise", async () => {
    const Slow = z.object({ id: z.string().refine((value) => Promise.resolve(value !== "no")) });
    const t = await (await memoryDatabase()).table(tableFrom("slow", Slow, { primaryKey: "id" }));
    await t.insert([{ id: "yes" }]);
    await expect(t.insert([{ id: "no" }])).rejects.toMatchObject({
      code: "INVALID_ROW",
      where: { column: "id" },
    });
  });

  test("may let any key pass, which is then refused by the table", async () => {
    const Loose = z.looseObject({ id: z.string() });
    const t = await (await memoryDatabase()).table(tableFrom("loose", Loose, { primaryKey: "id" }));
    await expect(t.insert([{ id: "1", more: 1 }])).rejects.toThrow('has the key "more"');
  });

  test("stores ISO texts as instants where that is asked for", async () => {
    const Event = z.object({ id: z.string(), at: z.iso.datetime(), until: z.iso.datetime() });
    const events = tableFrom("events", Event, { primaryKey: "id", columns: { at: timestamp() } });
    const t = await (await memoryDatabase()).table(events);
    const text = "2026-01-01T00:00:00Z";
    await t.insert([{ id: "1", at: text, until: text }]);
    expect(await t.get("1")).toEqual({ id: "1", at: new Date(text), until: text });
  });

  test("stores bytes and vectors where that is asked for", async () => {
    const Blob = z.object({ raw: z.instanceof(Uint8Array), vec: z.array(z.number()) });
    const blobs = tableFrom("blobs", Blob, { columns: { raw: bytes(), vec: vector(2) } });
    const t = await (await memoryDatabase()).table(blobs);
    await t.insert([{ raw: Uint8Array.of(1), vec: [1, 0] }]);
    expect(await t.find({ select: ["raw", "vec"] })).toEqual([
      { raw: Uint8Array.of(1), vec: Float32Array.of(1, 0) },
    ]);
  });
});

test("columns are changed by name, and the schema follows", async () => {
  const db = await memoryDatabase();
  const Old = z.object({ id: z.string() });
  const old = await db.table(tableFrom("t", Old, { primaryKey: "id" }));
  await old.insert([{ id: "1" }]);
  await expect(old.addColumn("n", int().nullable())).rejects.toThrow("schema of another library");
  await expect(old.dropColumn("id")).rejects.toThrow("schema of another library");
  await (await db.openTable("t")).addColumn("n", int().nullable());
  const New = Old.extend({ n: z.int().nullable() });
  const t = await db.table(tableFrom("t", New, { primaryKey: "id" }));
  await t.insert([{ id: "2", n: 3 }]);
  expect(await t.find()).toEqual([
    { id: "1", n: null },
    { id: "2", n: 3 },
  ]);
});

describe("is refused:", () => {
  test("a property without a type", () => {
    expect(() => tableFrom("x", z.object({ at: z.date() }))).toThrow(
      '"at" cannot be expressed in JSON Schema',
    );
  });

  test("an override without a property", () => {
    expect(() => tableFrom("x", z.object({ id: z.string() }), { columns: { at: timestamp() } })).toThrow(
      'no property "at"',
    );
  });

  test("a key that is no property", () => {
    expect(() => tableFrom("x", z.object({ id: z.string() }), { primaryKey: "key" as never })).toThrow(
      "not a column",
    );
  });

  test("a schema of something else", () => {
    expect(() => tableFrom("x", z.string() as never)).toThrow("does not describe an object");
    expect(() => tableFrom("x", {} as never)).toThrow('The schema of "x" cannot be used');
    const noJson = { "~standard": { version: 1, vendor: "mine", validate: () => ({ value: 1 }) } };
    expect(() => tableFrom("x", noJson as unknown as StandardSchema)).toThrow("cannot be used");
  });
});

test("any Standard Schema with a JSON Schema will do", async () => {
  const schema: StandardSchema<{ id: string; n?: number }, { id: string; n?: number }> = {
    "~standard": {
      version: 1,
      vendor: "mine",
      validate: (value) => ({ value: value as { id: string } }),
      jsonSchema: {
        input: () => ({ type: "object", properties: { id: {}, n: {} } }),
        output: () => ({
          type: "object",
          properties: { id: { type: "string" }, n: { type: "integer" } },
          required: ["id"],
        }),
      },
    },
  };
  const t = await (await memoryDatabase()).table(tableFrom("mine", schema, { primaryKey: "id" }));
  await t.insert([{ id: "1" }, { id: "2", n: 3 }]);
  expect(await t.find({ orderBy: "n" })).toEqual([
    { id: "2", n: 3 },
    { id: "1", n: null },
  ]);
  await expect(t.insert([{ id: "3", n: 1.5 }])).rejects.toMatchObject({ code: "INVALID_ROW" });
});
