// What a wide table costs the compiler: `scripts/check-type-cost.mjs` counts what TypeScript instantiates for this file. It is compiled and
// never run.
import { boolean, date, embed, float, int, list, struct, type Table, table, text, timestamp } from "varve";
import { custom } from "varve/embeddings";

const ofText = custom<string>({ name: "text", dimensions: 8, embed: () => Promise.resolve([]) });

export const wide = table(
  "wide",
  {
    id: text().primaryKey(),
    c00: text(),
    c01: text().nullable(),
    c02: int().default(0),
    c03: float(),
    c04: boolean().default(true),
    c05: timestamp(),
    c06: date().nullable(),
    c07: list(text()).default([]),
    c08: text({ enum: ["a", "b", "c"] }),
    c09: struct({ name: text(), size: int().nullable() }),
    c10: text(),
    c11: text().nullable(),
    c12: int().default(0),
    c13: float(),
    c14: boolean().default(true),
    c15: timestamp(),
    c16: date().nullable(),
    c17: list(text()).default([]),
    c18: text({ enum: ["a", "b", "c"] }),
    c19: struct({ name: text(), size: int().nullable() }),
    c20: text(),
    c21: text().nullable(),
    c22: int().default(0),
    c23: float(),
    c24: boolean().default(true),
    c25: timestamp(),
    c26: date().nullable(),
    c27: list(text()).default([]),
    c28: text({ enum: ["a", "b", "c"] }),
    c29: struct({ name: text(), size: int().nullable() }),
    c30: text(),
    c31: text().nullable(),
    c32: int().default(0),
    c33: float(),
    c34: boolean().default(true),
    c35: timestamp(),
    c36: date().nullable(),
    c37: list(text()).default([]),
    c38: text({ enum: ["a", "b", "c"] }),
    c39: struct({ name: text(), size: int().nullable() }),
    c40: text(),
    c41: text().nullable(),
    c42: int().default(0),
    c43: float(),
    c44: boolean().default(true),
    c45: timestamp(),
    c46: date().nullable(),
    c47: list(text()).default([]),
    c48: text({ enum: ["a", "b", "c"] }),
    c49: struct({ name: text(), size: int().nullable() }),
    c50: text(),
    c51: text().nullable(),
    c52: int().default(0),
    c53: float(),
    c54: boolean().default(true),
    c55: timestamp(),
    c56: date().nullable(),
    c57: list(text()).default([]),
    c58: text({ enum: ["a", "b", "c"] }),
    c59: struct({ name: text(), size: int().nullable() }),
  },
  (c) => ({ vec: embed(ofText, [c.c00, c.c01]) }),
);

declare const t: Table<typeof wide>;

export const row = t.get("1");
export const found = t.find({
  where: (c) => c.c02.gt(3).and(c.c08.eq("a")),
  orderBy: { c05: "desc" },
  select: ["id", "c00", "c09"],
});
export const hits = t.search("words", { where: { c03: { $gt: 1 } }, select: ["id", "c01"], limit: 5 });
export const past = t.asOf("2026-01-01").search("words", { column: "vec" });
export const changed = t.update({ where: (c) => c.c02.lt(3), set: { c02: 4, c00: "x" } });
export const differences = t.diff(1, 2);
