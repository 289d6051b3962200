// The files of a table are Arrow IPC files, and scans are Arrow IPC streams. Independent readers open them: apache-arrow here; pyarrow, Polars and DuckDB
// where Python has them.

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { tableFromIPC } from "apache-arrow";
import { boolean, bytes, date, float, int, json, list, struct, table, text, timestamp, vector } from "varve";
import { describe, expect, test } from "vitest";
import { diskDatabase, temporaryFolder } from "../support/database";

const everything = table("everything", {
  id: text().primaryKey(),
  name: text().nullable(),
  size: text({ enum: ["small", "large"] }).nullable(),
  count: int().nullable(),
  ratio: float().nullable(),
  half: float({ bits: 32 }).nullable(),
  open: boolean().nullable(),
  at: timestamp().nullable(),
  day: date().nullable(),
  raw: bytes().nullable(),
  data: json().nullable(),
  labels: list(text()).nullable(),
  author: struct({ name: text(), born: int() }).nullable(),
  full: vector(3).nullable(),
  small: vector(4, { element: "f16" }).nullable(),
});

const row = {
  id: "a",
  name: "Größe 😀",
  size: "small" as const,
  count: 42,
  ratio: 0.1,
  half: 0.5,
  open: true,
  at: new Date("2026-01-02T03:04:05.678Z"),
  day: "2026-01-31",
  raw: new Uint8Array([1, 2, 3]),
  data: { deep: [1, null, "x"] },
  labels: ["x", "yy"],
  author: { name: "Ada", born: 1815 },
  full: new Float32Array([1, -2, 3.5]),
  small: new Float32Array([0.5, 1, -1.5, 2]),
};

async function filesOfTable(): Promise<string[]> {
  const folder = temporaryFolder();
  const db = await diskDatabase(folder);
  const t = await db.table(everything);
  await t.insert([row, { id: "b" }]);
  await t.insert([{ id: "c", name: "third" }]);
  await t.optimize();
  const data = join(folder, "everything.varve", "data");
  return readdirSync(data).map((name) => join(data, name));
}

describe("a table with a column of every type", () => {
  test("is read by apache-arrow", async () => {
    const files = await filesOfTable();
    const groups = files.map((file) => tableFromIPC(readFileSync(file)));
    expect(groups.map((group) => group.numRows)).toEqual([3, 3, 3]);
    const column = (name: string): unknown[] => {
      const group = groups.find((candidate) => candidate.getChild(name) !== null);
      return JSON.parse(
        JSON.stringify([...(group?.getChild(name) ?? [])], (_, value) =>
          typeof value === "bigint" ? Number(value) : value,
        ),
      );
    };
    expect(column("id")).toEqual(["a", "b", "c"]);
    expect(column("name")).toEqual(["Größe 😀", null, "third"]);
    expect(column("size")).toEqual(["small", null, null]);
    expect(column("count")).toEqual([42, null, null]);
    expect(column("ratio")).toEqual([0.1, null, null]);
    expect(column("half")).toEqual([0.5, null, null]);
    expect(column("open")).toEqual([true, null, null]);
    expect(column("at")).toEqual([row.at.getTime(), null, null]);
    expect(column("data")).toEqual([JSON.stringify(row.data), null, null]);
    expect(column("labels")).toEqual([["x", "yy"], null, null]);
    expect(column("author")).toEqual([{ name: "Ada", born: 1815 }, null, null]);
    expect(Object.values(column("full")[0] as object)).toEqual([1, -2, 3.5]);
  });

  test("is read by pyarrow, mapped and validated in full", async (context) => {
    const python = process.env["VARVE_TEST_PYTHON"] ?? "python3";
    if (!hasModule(python, "pyarrow"))
      context.skip(
        `${python} has no pyarrow: pip install pyarrow, or name another Python in VARVE_TEST_PYTHON`,
      );
    const script = `
import json, sys, pyarrow as pa, pyarrow.ipc as ipc
rows = {}
for path in sys.argv[1:]:
    table = ipc.open_file(pa.memory_map(path)).read_all()
    table.validate(full=True)
    assert pa.total_allocated_bytes() == 0, "the file was copied, not mapped"
    for name in table.schema.names:
        rows[name] = table.column(name).to_pylist()
print(json.dumps(rows, default=lambda value: value.isoformat() if hasattr(value, "isoformat") else list(value) if isinstance(value, bytes) else float(value)))
`;
    const read = JSON.parse(
      execFileSync(python, ["-c", script, ...(await filesOfTable())], { encoding: "utf8" }),
    );
    expect(read.id).toEqual(["a", "b", "c"]);
    expect(read.name).toEqual(["Größe 😀", null, "third"]);
    expect(read.at[0]).toBe("2026-01-02T03:04:05.678000+00:00");
    expect(read.day).toEqual(["2026-01-31", null, null]);
    expect(read.raw).toEqual([[1, 2, 3], null, null]);
    expect(read.labels).toEqual([["x", "yy"], null, null]);
    expect(read.author).toEqual([{ name: "Ada", born: 1815 }, null, null]);
    expect(read.full).toEqual([[1, -2, 3.5], null, null]);
    expect(read.small).toEqual([[0.5, 1, -1.5, 2], null, null]);
  });
});

describe("a scan written as an Arrow stream", () => {
  // Three Arrow readers that are not ours read all columns of all types, in two batches, and must agree.
  const script = `
import json, sys, pyarrow.ipc as ipc
def plain(value):
    if hasattr(value, "isoformat"): return value.isoformat()
    return list(value) if isinstance(value, (bytes, bytearray)) or hasattr(value, "__iter__") else float(value)
which, path = sys.argv[1:]
if which == "polars":
    import polars
    rows = polars.read_ipc_stream(path).to_dicts()
else:
    table = ipc.open_stream(path).read_all()
    table.validate(full=True)
    if which == "duckdb":
        import duckdb
        table = duckdb.from_arrow(table).order("id").to_arrow_table()
    rows = table.to_pylist()
print(json.dumps(rows, default=plain))
`;

  test.for(["pyarrow", "polars", "duckdb"])("is read by %s", async (which, context) => {
    const python = process.env["VARVE_TEST_PYTHON"] ?? "python3";
    for (const name of ["pyarrow", which]) {
      if (!hasModule(python, name)) {
        context.skip(
          `${python} has no ${name}: pip install ${name}, or name another Python in VARVE_TEST_PYTHON`,
        );
      }
    }
    const folder = temporaryFolder();
    const db = await diskDatabase(folder);
    const t = await db.table(everything);
    await t.insert([row, { id: "b" }, { id: "c", name: "third" }]);
    const path = join(folder, "everything.arrows");
    // DuckDB has no 16-bit floats.
    const select = t.arrow.scan({
      select: which === "duckdb" ? columns.filter((name) => name !== "small") : columns,
      batchRows: 2,
    });
    await writeFile(path, select);
    const read = JSON.parse(execFileSync(python, ["-c", script, which, path], { encoding: "utf8" }));
    expect(read).toHaveLength(3);
    expect(read[0]).toMatchObject({
      id: "a",
      name: "Größe 😀",
      size: "small",
      count: 42,
      ratio: 0.1,
      half: 0.5,
      open: true,
      day: "2026-01-31",
      raw: [1, 2, 3],
      data: JSON.stringify(row.data),
      labels: ["x", "yy"],
      author: { name: "Ada", born: 1815 },
      full: [1, -2, 3.5],
    });
    expect(new Date(read[0].at)).toEqual(row.at);
    expect(read[1]).toMatchObject({ id: "b", name: null, count: null, labels: null, full: null });
    expect(read[2]).toMatchObject({ id: "c", name: "third" });
  });
});

const columns = Object.keys(row) as (keyof typeof row)[];

function hasModule(python: string, name: string): boolean {
  try {
    execFileSync(python, ["-c", `import ${name}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
