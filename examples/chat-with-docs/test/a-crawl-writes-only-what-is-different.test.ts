import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { CORPUS } from "../server/crawl/corpus.ts";
import { crawl } from "../server/crawl/crawl.ts";
import { folderOf, openTable, shippedTable, tableOf } from "./support/site.ts";

const first = { date: new Date("2025-01-01"), message: "first" };
const second = { date: new Date("2025-02-01"), message: "second" };

it("makes one version of everything that is different, and touches nothing else", async () => {
  const t = await openTable();
  const folder = folderOf({
    "tea.md": "# Tea\n\n## Hot\n\nTea is hot.\n\n## Cold\n\nIt cools.\n",
    "old.md": "# Old\n\nGone soon.",
  });
  await crawl(t, { folder, ...first });
  const next = folderOf({
    "tea.md": "# Tea\n\n## Hot\n\nTea is hot.\n\n## Cold\n\nIt cools in an hour.\n",
    "new.html": "<h1>New</h1><p>Just written.</p>",
  });
  const report = await crawl(t, { folder: next, ...second });
  expect(report).toMatchObject({ version: 2, isNew: true, added: 1, changed: 1, removed: 1, documents: 2 });
  const { added, removed, changed } = await t.passages.diff(1, 2);
  expect([added[0]?.id, removed[0]?.id, changed[0]?.after.id]).toEqual([
    "new.html#new",
    "old.md#old",
    "tea.md#cold",
  ]);
});

it("makes no version where nothing is different", async () => {
  const t = await shippedTable();
  const folder = join(CORPUS, "2025-10-06");
  const report = await crawl(t, { folder, ...second, date: new Date("2025-12-01") });
  expect(report).toMatchObject({ version: 3, isNew: false, added: 0, changed: 0, removed: 0, unread: [] });
});

it("keeps what it knows of a file that cannot be read, and says so", async () => {
  const t = await openTable();
  const folder = folderOf({ "a.md": "# A\n\nFirst text.", "b.md": "# B\n\nSecond text." });
  await crawl(t, { folder, ...first });
  writeFileSync(join(folder, "a.md"), new Uint8Array([0xff, 0xfe, 0x00]));
  writeFileSync(join(folder, "c.pdf"), "no PDF at all");
  const report = await crawl(t, { folder, ...second });
  expect(report.unread.map(({ path }) => path)).toEqual(["a.md", "c.pdf"]);
  expect(report).toMatchObject({ isNew: false, removed: 0 });
  expect(await t.passages.get("a.md#a")).toBeDefined();
});

it("takes away what a file said that is empty now", async () => {
  const t = await tableOf({ "a.md": "# A\n\nFirst text." });
  const report = await crawl(t, { folder: folderOf({ "a.md": "" }), ...second });
  expect(report).toMatchObject({ removed: 1, documents: 1, unread: [] });
  expect(await t.documents.get("a.md")).toMatchObject({
    problem: expect.stringMatching(/no text/) as unknown,
  });
});
