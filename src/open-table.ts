import type { Database, Table, TypeDescription } from "varve";

/** Opens a table so that whole numbers are read and written exactly, whatever their size. */
export async function openTable(db: Database, name: string): Promise<Table> {
  const t = await db.openTable(name);
  const { columns } = await t.describe();
  const bigints = columns.filter(holdsInts).map((column) => column.name);
  return bigints.length === 0 ? t : await db.openTable(name, { bigints });
}

function holdsInts({ kind, item, fields = [] }: TypeDescription): boolean {
  return kind === "int" || fields.some(holdsInts) || (item !== undefined && holdsInts(item));
}
