import { request } from "node:http";
import { describe, expect, it } from "vitest";
import { crawl } from "../server/crawl/crawl.ts";
import type { Listing, Uploaded } from "../server/shelf.ts";
import { ask, folderOf, listen, openTable, partsOf, shippedTable, tableOf } from "./support/site.ts";

const TEA = { "guides/tea.md": "# Tea\n\n## Brewing tea\n\nTea is brewed with hot water.\n" };
const json = { "content-type": "application/json" };

async function list(site: string, asOf?: string | number): Promise<Listing> {
  const response = await fetch(`${site}/api/documents${asOf === undefined ? "" : `?asOf=${asOf}`}`);
  expect(response.status).toBe(200);
  return (await response.json()) as Listing;
}

async function send(
  site: string,
  files: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>>,
  headers = {},
) {
  const form = new FormData();
  form.set("paths", JSON.stringify(Object.keys(files)));
  for (const content of Object.values(files)) form.append("file", new Blob([content]), "a");
  const response = await fetch(`${site}/api/documents`, { method: "PUT", body: form, headers });
  return {
    status: response.status,
    body: (await response.json()) as { files: Uploaded[]; message?: string },
  };
}

const change = (site: string, method: string, path: string, body: object, headers = {}): Promise<Response> =>
  fetch(`${site}/api/documents${path}`, {
    method,
    headers: { ...json, ...headers },
    body: JSON.stringify(body),
  });

describe("The documents", () => {
  it("are listed with size, passages and last change, as of any version", async () => {
    const site = await listen(await shippedTable());
    const now = await list(site);
    expect(now).toMatchObject({ point: { version: 3 }, isNewest: true });
    expect(now.documents.map(({ path }) => path)).toEqual(now.documents.map(({ path }) => path).toSorted());
    expect(now.documents.find(({ path }) => path === "shop/refunds.html")).toEqual({
      path: "shop/refunds.html",
      title: "Refunds and returns",
      passages: 6,
      first: expect.stringContaining("shop/refunds.html#") as unknown,
      bytes: expect.any(Number) as unknown,
      changedAt: "2025-10-06T00:00:00.000Z",
      unread: null,
      isUpload: false,
    });
    const then = await list(site, 1);
    expect(then).toMatchObject({ point: { version: 1 }, isNewest: false });
    expect(then.documents.map(({ path }) => path)).not.toContain("shop/gift-cards.html");
    expect(then.documents.find(({ path }) => path === "shop/refunds.html")?.changedAt).toBe(
      "2025-03-03T00:00:00.000Z",
    );
    expect((await list(site, "2024-01-01")).documents).toEqual([]);
  });

  it("that could not be read say why and what to do, and keep what was known", async () => {
    const t = await tableOf(TEA);
    const folder = folderOf({
      "guides/tea.md": new Uint8Array([0xff, 0xfe, 0x00]),
      "scan.pdf": "no PDF at all",
      "empty.txt": " \n",
    });
    await crawl(t, { folder, date: new Date("2025-02-01"), message: "second" });
    const { documents } = await list(await listen(t));
    expect(
      documents.map(({ path, passages, unread }) => ({ path, passages, ...unread })),
    ).toMatchInlineSnapshot(`
      [
        {
          "next": "Write something into it, or remove it.",
          "passages": 0,
          "path": "empty.txt",
          "problem": "There is no text in it that people see, below a heading or without one.",
        },
        {
          "next": "Save it again in the encoding UTF-8.",
          "passages": 1,
          "path": "guides/tea.md",
          "problem": "It is not UTF-8 text.",
        },
        {
          "next": "Open it in a PDF reader; if that works, print it as a new PDF.",
          "passages": 0,
          "path": "scan.pdf",
          "problem": "It is no whole PDF.",
        },
      ]
    `);
  });
});

describe("An upload", () => {
  it("is one version of all its files, says what became of each, and is found", async () => {
    const t = await tableOf(TEA);
    const site = await listen(t);
    const { body } = await send(site, {
      "guides/tea.md": TEA["guides/tea.md"],
      "guides/coffee.txt": "Coffee\n\nCoffee is brewed with water of 94 degrees.",
      "sheet.xlsx": "none",
      "broken.pdf": "none",
    });
    expect(body.files.map(({ path, state, passages }) => [path, state, passages])).toEqual([
      ["guides/tea.md", "same", 1],
      ["guides/coffee.txt", "new", 1],
      ["sheet.xlsx", "unread", 0],
      ["broken.pdf", "unread", 0],
    ]);
    expect(body.files[2]?.unread).toEqual({
      problem: "Files that end in .xlsx are not read.",
      next: "Save it as one of .md, .mdx, .markdown, .html, .htm, .xhtml, .txt, .pdf.",
    });
    expect(await t.passages.version()).toBe(2);
    expect(partsOf(await ask(site, "How is coffee brewed?"))).toEqual([
      "Coffee is brewed with water of 94 degrees.",
    ]);
    const { documents } = await list(site);
    expect(documents.map(({ path }) => path)).toEqual(["broken.pdf", "guides/coffee.txt", "guides/tea.md"]);
    expect(documents[1]?.changedAt?.slice(0, 4)).not.toBe("2025");
    expect(documents[2]?.changedAt).toBe("2025-01-01T00:00:00.000Z");
  });

  it("replaces a document of its path, and what that said before stays in the past", async () => {
    const t = await tableOf(TEA);
    const site = await listen(t);
    await send(site, { "guides/tea.md": "# Tea\n\n## Cold tea\n\nTea is brewed with cold water.\n" });
    expect(partsOf(await ask(site, "How is tea brewed?"))).toEqual(["Tea is brewed with cold water."]);
    expect(partsOf(await ask(site, "How is tea brewed?", 1))).toEqual(["Tea is brewed with hot water."]);
  });

  it("stays when a folder without it is crawled", async () => {
    const t = await tableOf(TEA);
    const site = await listen(t);
    await send(site, { "mine/notes.md": "# Notes\n\nThe kettle is blue.\n" });
    await crawl(t, { folder: folderOf({}), date: new Date(Date.now() + 1000), message: "empty" });
    expect((await list(site)).documents.map(({ path }) => path)).toEqual(["mine/notes.md"]);
  });

  it("works where the newest version is of a later day", async () => {
    const t = await openTable();
    await crawl(t, { folder: folderOf(TEA), date: new Date("2060-01-01"), message: "planned" });
    const site = await listen(t);
    expect((await send(site, { "a.md": "# A\n\nOne.\n" })).status).toBe(200);
    expect(await list(site)).toMatchObject({ point: { effectiveAt: "2060-01-01T00:00:00.000Z" } });
  });

  it.each([
    ["../up.md"],
    ["/root.md"],
    ["a/./b.md"],
    ["a//b.md"],
    ["a\\b.md"],
    [".hidden/a.md"],
    ["a\u0000.md"],
    ["a\u202e.md"],
    ["a/ b.md"],
    [`${"a".repeat(121)}.md`],
    ["a/".repeat(150)],
  ])("of the path %j is refused, and not what comes with it", async (path) => {
    const t = await tableOf(TEA);
    const site = await listen(t);
    const { body } = await send(site, { [path]: "# A\n\nOne.\n", "good.md": "# Good\n\nTwo.\n" });
    expect(body.files).toMatchObject([{ state: "unread", passages: 0 }, { state: "new" }]);
    expect((await list(site)).documents.map((one) => one.path)).toEqual(["good.md", "guides/tea.md"]);
  });

  it("is bounded: bytes of a file, files of a request, one file for each path", async () => {
    const t = await tableOf(TEA);
    const site = await listen(t);
    expect((await send(site, { "a.md": new Uint8Array(25 << 20) })).status).toBe(413);
    const { body } = await send(site, { "a.md": new Uint8Array((20 << 20) + 1) });
    expect(body.files[0]?.unread?.problem).toBe("It has 20.1 MB; at most 20 MB are read.");
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`${at}.md`, "# A\n\nOne."]));
    expect((await send(site, many)).status).toBe(400);
    const twice = new FormData();
    twice.set("paths", '["a.md","a.md"]');
    twice.append("file", new Blob(["1"]), "a");
    twice.append("file", new Blob(["2"]), "a");
    for (const body of [twice, "none", new FormData()])
      expect((await fetch(`${site}/api/documents`, { method: "PUT", body })).status).toBe(400);
    expect(await t.passages.version()).toBe(1);
  });
});

describe("A document that goes", () => {
  it("by deletion is gone now, and the past still has it", async () => {
    const site = await listen(await tableOf(TEA));
    expect((await change(site, "DELETE", "", { path: "guides/tea.md" })).status).toBe(200);
    expect((await list(site)).documents).toEqual([]);
    expect((await list(site, 1)).documents.map(({ path }) => path)).toEqual(["guides/tea.md"]);
    expect(partsOf(await ask(site, "How is tea brewed?", 1))).toEqual(["Tea is brewed with hot water."]);
    const again = await change(site, "DELETE", "", { path: "guides/tea.md" });
    expect([again.status, await again.json()]).toEqual([
      400,
      { message: "The newest version has no such document." },
    ]);
  });

  it("by erasure was never there, in any version", async () => {
    const t = await tableOf(TEA);
    const site = await listen(t);
    await send(site, {
      "guides/tea.md": "# Tea\n\n## Brewing tea\n\nTea is brewed with cold water.\n",
      "b.md": "# B\n\nTwo.",
    });
    const would = await fetch(`${site}/api/documents/erase?path=guides/tea.md`);
    expect(await would.json()).toMatchObject({ current: 1, passages: 2 });
    expect((await change(site, "POST", "/erase", { path: "guides/tea.md" })).status).toBe(400);
    const erased = await change(site, "POST", "/erase", { path: "guides/tea.md", confirm: "guides/tea.md" });
    expect(await erased.json()).toMatchObject({
      current: 1,
      passages: 2,
      filesLeft: 0,
      point: { version: 3 },
    });
    for (const version of [1, 2, 3]) {
      const paths = (await list(site, version)).documents.map(({ path }) => path);
      expect(paths).not.toContain("guides/tea.md");
    }
    expect(JSON.stringify(await t.passages.history())).not.toContain("tea");
    expect(await t.documents.asOf(1).find()).toEqual([]);
  });

  it("goes by the server's own page alone", async () => {
    const t = await tableOf(TEA);
    const site = await listen(t);
    const path = "guides/tea.md";
    const foreign = { "sec-fetch-site": "cross-site" };
    expect((await change(site, "DELETE", "", { path }, { "content-type": "text/plain" })).status).toBe(400);
    for (const headers of [{ origin: "http://attacker.example" }, { origin: "null" }, foreign]) {
      const status = await new Promise((resolve) => {
        const body = JSON.stringify({ path, confirm: path });
        const sent = request(`${site}/api/documents/erase`, {
          method: "POST",
          headers: { ...json, ...headers },
        });
        sent.on("response", (response) => resolve(response.resume().statusCode));
        sent.end(body);
      });
      expect(status).toBe(400);
    }
    expect(await t.passages.version()).toBe(1);
    const own = await change(site, "DELETE", "", { path }, { origin: site, "sec-fetch-site": "same-origin" });
    expect(own.status).toBe(200);
  });
});
