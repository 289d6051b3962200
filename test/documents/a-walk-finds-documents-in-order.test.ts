import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  type DocumentKind,
  documentKind,
  type FoundDocument,
  readDocument,
  splitDocument,
  splitText,
  type WalkOptions,
  walkFolder,
} from "varve/documents";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "varve-documents-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, content: string | Uint8Array = path): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

async function found(options?: WalkOptions): Promise<FoundDocument[]> {
  const documents: FoundDocument[] = [];
  for await (const document of walkFolder(folder, options)) documents.push(document);
  return documents;
}

const paths = async (options?: WalkOptions): Promise<string[]> =>
  (await found(options)).map(({ path }) => path);

describe("walkFolder", () => {
  it("finds documents with how they are written, in the order of their paths", async () => {
    for (const path of [
      "b.md",
      "a/z.txt",
      "a/b/c.HTML",
      "a-b.mdx",
      "a.markdown",
      "a/b.htm",
      "B.md",
      "é.md",
      "x.ts",
    ])
      write(path);
    const documents = await found();
    const sorted = documents.map(({ path }) => path).sort();
    expect(documents.map(({ path }) => path)).toEqual(sorted);
    expect(documents.map(({ path, kind }) => [path, kind])).toEqual([
      ["B.md", "markdown"],
      ["a-b.mdx", "markdown"],
      ["a.markdown", "markdown"],
      ["a/b.htm", "html"],
      ["a/b/c.HTML", "html"],
      ["a/z.txt", "text"],
      ["b.md", "markdown"],
      ["é.md", "markdown"],
    ]);
    for (const { path, file } of documents) expect(await readDocument(file)).toBe(path);
  });

  it("leaves out hidden names, node_modules and links", async () => {
    for (const path of ["a.md", ".hidden.md", ".git/x.md", "node_modules/x.md", "b/node_modules/x.md"])
      write(path);
    const elsewhere = mkdtempSync(join(tmpdir(), "varve-elsewhere-"));
    writeFileSync(join(elsewhere, "s.md"), "secret");
    symlinkSync(elsewhere, join(folder, "link"), "junction");
    expect(await paths()).toEqual(["a.md"]);
    expect(await paths({ hidden: true })).toEqual([".git/x.md", ".hidden.md", "a.md"]);
    expect(await paths({ ignore: [] })).toEqual(["a.md", "b/node_modules/x.md", "node_modules/x.md"]);
    rmSync(elsewhere, { recursive: true });
  });

  it("finds what it is told to, and leaves out what it is told to", async () => {
    for (const path of ["a.md", "a.rst", "drafts/b.md", "c/drafts/d.md", "c/e.md", "c/x.md"]) write(path);
    expect(await paths({ extensions: [".RST"] })).toEqual(["a.rst"]);
    expect(await paths({ ignore: ["drafts", "x.md"] })).toEqual(["a.md", "c/e.md"]);
    const asked: string[] = [];
    const ignore = (path: string): boolean => {
      asked.push(path);
      return path === "c/" || path.endsWith("b.md");
    };
    expect(await paths({ ignore })).toEqual(["a.md"]);
    // What is left out is not looked into.
    expect(asked.sort()).toEqual(["a.md", "a.rst", "c/", "drafts/", "drafts/b.md"]);
  });

  it("goes as deep as there are folders", async () => {
    const path = `${"d/".repeat(200)}a.md`;
    write(path);
    expect(await paths()).toEqual([path]);
  });

  it("ends with its signal", async () => {
    for (const path of ["a.md", "b.md", "c.md"]) write(path);
    const stop = new AbortController();
    const seen: string[] = [];
    const walk = async (): Promise<void> => {
      for await (const { path } of walkFolder(folder, { signal: stop.signal })) {
        seen.push(path);
        stop.abort();
      }
    };
    await expect(walk()).rejects.toMatchObject({ code: "ABORTED" });
    expect(seen).toEqual(["a.md"]);
  });

  it("says what it cannot read, and does not go on as if nothing were there", async () => {
    const file = write("a.md");
    const first = async (place: string): Promise<unknown> => await walkFolder(place).next();
    await expect(first(join(folder, "nowhere"))).rejects.toMatchObject({
      code: "IO",
      message: `${join(folder, "nowhere")} cannot be read: it does not exist.`,
    });
    await expect(first(file)).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      message: `${file} is not a folder.`,
    });
  });

  it.runIf(process.getuid?.() !== 0 && process.platform !== "win32")(
    "throws for a closed folder below (not tried as root, who may read it, nor on Windows, which closes none like that)",
    async () => {
      write("closed/a.md");
      chmodSync(join(folder, "closed"), 0);
      await expect(paths()).rejects.toMatchObject({
        code: "IO",
        message: expect.stringContaining("not permitted"),
      });
      chmodSync(join(folder, "closed"), 0o700);
    },
  );

  it("refuses options that there are not", async () => {
    const wrong: readonly object[] = [
      { extension: [".md"] },
      { extensions: "md" },
      { extensions: ["md"] },
      { extensions: [".tar.gz"] },
      { ignore: "drafts" },
      { ignore: [1] },
      { hidden: "yes" },
      { signal: {} },
      [],
    ];
    for (const options of wrong)
      await expect(paths(options as WalkOptions), JSON.stringify(options)).rejects.toMatchObject({
        code: "INVALID_ARGUMENT",
      });
    await expect(paths({ extension: [".md"] } as WalkOptions)).rejects.toMatchObject({
      message: 'walkFolder takes no option "extension".',
      hint: "Its options are extensions, ignore, hidden, signal.",
    });
  });
});

describe("arguments", () => {
  it("are read at the call, and never again", async () => {
    for (const path of ["a.md", "b.txt", "drafts/c.md"]) write(path);
    const options = { extensions: [".md"], ignore: ["drafts"], hidden: false };
    const walk = walkFolder(folder, options);
    options.extensions.push(".txt");
    options.ignore.pop();
    const seen: string[] = [];
    for await (const { path } of walk) seen.push(path);
    expect(seen).toEqual(["a.md"]);
    expect(() => walkFolder(1 as unknown as string)).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT" }),
    );
  });

  it("that cannot be read are the caller's error", () => {
    const broken = Object.defineProperty({}, "size", {
      enumerable: true,
      get: () => {
        throw new Error("it rains");
      },
    });
    expect(() => splitText("a", broken)).toThrow(
      expect.objectContaining({
        code: "INVALID_ARGUMENT",
        message: "splitText: options cannot be read: it rains.",
      }),
    );
  });
});

describe("readDocument", () => {
  it("gives the text as it is", async () => {
    const content = "\uFEFFone\r\ntwo\u{1f984}";
    expect(await readDocument(write("a.md", content))).toBe(content);
    expect(await readDocument(write("empty.md", ""))).toBe("");
  });

  it("refuses what is no text, and what is too large", async () => {
    const refused = async (path: string, content: string | Uint8Array, maxBytes?: number): Promise<unknown> =>
      await readDocument(write(path, content), { maxBytes }).catch((error: unknown) => error);
    expect(await refused("a.md", Uint8Array.of(0x23, 0xff, 0xfe))).toMatchObject({
      code: "INVALID_DOCUMENT",
      message: `${join(folder, "a.md")} is not a document: it is not UTF-8.`,
    });
    expect(await refused("b.md", "nul \0 byte")).toMatchObject({
      code: "INVALID_DOCUMENT",
      message: expect.stringContaining("it is not text"),
    });
    expect(await refused("c.md", "12345", 4)).toMatchObject({
      code: "INVALID_DOCUMENT",
      message: expect.stringContaining("it is larger than 4 bytes"),
    });
    expect(await refused("d.md", new Uint8Array((16 << 20) + 1))).toMatchObject({
      message: expect.stringContaining("it is larger than 16 MiB"),
    });
    expect(await refused("e.md", "12345", 4 << 20)).toBe("12345");
    truncateSync(write("f.md", ""), 2 ** 32 + 1);
    await expect(readDocument(join(folder, "f.md"), { maxBytes: 2 ** 32 })).rejects.toThrow(
      "it is larger than 4096 MiB",
    );
    expect(await readDocument(write("c.md", "1234"), { maxBytes: 4 })).toBe("1234");
    expect(await readDocument(folder).catch((error: unknown) => error)).toMatchObject({
      code: expect.stringMatching(/^(INVALID_DOCUMENT|IO)$/),
    });
    await expect(readDocument(join(folder, "nowhere"))).rejects.toMatchObject({ code: "IO" });
  });

  it.runIf(process.platform === "linux")("neither waits for a pipe nor reads a device for ever", async () => {
    execFileSync("mkfifo", [join(folder, "pipe.md")]);
    for (const file of [join(folder, "pipe.md"), "/dev/zero"])
      await expect(readDocument(file)).rejects.toMatchObject({
        code: "INVALID_DOCUMENT",
        message: expect.stringContaining("it is not a file"),
      });
    // A file of the system says that it has no bytes, and has some.
    expect(await readDocument("/proc/self/status")).toContain("Name:");
    await expect(readDocument("/proc/self/status", { maxBytes: 10 })).rejects.toMatchObject({
      code: "INVALID_DOCUMENT",
    });
  });
});

describe("splitDocument", () => {
  it("splits by how a document is written", () => {
    const source = "# A\n\n<p>b</p>";
    const textOf = (kind: DocumentKind): (string | undefined)[] =>
      splitDocument(source, kind).map(({ text }) => text);
    expect(textOf("markdown")).toEqual(["<p>b</p>"]);
    expect(textOf("html")).toEqual(["# A\n\nb"]);
    expect(textOf("text")).toEqual([source]);
    expect(
      ["a.md", "A.MDX", "a/b.htm", "a.txt", "a.rst", "README", "a.constructor"].map(documentKind),
    ).toEqual([...["markdown", "markdown", "html", "text", "text", "text", "text"]]);
  });

  it("refuses what it does not know", () => {
    const wrong: readonly (() => unknown)[] = [
      () => splitDocument("a", "pdf" as DocumentKind),
      () => splitDocument("a", "toString" as DocumentKind),
      () => splitText(1 as unknown as string),
      () => splitText("a", { size: 1 }),
      () => splitText("a", { size: 1.5 }),
      () => splitText("a", { size: "9" as unknown as number }),
      () => splitText("a", { overlap: 9 } as object),
      () => splitText("a", 100 as unknown as object),
    ];
    for (const call of wrong) expect(call).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });
});
