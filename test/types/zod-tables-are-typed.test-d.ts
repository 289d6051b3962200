import { embed, int, type KeyOf, type Table, tableFrom, timestamp } from "varve";
import { expectTypeOf, test } from "vitest";
import * as z from "zod";
import { ofText } from "./docs";

const Ticket = z.object({
  id: z.uuid(),
  subject: z.string(),
  priority: z.enum(["low", "high"]).default("low"),
  votes: z.int().optional(),
  note: z.string().nullable(),
  tags: z.array(z.string()),
  at: z.date(),
  size: z.bigint(),
  meta: z.object({ author: z.string() }),
  length: z
    .string()
    .transform((value) => value.length)
    .pipe(z.number()),
});

const tickets = tableFrom(
  "tickets",
  Ticket,
  { primaryKey: "id", columns: { at: timestamp(), size: int({ bigint: true }) } },
  (c) => ({ vec: embed(ofText, c.subject) }),
);
declare const t: Table<typeof tickets>;

test("rows are what the schema returns", async () => {
  expectTypeOf<typeof tickets.$row>().toEqualTypeOf<{
    id: string;
    subject: string;
    priority: "low" | "high";
    votes: number | null;
    note: string | null;
    tags: string[];
    at: Date;
    size: bigint;
    meta: { author: string };
    length: number;
  }>();
  expectTypeOf<KeyOf<typeof tickets>>().toEqualTypeOf<string>();
  await t.search("x", { where: (c) => c.priority.eq("low").and(c.votes.gt(3)).and(c.tags.contains("x")) });
});

test("writes are what the schema takes", () => {
  expectTypeOf<typeof tickets.$insert>().toEqualTypeOf<z.input<typeof Ticket>>();
});

test("mistakes do not compile", async () => {
  // @ts-expect-error a value outside the enum
  await t.count({ where: (c) => c.priority.eq("middle") });
  const fits = {
    id: "1",
    subject: "x",
    note: null,
    tags: [],
    at: new Date(),
    size: 1n,
    meta: { author: "x" },
  };
  await t.insert([{ ...fits, length: "three" }]);
  // @ts-expect-error the length is written as text
  await t.insert([{ ...fits, length: 3 }]);
  // @ts-expect-error no such property
  tableFrom("x", Ticket, { primaryKey: "key" });
  // @ts-expect-error a source that is no text
  tableFrom("x", Ticket, {}, (c) => ({ vec: embed(ofText, c.votes) }));
});
