// The memory of files: commands and answers as Anthropic documents them for its memory tool, and every version of every file.

import { connect, embed, table, text, type VarveError } from "varve";
import { type MemoryCommand, type MemoryTool, memoryFiles, memoryTable, memoryTool } from "varve/ai";
import { describe, expect, it, onTestFinished } from "vitest";
import { memoryDatabase, temporaryFolder } from "../support/database";
import { hashEmbedding } from "../support/hash-embedding";

const opened = async () => await (await memoryDatabase()).table(memoryTable());

async function answer(memory: MemoryTool, input: unknown): Promise<string> {
  try {
    return await memory.execute(input as MemoryCommand);
  } catch (error) {
    const { code, message, hint } = error as VarveError;
    expect(hint).toBeUndefined();
    return `${code}: ${message}`;
  }
}

const create = (path: string, file_text = "") => ({ command: "create", path, file_text });
const view = (path: string, view_range?: unknown) => ({ command: "view", path, view_range });
const replace = (path: string, old_str: string, new_str?: string) => ({
  command: "str_replace",
  path,
  old_str,
  new_str,
});
const insert = (path: string, insert_line: unknown, insert_text: string) => ({
  command: "insert",
  path,
  insert_line,
  insert_text,
});
const rename = (old_path: string, new_path: string) => ({ command: "rename", old_path, new_path });
const remove = (path: string) => ({ command: "delete", path });

describe("a memory of files", () => {
  it("answers as it is documented", async () => {
    const memory = memoryTool(await opened());
    const story = [
      view("/memories"),
      create("/memories/notes.txt", "Hello World\nThis is line two\n"),
      create("/memories/notes.txt", "again"),
      view("/memories/notes.txt"),
      view("/memories/notes.txt", [2, 2]),
      view("/memories/notes.txt", [2, -1]),
      view("/memories/notes.txt", [3, 4]),
      replace("/memories/notes.txt", "World", "Memory"),
      replace("/memories/notes.txt", "World", "x"),
      replace("/memories/notes.txt", "l", "x"),
      replace("/memories/notes.txt", "", "x"),
      replace("/memories/notes.txt", " two"),
      insert("/memories/notes.txt", 0, "Title\n"),
      insert("/memories/notes.txt", 3, "the end"),
      insert("/memories/notes.txt", 9, "x"),
      view("/memories/notes.txt"),
      create("/memories/people/ada/diet.md", "no nuts"),
      create("/memories/people/ada/deep/er/x.md", "0123456789"),
      create("/memories/.hidden", "x"),
      create("/memories/people", "x"),
      create("/memories/notes.txt/x", "x"),
      view("/memories/"),
      view("/memories/people"),
      rename("/memories/people/ada", "/memories/ada"),
      rename("/memories/nothing", "/memories/x"),
      rename("/memories/ada", "/memories/notes.txt"),
      rename("/memories/ada", "/memories/ada/x"),
      rename("/memories", "/memories/x"),
      view("/memories"),
      remove("/memories/ada"),
      remove("/memories/ada"),
      remove("/memories"),
      view("/memories/ada"),
      replace("/memories/ada", "x", "y"),
      insert("/memories/ada", 0, "y"),
      view("/memories"),
    ];
    const lines: string[] = [];
    for (const input of story) {
      const { command, ...rest } = input;
      lines.push(`> ${command} ${JSON.stringify(Object.values(rest))}`, await answer(memory, input));
    }
    expect(lines.join("\n")).toMatchSnapshot();
  });

  it.each([
    "/memories/../secret",
    "/memories/a/../../b",
    "/memories/./a",
    "/memories//a",
    "/memories/%2e%2e/a",
    "/memories/%2E%2e%2Fa",
    "/memories\\..\\a",
    "/memories/a\0b",
    "/memories/a\nb",
    "/memoriesx/a",
    "memories/a",
    "/etc/passwd",
    "",
    "~",
    `/memories/${"a".repeat(600)}`,
  ])("refuses the path %j in every command", async (path) => {
    const memory = memoryTool(await opened());
    await memory.execute({ command: "create", path: "/memories/a", file_text: "a" });
    const commands = [
      view(path),
      create(path),
      replace(path, "a"),
      insert(path, 0, "a"),
      remove(path),
      rename("/memories/a", path),
      rename(path, "/memories/b"),
    ];
    for (const input of commands)
      expect(await answer(memory, input)).toMatch(/^INVALID_ARGUMENT: Error: The path/);
    expect(await answer(memory, view("/memories/a"))).toContain("\ta");
  });

  it("cuts what is too long, and says how to go on", async () => {
    const memory = memoryTool(await opened(), { maxText: 100, maxFile: 5000 });
    const long = Array.from({ length: 100 }, (_, n) => `line ${n + 1}`).join("\n");
    await answer(memory, create("/memories/long", long));
    const shown = await answer(memory, view("/memories/long"));
    expect(shown).toContain("lines 8 to 100 are left out. View them with view_range [8, 100].");
    expect(await answer(memory, view("/memories/long", [99, -1]))).toContain("   100\tline 100");
    expect(await answer(memory, create("/memories/huge", "x".repeat(5001)))).toContain(
      "at most 5000 are allowed",
    );
    expect(await answer(memory, replace("/memories/long", "line 50\n", "x".repeat(5000)))).toContain(
      "at most 5000",
    );
    await answer(memory, create("/memories/wide", "y".repeat(200)));
    expect((await answer(memory, view("/memories/wide"))).length).toBeLessThan(200);
  });

  it("loses no edit of several at once", async () => {
    const folder = temporaryFolder();
    const dbs = [await connect(folder), await connect(folder)];
    onTestFinished(async () => void (await Promise.all(dbs.map((db) => db.close()))));
    const memories = await Promise.all(dbs.map(async (db) => memoryTool(await db.table(memoryTable()))));
    const [first] = memories;
    await first?.execute({ command: "create", path: "/memories/log", file_text: "" });
    await Promise.all(
      memories.flatMap((memory, m) =>
        [0, 1, 2, 3].map((n) =>
          memory.execute({
            command: "insert",
            path: "/memories/log",
            insert_line: 0,
            insert_text: `${m}${n}\n`,
          }),
        ),
      ),
    );
    const files = memoryFiles(await (dbs[0] as NonNullable<(typeof dbs)[0]>).table(memoryTable()));
    const lines = (await files.read("/memories/log"))?.trim().split("\n").sort();
    expect(lines).toEqual(["00", "01", "02", "03", "10", "11", "12", "13"]);
    const racing = memories.map((memory) => answer(memory, create("/memories/once", "x")));
    expect((await Promise.all(racing)).sort()).toEqual([
      "File created successfully at: /memories/once",
      "INVALID_ARGUMENT: Error: File /memories/once already exists",
    ]);
    const moving = memories.map((memory, n) => answer(memory, rename("/memories/once", `/memories/to${n}`)));
    expect((await Promise.all(moving)).filter((one) => one.startsWith("Successfully"))).toHaveLength(1);
  });

  it("takes many commands at once", async () => {
    const memory = memoryTool(await opened());
    const paths = Array.from({ length: 150 }, (_, n) => `/memories/${n}`);
    await Promise.all(paths.map((path) => memory.execute({ command: "create", path, file_text: "" })));
    const command = { command: "insert", path: "/memories/0", insert_line: 0, insert_text: "x\n" } as const;
    await Promise.all(paths.map(() => memory.execute(command)));
    expect(await answer(memory, view("/memories/0"))).toContain(" 150\tx");
  });

  it("makes no file of what is a folder, whoever is first", async () => {
    const folder = temporaryFolder();
    const dbs = [await connect(folder), await connect(folder)];
    onTestFinished(async () => void (await Promise.all(dbs.map((db) => db.close()))));
    const [one, other] = (await Promise.all(dbs.map((db) => db.table(memoryTable())))) as [Files, Files];
    const numbers = [0, 1, 2, 3, 4, 5];
    const answers = await Promise.all(
      numbers.flatMap((n) => [
        answer(memoryTool(one), create(`/memories/${n}`)),
        answer(memoryTool(other), create(`/memories/${n}/below`)),
      ]),
    );
    expect(answers.filter((said) => said.startsWith("File created"))).toHaveLength(numbers.length);
    expect(await memoryFiles(one).list()).toHaveLength(numbers.length);
  });

  it("keeps the files of each scope apart", async () => {
    const t = await opened();
    const ada = memoryTool(t, { scope: "ada" });
    const bob = memoryTool(t, { scope: "bob" });
    await answer(ada, create("/memories/x", "of ada"));
    expect(await answer(bob, view("/memories/x"))).toContain("does not exist");
    expect(await answer(bob, remove("/memories/x"))).toContain("does not exist");
    await answer(bob, create("/memories/x", "of bob"));
    expect(await memoryFiles(t, { scope: "ada" }).list()).toEqual([{ path: "/memories/x", text: "of ada" }]);
    expect(await memoryFiles(t, { scope: "bob" }).purge("/memories")).toBe(1);
    expect(await memoryFiles(t, { scope: "ada" }).read("/memories/x")).toBe("of ada");
  });
});

describe("the files of a memory", () => {
  it("are read, restored and forgotten as they were", async () => {
    const t = await opened();
    const memory = memoryTool(t);
    const files = memoryFiles(t);
    await answer(memory, create("/memories/a", "one"));
    await answer(memory, replace("/memories/a", "one", "two"));
    await answer(memory, remove("/memories/a"));
    expect(await files.read("/memories/a")).toBeUndefined();
    expect(await files.read("/memories/a", 2)).toBe("two");
    expect(await files.list("/memories", 1)).toEqual([{ path: "/memories/a", text: "one" }]);
    expect(
      (await files.history("/memories/a")).map(({ from, to, row }) => [row.text, from.version, to?.version]),
    ).toEqual([
      ["one", 1, 2],
      ["two", 2, 3],
    ]);
    await files.restore("/memories/a", 1);
    expect(await answer(memory, view("/memories/a"))).toContain("\tone");
    const { changed } = await t.diff(1, 2);
    expect(changed.map(({ before, after }) => [before.text, after.text])).toEqual([["one", "two"]]);
    expect(await files.purge("/memories")).toBe(3);
    expect(await files.history("/memories/a")).toEqual([]);
  });

  it("are not restored where a folder or a file above came since", async () => {
    const t = await opened();
    const memory = memoryTool(t);
    const files = memoryFiles(t);
    await answer(memory, create("/memories/a", "a file"));
    await answer(memory, create("/memories/b/c", "in a folder"));
    await answer(memory, remove("/memories/a"));
    await answer(memory, remove("/memories/b"));
    await answer(memory, create("/memories/a/d"));
    await answer(memory, create("/memories/b"));
    expect(await refusal(() => files.restore("/memories/a", 1))).toBe(
      "INVALID_ARGUMENT: Error: The path /memories/a is a folder, and no file can be in its place ",
    );
    expect(await refusal(() => files.restore("/memories/b/c", 2))).toBe(
      "INVALID_ARGUMENT: Error: The path /memories/b is a file, and nothing can be below it ",
    );
    expect((await files.list()).map(({ path }) => path)).toEqual(["/memories/a/d", "/memories/b"]);
  });

  it("may be in a table of one's own, which is searched", async () => {
    const notes = table("notes", { path: text().primaryKey(), text: text() }, (c) => ({
      vector: embed(hashEmbedding(), c.text),
    }));
    const t = await (await memoryDatabase()).table(notes);
    const memory = memoryTool(t);
    await answer(memory, create("/memories/a", "ada eats no nuts"));
    await answer(memory, rename("/memories/a", "/memories/b"));
    const [hit] = await t.search("nuts", { mode: "vector" });
    expect(hit?.path).toBe("/memories/b");
  });
});

async function refusal(run: () => unknown): Promise<string> {
  try {
    await run();
    return "taken";
  } catch (error) {
    const { code, message, hint } = error as VarveError;
    return `${code}: ${message} ${hint ?? ""}`;
  }
}

type Files = Awaited<ReturnType<typeof opened>>;

const odd: Record<string, (t: Files) => unknown> = {
  "no command": (t) => memoryTool(t).execute({} as never),
  "an unknown command": (t) => memoryTool(t).execute({ command: "undo" } as never),
  "a command without its path": (t) => memoryTool(t).execute({ command: "view" } as never),
  "a text that is a number": (t) => memoryTool(t).execute(create("/memories/a", 1 as never) as never),
  "a line that is a text": (t) => memoryTool(t).execute(insert("/memories/a", "1", "x") as never),
  "a range that is a number": (t) => memoryTool(t).execute(view("/memories/a", 1) as never),
  "a part that there is not": (t) => memoryTool(t).execute({ ...view("/memories"), deep: true } as never),
  "a scope with a slash": (t) => memoryTool(t, { scope: "a/memories" }),
  "a limit that is none": (t) => memoryTool(t, { maxText: 0 }),
  "an option that there is not": (t) => memoryTool(t, { scpe: "a" } as never),
  "an option of memoryFiles that there is not": (t) => memoryFiles(t, { scpe: "a" } as never),
  "a version that there is not": (t) => memoryFiles(t).restore("/memories/a", 0),
  "a table that holds no files": async () => {
    const other = await (await memoryDatabase()).table(table("other", { id: text().primaryKey() }));
    await memoryTool(other).execute({ command: "view", path: "/memories" });
  },
};

describe("a memory of files refuses", () => {
  it.each(Object.entries(odd))("%s", async (_, run) => {
    const t = await opened();
    expect(await refusal(() => run(t))).toMatchSnapshot();
  });
});
