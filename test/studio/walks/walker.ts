// Somebody who walks through the studio in a real Chromium, and asks axe at the end whether everybody could.

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { expect, onTestFinished } from "vitest";
import { Studio } from "../../support/studio";

const PLACES = [
  process.env["CHROMIUM"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

/** The Chromium of this machine. */
export const executablePath = PLACES.find((place) => place !== undefined && existsSync(place));

/** Why there are no walks. */
export const why =
  executablePath === undefined ? " (skipped: no Chromium on this machine; set CHROMIUM to its path)" : "";

/** A browser, and studios of a folder. */
export class Walker {
  readonly folder: string = mkdtempSync(join(tmpdir(), "varve-walk-"));
  readonly #browser: Browser;
  readonly #studio: Studio;

  constructor(browser: Browser, folder: string, studio: Studio) {
    this.#browser = browser;
    this.folder = folder;
    this.#studio = studio;
  }

  /** Starts both. */
  static async start(fill: (folder: string) => Promise<void>): Promise<Walker> {
    const folder = mkdtempSync(join(tmpdir(), "varve-walk-"));
    await fill(folder);
    // The page is our own, from this machine; a container has no sandbox to offer.
    const browser = await chromium.launch({ executablePath: executablePath ?? "", args: ["--no-sandbox"] });
    return new Walker(browser, folder, await Studio.start(folder));
  }

  /** Ends both. */
  async end(): Promise<void> {
    await this.#browser.close();
    await this.#studio.end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Opens the page at a view; whatever it complains about or asks of others fails the test. */
  async open(view: string, { studio = this.#studio, width = 1200, height = 800 } = {}): Promise<Page> {
    const page = await this.#browser.newPage({ viewport: { width, height } });
    const complaints: string[] = [];
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => {
      if (!new RegExp(`^(${studio.origin}|blob:${studio.origin})/`).test(request.url()))
        complaints.push(request.url());
    });
    onTestFinished(async () => {
      await page.close();
      // A refused question is told in the console too: those are asked on purpose.
      expect(complaints.filter((text) => !text.includes("status of 400"))).toEqual([]);
    });
    await page.goto(studio.url);
    await page.locator(".tabs").waitFor();
    await page.evaluate((hash) => {
      location.hash = hash;
    }, view);
    return page;
  }
}

/** Asks axe: nothing may be serious. By night only colours are another matter. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  await page.emulateMedia({ reducedMotion: "reduce", colorScheme: "light" });
  expect(await seriousOf(page, [])).toEqual([]);
  await page.emulateMedia({ colorScheme: "dark" });
  expect(await seriousOf(page, ["color-contrast"])).toEqual([]);
}

async function seriousOf(page: Page, rules: string[]): Promise<string[]> {
  return await page.evaluate(async (only) => {
    const options: axe.RunOptions = only.length === 0 ? {} : { runOnly: { type: "rule", values: only } };
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run(document, options);
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
  }, rules);
}
