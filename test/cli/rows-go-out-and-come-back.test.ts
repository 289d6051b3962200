import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  boolean,
  bytes,
  connect,
  date,
  float,
  int,
  json,
  list,
  struct,
  table,
  text,
  timestamp,
  vector,
} from "varve";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Workplace } from "../support/varve-command";

let place: Workplace;

beforeEach(() => {
  place = new Workplace();
});

afterEach(() => place[Symbol.dispose]());

const everything = table("everything", {
  id: int({ bigint: true }).primaryKey(),
  word: text().nullable(),
  lang: text({ enum: ["en", "de"] }).nullable(),
  data: json().nullable(),
  real: float().nullable(),
  open: boolean().nullable(),
  at: timestamp().nullable(),
  day: date().nullable(),
  raw: bytes().nullable(),
  near: vector(2).nullable(),
  tags: list(text()).nullable(),
  meta: struct({ pages: int({ bigint: true }), author: text().nullable() }).nullable(),
});

const rows = [
  {
    id: 1n,
    word: 'comma, "quote"\r\nand\nlines ',
    lang: "de" as const,
    data: { a: [1, null, "x"] },
    real: -1e-300,
    open: false,
    at: new Date("2026-01-02T03:04:05.678Z"),
    day: "2026-01-02",
    raw: new Uint8Array([0, 255, 7]),
    near: new Float32Array([1, -0.5]),
    tags: ["", "a,b"],
    meta: { pages: 2n ** 60n, author: null },
  },
  { id: 2n ** 62n, word: "", data: "text", real: -0.5, tags: [] },
  { id: -3n, word: " 007", real: 1e300, open: true },
];

async function openEverything(folder: string) {
  return await (await connect(join(place.folder, folder))).table(everything);
}

const ALL = Object.keys(everything.columns).join(",");

describe("rows of every type", () => {
  it.each(["rows.jsonl", "rows.csv", "rows.arrows"])("come back from %s as they were", async (file) => {
    const from = await openEverything("from");
    await from.insert(rows);
    expect(place.run("export", file, "--db", "from", "--select", ALL)).toMatchObject({ code: 0, stdout: "" });
    const to = await openEverything("to");
    const result = place.json("import", file, "--db", "to", "--table", "everything");
    expect(result).toMatchObject({ table: "everything", version: 1, inserted: 3, updated: 0 });
    const select = Object.keys(everything.columns) as (keyof typeof everything.columns)[];
    expect(await to.find({ select })).toEqual(await from.find({ select }));
    expect(place.json("import", file, "--db", "to", "--table", "everything")).toMatchObject({
      version: 1,
      unchanged: 3,
    });
  });
});

const TEA = `id,name,price,stock,code,tags,since,note
1,"Green tea, loose",3.5,12,0042,"[""tea"",""green""]",2026-01-02T03:04:05Z,
2,Black tea,4,0,0043,[],2026-02-02T03:04:05Z,""
`;

describe("a table that an import makes", () => {
  it("has columns of the kinds that the first rows have", async () => {
    place.write("tea.csv", TEA);
    expect(place.run("import", "tea.csv", "--table", "tea", "--embed", "name").stdout).toBe(
      "2 new rows, 0 changed, 0 as before.\nThis is version 1 of tea.\n",
    );
    const db = await connect(join(place.folder, ".varve"));
    const { columns, primaryKey } = await (await db.openTable("tea")).describe();
    expect([primaryKey, ...columns.map(({ name, kind }) => `${name} ${kind}`)]).toEqual([
      ...["id", "id int", "name text", "price float", "stock int", "code text", "tags json"],
      ...["since timestamp", "note text", "vec vector"],
    ]);
    await db.close();
    expect(place.run("search", "green", "--limit", "1").stdout).toContain('"id":1');
    expect(place.json("get", "2")).toEqual({
      table: "tea",
      version: 1,
      row: {
        ...{ id: 2, name: "Black tea", price: 4, stock: 0, code: "0043", tags: [] },
        ...{ since: "2026-02-02T03:04:05.000Z", note: "" },
      },
    });
    expect(readFileSync(join(place.folder, ".varve", ".gitignore"), "utf8")).toContain("*");
  });

  it("holds rows of JSON Lines as they are", () => {
    place.write(
      "notes.ndjson",
      '{"id":"a","n":1,"parts":[1]}\r\n\n{"id":"b","n":2.5,"on":true,"day":"2026-01-02"}',
    );
    place.json("import", "notes.ndjson", "--table", "notes");
    expect(place.run("export").stdout).toBe(
      '{"id":"a","n":1,"parts":[1],"on":null,"day":null}\n{"id":"b","n":2.5,"parts":null,"on":true,"day":"2026-01-02"}\n',
    );
    expect(place.run("export", "--select", "id,n", "--format", "csv", "--where", "n > 1").stdout).toBe(
      "id,n\nb,2.5\n",
    );
  });
});

describe("the past", () => {
  it("is exported, shown and restored", () => {
    place.write("a.jsonl", '{"id":"a","n":1}\n');
    place.write("b.jsonl", '{"id":"a","n":2}\n{"id":"b","n":3}\n');
    place.json("import", "a.jsonl", "--table", "t");
    place.json("import", "b.jsonl", "--table", "t");
    expect(place.run("export", "--as-of", "1").stdout).toBe('{"id":"a","n":1}\n');
    expect(place.run("get", "a", "--as-of", "1").stdout).toBe("id: a\nn: 1\n");
    expect(place.run("get", "b", "--as-of", "1")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("No row has the key"),
    });
    expect(place.json("restore", "1")).toMatchObject({ from: 1, version: 3 });
    expect(place.run("export").stdout).toBe('{"id":"a","n":1}\n');
    expect(place.run("restore", "2").stdout).toMatch(
      /^t is what it was at version 2, as version 4: \d new, \d changed, \d gone\.\n$/,
    );
    const dry = { name: "t", rows: 0, versions: 0, oldestVersion: 0, bytes: expect.any(Number) };
    expect(place.json("optimize", "--dry-run")).toMatchObject({ tables: [dry] });
    const shown = place.run("optimize", "--dry-run").stdout;
    expect(shown).toMatch(
      /^t: (nothing would go|\d files? \(.*B\) would go)\n( {2}\w+\/\S+ {2}\S+ k?B {2}[a-z ]+\n)*$/,
    );
    expect(place.run("optimize", "--dry-run").stdout).toBe(shown);
    expect(place.run("optimize").stdout).toMatch(/^t: /);
    expect(place.json("optimize")).toEqual({
      tables: [{ name: "t", merged: 0, droppedRows: 0, indexedRows: 0, removedFiles: expect.any(Number) }],
    });
  });
});

describe("a file that cannot be imported", () => {
  const files = {
    "broken.jsonl": '{"id":"a"}\n{"id":\n',
    "list.jsonl": "[1]\n",
    "short.csv": "id,n\na\n",
    "quote.csv": 'id,n\n"a,1\n',
    "latin.csv": new Uint8Array([0x69, 0x64, 0x0a, 0xe4, 0x0a]),
    "mixed.jsonl": '{"id":"a"}\n{"id":1}\n',
    "empty.jsonl": "",
    "twice.csv": "id,n,n\n1,2,3\n",
    "nameless.csv": "id,\n1,2\n",
  };

  it.each(Object.entries(files))("%s is refused, and nothing is written", (file, content) => {
    place.write(file, content);
    const run = place.run("import", file, "--table", "t");
    expect(run.stdout).toBe("");
    expect(run.stderr).toMatchSnapshot();
    expect(run.code).not.toBe(0);
    expect(readdirSync(place.folder)).toEqual([file]);
  });

  it("leaves no table that was guessed from it, so that the right file can be imported", () => {
    const rows = Array.from({ length: 1001 }, (_, id) => JSON.stringify({ id, n: id })).join("\n");
    place.write("rows.jsonl", `${rows}\n{"id":5000,"n":"none"}\n`);
    const run = place.run("import", "rows.jsonl", "--table", "t");
    expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining('Row 1001, "n"') });
    expect(place.json("tables")).toEqual({ tables: [] });
    place.write("rows.jsonl", '{"id":"a","n":"none"}\n');
    expect(place.json("import", "rows.jsonl", "--table", "t")).toMatchObject({ inserted: 1 });
    place.write("rows.jsonl", '{"id":"b","n":1}\n');
    expect(place.run("import", "rows.jsonl", "--table", "t").code).toBe(1);
    expect(place.run("export").stdout).toBe('{"id":"a","n":"none"}\n');
  });

  it("makes no database where it is not there", () => {
    const run = place.run("import", "nowhere.csv", "--table", "t");
    expect(run).toMatchObject({ code: 1, stderr: expect.stringContaining("nowhere.csv cannot be read") });
    expect(readdirSync(place.folder)).toEqual([]);
  });
});

it("says why a file cannot be written, and leaves no part of it", () => {
  place.write("a.jsonl", '{"id":"a"}\n');
  place.json("import", "a.jsonl", "--table", "t");
  const run = place.run("export", "nowhere/rows.csv");
  expect(run).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^varve: nowhere\/rows\.csv cannot be written: ENOENT/),
  });
  expect(run.stderr).not.toContain("bug");
});
