import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fillGarden } from "../../support/garden";
import { Studio } from "../../support/studio";
import { executablePath, expectAccessible, Walker, why } from "./walker";

describe.skipIf(executablePath === undefined)(`In Chromium${why}`, () => {
  let walker: Walker;
  beforeAll(async () => {
    walker = await Walker.start((folder) => fillGarden(folder, 300));
  });
  afterAll(() => walker.end());

  it("rows are filtered, counted, ordered and shown in full", async () => {
    const page = await walker.open("/plants/rows");
    const count = page.locator("output.count");
    await count.filter({ hasText: "300 rows" }).waitFor();
    expect(await page.locator("nav.tables button").allInnerTexts()).toEqual(["plants\n300", "words\n2"]);

    await page.getByLabel("where").fill("bed = 'herbs' AND seen < 30");
    await count.filter({ hasText: "10 of 300 rows" }).waitFor();
    await page.getByRole("button", { name: "seen" }).click();
    await page.getByRole("button", { name: "seen" }).click();
    const first = page.locator(".grid .row").first();
    await first.filter({ hasText: "plant-0027" }).waitFor();
    expect(await page.locator("[aria-sort]").getAttribute("aria-sort")).toBe("descending");

    await page.getByLabel("where").fill("bed = = 1");
    const alert = page.getByRole("alert");
    await alert.waitFor();
    expect(await alert.innerText()).toContain('cannot be read after "bed ="');

    await page.getByLabel("where").fill("photo IS NOT NULL");
    await page.locator(".grid img.picture").first().waitFor();
    expect(await page.locator(".grid img.picture").first().getAttribute("src")).toMatch(/^blob:/);
    await page.getByRole("grid").focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    const detail = page.getByRole("complementary", { name: "Row" });
    await detail.locator("pre", { hasText: '"watered"' }).waitFor();
    await detail.locator("img.picture").waitFor();
    expect(await detail.locator(".vector svg").count()).toBe(2);
    await expectAccessible(page);
    await page.keyboard.press("Escape");
  });

  it("a long list is drawn where somebody looks", async () => {
    const page = await walker.open("/plants/rows");
    const grid = page.getByRole("grid");
    await grid.locator(".row").first().waitFor();
    expect(await grid.locator(".row").count()).toBeLessThan(60);
    await grid.evaluate((element) => element.scrollTo(0, element.scrollHeight));
    await grid.getByText("plant-0300").waitFor();
    expect(await grid.getAttribute("aria-rowcount")).toBe("301");
  });

  it("a handle moves with keys, and every pane follows", async () => {
    const page = await walker.open("/plants/rows");
    await page.locator("output.count").filter({ hasText: "300 rows" }).waitFor();
    const handle = page.getByRole("slider", { name: "Version that is read" });
    expect(await handle.getAttribute("aria-valuetext")).toMatch(/^version 6, /);
    await handle.focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowRight");
    await page.locator("output.count").filter({ hasText: "150 rows" }).waitFor();
    expect(await handle.getAttribute("aria-valuetext")).toMatch(/^version 1 @planted, /);
    expect(page.url()).toContain("at=1");
    expect(page.url()).not.toContain("token");

    await page.getByRole("button", { name: "effective" }).click();
    await page
      .locator(".reads")
      .filter({ hasText: "As of version 1 @planted, true since 2026-01-10" })
      .waitFor();
    await page.getByRole("button", { name: "Compare" }).click();
    const from = page.getByRole("slider", { name: "Version that it is compared with" });
    expect(await from.getAttribute("aria-valuetext")).toBe("before the first commit");
    await page.getByRole("button", { name: "Now" }).click();
    await page.locator("output.count").filter({ hasText: "300 rows" }).waitFor();

    const box = await page.locator(".track").boundingBox();
    await page.mouse.click((box?.x ?? 0) + 20, (box?.y ?? 0) + 30);
    await page.reload();
    await page.locator(".reads").filter({ hasText: "From before the first commit" }).waitFor();
  });

  it("a search shows scores, what was found, and how", async () => {
    const page = await walker.open("/plants/search");
    await page.getByRole("searchbox").fill("apple behind the shed");
    const hit = page.locator(".hit").first();
    await hit.locator("mark").first().waitFor();
    expect(await hit.locator("mark").allInnerTexts()).toContain("apple");
    expect(await hit.locator(".scores").innerText()).toMatch(/score[\s\d.]+words[\s\d.]+distance/);
    const explain = page.getByRole("region", { name: "How it was found" });
    await explain.getByText("words count for").waitFor();
    expect(await explain.locator(".funnel").first().innerText()).toContain("rows of the version");
    await expectAccessible(page);

    await page.getByRole("button", { name: "Words", exact: true }).click();
    await page.getByText("by words, version 6").waitFor();
    await page.getByRole("searchbox").fill("sage");
    await page.locator(".hit h3").first().waitFor();
    await page.getByRole("button", { name: "Find similar" }).first().click();
    await page.getByText("Similar to").waitFor();
    await page.getByText("by meaning, version 6").waitFor();
  });

  it("a search between two handles says from when until when", async () => {
    const page = await walker.open(
      "/plants/search?q=apple+behind+the+shed+by+the+gate&from=1&where=id+%3D+'plant-0003'",
    );
    await page.getByText("by meaning, versions 1 to 6").waitFor();
    const spans = await page.locator(".hit .chip").allInnerTexts();
    expect(spans.map((text) => text.replace(/, \d{4}[^ ]* [\d:]+Z/g, "")).toSorted()).toEqual([
      "v1 to v3",
      "v3 to now",
    ]);
  });

  it("a difference is told in words, and what rows hold never runs", async () => {
    const page = await walker.open("/plants/diff?from=2");
    await page.locator(".sums").filter({ hasText: "3 changed" }).waitFor();
    expect(await page.locator(".sums").innerText()).toMatch(/3 changed\s+1 added\s+1 removed/);
    const changed = page.locator(".change", { hasText: "plant-0003" });
    expect(await changed.locator("ins").allInnerTexts()).toEqual(expect.arrayContaining(["An"]));
    const hostile = page.locator(".change", { hasText: "plant-0006" });
    expect(await hostile.innerText()).toContain('<img src=x onerror="alert(1)">');
    expect(await page.locator(".change img, .change b, .commit script").count()).toBe(0);
    await expectAccessible(page);
  });

  it("a map shows vectors, rows that are picked on it, and the past", async () => {
    const page = await walker.open("/plants/map");
    const map = page.getByRole("application");
    await page.getByText(/^300 rows; two dimensions show/).waitFor();
    expect(await map.getAttribute("aria-label")).toMatch(/^Map of 300 rows by vec\./);
    await page.waitForTimeout(100);
    const box = await map.boundingBox();
    const [x, y] = [box?.x ?? 0, box?.y ?? 0];
    await page.mouse.move(x + 4, y + 4);
    await page.mouse.down();
    await page.mouse.move(x + (box?.width ?? 0) - 4, y + (box?.height ?? 0) - 4, { steps: 3 });
    await page.mouse.up();
    await page.getByRole("heading", { name: "300 rows picked" }).waitFor();
    await page.locator(".picked button").first().click();
    await page.getByRole("complementary", { name: "Row" }).locator("dt").first().waitFor();
    await expectAccessible(page);
    await map.focus();
    for (const key of ["+", "+", "+", "ArrowLeft", "Enter"]) await page.keyboard.press(key);
    await page.getByRole("heading", { name: /^([1-9]|[1-9]\d|1\d\d|2\d\d) rows? picked/ }).waitFor();

    await page.getByRole("button", { name: "Play the past" }).click();
    await page.getByText(/^150 rows; two dimensions show/).waitFor();
    await page.getByText(/^299 rows; two dimensions show/).waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    expect(await page.getByRole("slider").getAttribute("aria-valuetext")).not.toMatch(/^version 1 /);
  });

  it("the schema tells columns, functions, indexes and sizes", async () => {
    const page = await walker.open("/plants/schema");
    await page.getByRole("row", { name: /^vec vector/ }).waitFor();
    expect(await page.getByRole("row", { name: /^bed / }).innerText()).toContain("values are indexed");
    expect(await page.getByRole("region", { name: "Sizes" }).innerText()).toContain("0 to 6");
    expect(await page.getByRole("region", { name: "Indexes" }).innerText()).toContain("bed, its values");
    await expectAccessible(page);
  });

  it("the history leads to what a commit changed", async () => {
    const page = await walker.open("/plants/history");
    await page.locator(".commit").first().waitFor();
    expect(await page.locator(".commit .version").allInnerTexts()).toEqual(["6", "5", "4", "3", "2", "1"]);
    expect(await page.getByRole("button", { name: "Tag" }).count()).toBe(0);
    await expectAccessible(page);
    await page
      .locator(".commit", { hasText: "frost" })
      .getByRole("button", { name: "What it changed" })
      .click();
    await page.locator(".sums").filter({ hasText: "1 removed" }).waitFor();
  });

  it("a version is named and brought back where that was asked for", async () => {
    const studio = await Studio.start(walker.folder, "--write");
    try {
      const page = await walker.open("/words/history", { studio });
      await page.getByRole("button", { name: "Tag" }).first().click();
      await page.getByLabel("Name of version 1").fill("mine");
      await page.keyboard.press("Enter");
      await page.locator(".commit .chip", { hasText: "mine" }).waitFor();
      await page.getByRole("button", { name: "Restore" }).click();
      await page.getByRole("button", { name: "Restore version 1 in a new commit" }).waitFor();
      await page.getByRole("button", { name: "Cancel" }).click();
    } finally {
      await studio.end();
    }
  });

  it("fits a phone", async () => {
    const page = await walker.open("/plants/rows", { width: 390, height: 844 });
    const panes = {
      rows: ".grid .row",
      "search?q=sage": ".hit",
      diff: ".sums",
      schema: ".facts",
      history: ".commit",
    };
    for (const [pane, there] of Object.entries(panes)) {
      await page.evaluate((hash) => {
        location.hash = hash;
      }, `/plants/${pane}`);
      await page.locator(there).first().waitFor();
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(wide, pane).toBeLessThanOrEqual(390);
    }
    await expectAccessible(page);
  });

  it("is closed to who lacks the token, and opens with a pasted address", async () => {
    const page = await walker.open("/plants/rows");
    const url = new URL(page.url()).origin;
    const token = await page.evaluate(() => sessionStorage.getItem("varve-studio-token"));
    await page.evaluate(() => sessionStorage.clear());
    page.removeAllListeners("console");
    await page.goto(`${url}/#/plants/rows`);
    await page.reload();
    await page.getByRole("heading", { name: "This studio is closed to this tab" }).waitFor();
    await page.getByRole("textbox").fill(`${url}/#token=${token}`);
    await page.getByRole("button", { name: "Open" }).click();
    await page.locator("output.count").filter({ hasText: "300 rows" }).waitFor();
  });
});
