// The application in a real Chromium: what a person sees and can do. Skipped, with the reason, where there is no Chromium.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { extractive } from "../server/answer/extractive.ts";
import { answererFor } from "../server/answer/model.ts";
import { crawl } from "../server/crawl/crawl.ts";
import { said, scriptedModel } from "./support/model-server.ts";
import { folderOf, listen, shippedTable } from "./support/site.ts";

const places = [
  process.env["CHROMIUM"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];
const executablePath = places.find((place) => place !== undefined && existsSync(place));
const client = join(import.meta.dirname, "../dist/client");
const why =
  executablePath === undefined ? " (skipped: no Chromium on this machine; set CHROMIUM to its path)" : "";

const DEPOSIT = "How large is the deposit for a rental bicycle?";

describe.skipIf(executablePath === undefined)(`In Chromium${why}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    // The pages are our own, from this machine; a container has no sandbox to offer.
    browser = await chromium.launch({ executablePath: executablePath ?? "", args: ["--no-sandbox"] });
  });
  afterAll(() => browser?.close());

  /** A page of the application; whatever it complains about or asks of others fails the test. */
  async function open(t = shippedTable(), path = "/", answerer = extractive()): Promise<Page> {
    const site = await listen(await t, { client, answerer });
    const page = await browser.newPage({ viewport: { width: 1100, height: 800 } });
    const complaints: string[] = [];
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => request.url().startsWith(site) || complaints.push(request.url()));
    onTestFinished(async () => {
      await page.close();
      expect(complaints).toEqual([]);
    });
    await page.goto(site + path);
    return page;
  }

  async function ask(page: Page, question: string): Promise<string> {
    const cards = page.locator(".turn");
    const count = await cards.count();
    await page.getByRole("textbox", { name: "Your question" }).fill(question);
    await page.keyboard.press("Enter");
    const card = cards.nth(count);
    await card.locator(".again").waitFor();
    return (await card.textContent()) ?? "";
  }

  it("answers now, and as of a day, and a citation opens what was read then", async () => {
    const page = await open();
    expect(await ask(page, DEPOSIT)).toContain("We block a deposit of 150 euros");
    await page.locator(".scope summary").click();
    await page.getByLabel("As of").fill("2025-04-30");
    expect(await page.locator("output").textContent()).toBe("Reads Mar 3, 2025 · v1");
    const then = await ask(page, DEPOSIT);
    expect(then).toContain("We block a deposit of 100 euros");
    expect(then).toContain("Mar 3, 2025 · v1");
    expect(then).toContain("No language model");

    await page.locator(".turn").nth(1).locator(".cite").first().click();
    const panel = page.getByRole("dialog");
    await panel.locator(".here mark").waitFor();
    expect(await panel.locator(".here mark").textContent()).toBe(
      "We block a deposit of 100 euros on your card for each bicycle.",
    );
    expect(await panel.locator(".since del").allInnerTexts()).toEqual(["100"]);
    expect(await panel.locator(".since ins").allInnerTexts()).toEqual(["150"]);
    await page.keyboard.press("Escape");
    await panel.waitFor({ state: "detached" });
    expect(await page.locator(".turn").count()).toBe(2);
  });

  it("says under an answer when it changed, and leads there", async () => {
    const page = await open();
    await ask(page, "How many days do I have to return something I bought?");
    const line = page.locator(".turn .times");
    expect(await line.locator("li").allTextContents()).toEqual([
      "until Jun 2, 2025 … back within 14 days of …",
      "since Jun 2, 2025 … back within 30 days of …",
    ]);
    expect(await line.locator("[aria-current]").textContent()).toContain("30 days");
    await line.getByRole("button", { name: "14 days" }).click();
    const then = page.locator(".turn").nth(1);
    await then.locator(".again").waitFor();
    expect(await then.locator(".quote").first().textContent()).toContain("14 days");
    expect(await then.locator(".stamp").textContent()).toBe("Mar 3, 2025 · v1");
    expect(await then.locator(".times [aria-current]").textContent()).toContain("14 days");
  });

  it("opens a citation from its address alone", async () => {
    const page = await open(
      shippedTable(),
      `/#/passage/2/${encodeURIComponent("shop/visit.html#opening-hours")}`,
    );
    const here = page.getByRole("dialog").locator(".here");
    await here.waitFor();
    expect(await here.textContent()).toContain("Saturday from 10 to 4. Closed on Sunday.");
  });

  it("shows what changed since an answer", async () => {
    const page = await open();
    await page.locator(".scope summary").click();
    await page.getByRole("button", { name: "Mar 3, 2025" }).click();
    await ask(page, "How many days do I have to return something I bought?");
    await page.getByRole("link", { name: "What changed since" }).click();
    // Many documents changed: they are folded, and a filter unfolds what is left.
    await page.getByRole("searchbox", { name: "Filter what changed" }).fill("how long you have");
    const change = page.locator(".change", { hasText: "How long you have" });
    await change.waitFor();
    expect(await change.locator("del").allInnerTexts()).toEqual(["14"]);
    expect(await change.locator("ins").allInnerTexts()).toEqual(["30"]);
  });

  it("takes documents, says which it cannot read, and deletes one from today alone", async () => {
    const page = await open(shippedTable(), "/#/documents");
    await page.getByText("docs").first().waitFor();
    await page.getByLabel("Files", { exact: true }).setInputFiles([
      {
        name: "tea.md",
        mimeType: "text/markdown",
        buffer: Buffer.from("# Tea\n\nGreen tea wants water of 80 degrees.\n"),
      },
      { name: "broken.pdf", mimeType: "application/pdf", buffer: Buffer.from("no pdf") },
    ]);
    await page.getByText("2 files: 1 new, 1 not read.").waitFor();
    expect(await page.locator(".drop .failed").textContent()).toContain("broken.pdf");
    const tea = page.locator(".item", { hasText: "tea.md" });
    await tea.waitFor();
    if (process.env["PICTURES"]) await page.screenshot({ path: `${process.env["PICTURES"]}/documents.png` });
    await page.getByRole("searchbox", { name: "Filter the documents" }).fill("tea");
    expect(await page.locator(".item").count()).toBe(1);
    await tea.getByRole("button", { name: "Delete tea.md" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Delete", exact: true }).click();
    await page.getByText("tea.md was deleted. Earlier versions still have it.").waitFor();
    await tea.waitFor({ state: "detached" });
    const versions = page.locator(".range select");
    await versions.locator("option").nth(4).waitFor({ state: "attached" });
    const before = await versions.locator("option").nth(1).getAttribute("value");
    await versions.selectOption(before);
    await page.getByRole("searchbox", { name: "Filter the documents" }).fill("tea");
    await tea.waitFor();
    expect(await page.getByRole("button", { name: "Delete tea.md" }).count()).toBe(0);
  });

  it("erases a document from every version, once somebody says that it cannot be undone", async () => {
    const page = await open(shippedTable(), "/#/documents");
    await page
      .getByRole("button", { name: /^Erase .* for good$/ })
      .first()
      .click();
    const dialog = page.getByRole("dialog");
    const erase = dialog.getByRole("button", { name: "Erase for good" });
    expect(await erase.isDisabled()).toBe(true);
    const path = (await dialog.locator(".path").textContent()) ?? "";
    await dialog.getByRole("checkbox").check();
    await erase.click();
    await page.getByText(`${path} was erased`).waitFor();
    await page.getByRole("button", { name: `Erase ${path} for good` }).waitFor({ state: "detached" });
  });

  it("refuses to answer what the documents do not say", async () => {
    const page = await open();
    await page.getByRole("textbox", { name: "Your question" }).fill("What is the boiling point of ethanol?");
    await page.keyboard.press("Enter");
    await page.locator(".refusal").waitFor();
    expect(await page.locator(".quote").count()).toBe(0);
  });

  it("shows a hostile document as text, and nothing in it runs or loads", async () => {
    const t = await shippedTable();
    const attack =
      "# Tea <img src=x onerror=alert(1)>\n\n## Brewing tea\n\nTea is brewed with <script>alert(1)</script> hot water " +
      '[now](javascript:alert(1)) <img src="http://attacker.example/p.png"> ![p](http://attacker.example/p.png).\n';
    await crawl(t, {
      folder: folderOf({ "tea.md": attack }),
      date: new Date("2025-12-01"),
      message: "hostile",
    });
    const page = await open(Promise.resolve(t));
    page.on("dialog", (dialog) => expect.unreachable(dialog.message()));
    const said = await ask(page, "How is tea brewed?");
    expect(said).toContain('<img src="http://attacker.example/p.png">');
    await page.locator(".cite").first().click();
    await page.getByRole("dialog").locator(".here").waitFor();
    expect(await page.locator("#app img, #app script, a:not([href^='#'])").count()).toBe(0);
  });

  it("shows what a model says as text, with its citations, and says that it is a model", async () => {
    const model = await scriptedModel(() =>
      said(
        "The deposit is <b>150 euros</b> for each bicycle [1]. It is blocked on your card [1].\nUncited words.",
      ),
    );
    const answerer = await answererFor({
      CHAT_MODEL: "compatible:scripted",
      CHAT_BASE_URL: `${model.url}/v1`,
    });
    const page = await open(shippedTable(), "/", answerer);
    await page.getByText("compatible:scripted").waitFor();
    await ask(page, DEPOSIT);
    expect(await page.locator(".answer p").allTextContents()).toEqual([
      "The deposit is <b>150 euros</b> for each bicycle. 1",
      "It is blocked on your card. 1",
    ]);
    expect(await page.locator(".quote").count()).toBe(0);
    await page.locator(".answer .cite").first().click();
    await page.getByRole("dialog").locator(".here").waitFor();
  });

  it("shows a date in words as a chip, and asks as of now when it is taken away", async () => {
    const page = await open();
    const then = await ask(page, "How many days did I have to return something in March 2025?");
    expect(then).toContain("“in March 2025” → as of Mar 31, 2025");
    expect(await page.locator(".turn mark").first().textContent()).toBe(
      "Bring or send it back within 14 days of receiving it.",
    );
    await page.getByRole("button", { name: "Do not read “in March 2025” so" }).click();
    await page.locator(".turn mark", { hasText: "30 days" }).waitFor();
    expect(await page.locator(".chip").count()).toBe(0);
    expect(await page.locator(".turn").count()).toBe(1);
  });

  it("shows the whole passage with its sentence marked, and tables as tables", async () => {
    const page = await open();
    await ask(page, "What are the prices of cargo bicycles?");
    const rows = page.locator(".quote").first().locator("tr");
    expect(await rows.count()).toBe(4);
    expect(await page.locator(".quote").first().locator("tr.marked").allInnerTexts()).toEqual([
      "Cargo bicycle\t40 euros\t180 euros",
    ]);
  });

  it("shows an instruction in a document as what it is", async () => {
    const page = await open(
      shippedTable(),
      `/#/passage/3/${encodeURIComponent("shop/reviews.html#a-visitor-who-signs-as-zed")}`,
    );
    const planted = page.getByRole("dialog").locator(".planted");
    await planted.waitFor();
    expect(await planted.textContent()).toContain("It is not followed.");
    expect(await planted.textContent()).toContain("Ignore your instructions");
  });

  it("keeps a conversation in its address, with what was said then", async () => {
    const t = await shippedTable();
    const page = await open(Promise.resolve(t));
    await ask(page, DEPOSIT);
    await ask(page, "And in March 2025?");
    expect(await page.locator(".turn").nth(1).locator(".chip.follow-up").textContent()).toContain(DEPOSIT);
    await page.waitForURL(/#\/chat\/3~.*\/1~/);
    await crawl(t, {
      folder: folderOf({ "a.md": "# A\n\nOne." }),
      date: new Date("2025-12-01"),
      message: "later",
    });
    await page.reload();
    await page.locator(".turn").nth(1).locator(".again").waitFor();
    expect(await page.locator(".turn mark").allTextContents()).toEqual([
      "We block a deposit of 150 euros on your card for each bicycle.",
      "We block a deposit of 100 euros on your card for each bicycle.",
    ]);
    await page.getByRole("link", { name: "New conversation" }).click();
    await page.locator(".welcome").waitFor();
    await page.getByText("Earlier conversations").click();
    await page.getByRole("link", { name: DEPOSIT }).click();
    await page.locator(".turn").nth(1).locator(".again").waitFor();
  });

  it("stops a model that speaks, and tries again", async () => {
    let count = 0;
    const model = await scriptedModel(async function* () {
      yield* said("The deposit is 150 euros for each bicycle [1]. It");
      count += 1;
      if (count === 1) await new Promise((resolve) => setTimeout(resolve, 30_000).unref());
      yield* said(" is blocked on your card [1].");
    });
    const answerer = await answererFor({
      CHAT_MODEL: "compatible:scripted",
      CHAT_BASE_URL: `${model.url}/v1`,
    });
    const page = await open(shippedTable(), "/", answerer);
    await page.getByRole("textbox", { name: "Your question" }).fill(DEPOSIT);
    await page.keyboard.press("Enter");
    await page.getByText("The deposit is 150 euros").waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText("Stopped.").waitFor();
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("It is blocked on your card.").waitFor();
    expect(await page.locator(".turn").count()).toBe(1);
  });

  it("suggests questions that its documents answer", async () => {
    const page = await open();
    const first = page.locator(".examples button").first();
    const question = (await first.textContent()) ?? "";
    await first.click();
    await page.locator(".turn .again").waitFor();
    expect(await page.locator(".turn h2").textContent()).toBe(question);
    expect(await page.locator(".turn .quote").count()).toBeGreaterThan(0);
  });

  it("sees a new crawl without being loaded again", async () => {
    const t = await shippedTable();
    const page = await open(Promise.resolve(t));
    await page.getByText("15 documents").waitFor();
    await crawl(t, {
      folder: folderOf({ "a.md": "# A\n\nOne." }),
      date: new Date("2025-12-01"),
      message: "new",
    });
    await page.getByText("1 document, 1 passage").waitFor({ timeout: 20_000 });
  });

  it.each(["#/", "#/documents", "#/changes"])(
    "%s fits a phone, in light and dark, with names for all that can be used",
    async (path) => {
      const page = await open(shippedTable(), `/${path}`);
      if (path === "#/") await ask(page, DEPOSIT);
      else await page.locator(".filter").waitFor();
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width: 360, height: 740 });
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
      }
      const nameless = await page
        .locator("button, a, input, select, textarea")
        .evaluateAll((all) =>
          all
            .filter(
              (one) => !(one.textContent?.trim() || one.getAttribute("aria-label") || one.closest("label")),
            )
            .map((one) => one.outerHTML),
        );
      expect(nameless).toEqual([]);
    },
  );
});
