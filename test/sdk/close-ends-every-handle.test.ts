// After close() nothing is read or written any more, through no handle.

import { connect, table, text } from "varve";
import { expect, test } from "vitest";

test("a closed database closes the tables that were opened through it", async () => {
  const db = await connect("memory:");
  const declared = await db.table(table("s", { id: text().primaryKey() }));
  const byName = await db.openTable("s");
  await declared.insert([{ id: "a" }]);
  await db.close();
  await expect(declared.get("a")).rejects.toMatchObject({ code: "CLOSED" });
  await expect(byName.get("a")).rejects.toMatchObject({ code: "CLOSED" });
  await expect(byName.count()).rejects.toMatchObject({ code: "CLOSED" });
  await expect(declared.insert([{ id: "b" }])).rejects.toMatchObject({ code: "CLOSED" });
  await expect(db.tables()).rejects.toMatchObject({ code: "CLOSED" });
});
