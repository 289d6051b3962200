// Takes the pictures of the README from a running server: node take-screenshots.mjs http://localhost:8788
import { chromium } from "playwright-core";

const [site = "http://localhost:8788"] = process.argv.slice(2);
const desk = { width: 1200, height: 860 };
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });

/** Opens a page, does something there, and takes its picture. */
async function picture(name, options, act) {
  const page = await browser.newPage(options);
  await page.goto(site);
  await act(page);
  await page.screenshot({ path: `docs/${name}.png` });
  await page.close();
}

/** Asks now, and the same as of the first crawl. */
async function askTwice(page) {
  await page.fill(".question textarea", "How many days do I have to return something I bought?");
  await page.keyboard.press("Enter");
  await page.locator(".again").getByRole("button", { name: "Mar 3, 2025" }).click();
  await page.locator(".again").nth(1).waitFor();
}

await picture("phone", { viewport: { width: 390, height: 844 }, colorScheme: "light" }, askTwice);
await picture("passage", { viewport: desk, colorScheme: "light" }, async (page) => {
  await askTwice(page);
  await page.locator(".turn").nth(1).locator(".cite").first().click();
  await page.locator(".here mark").waitFor();
  await page.waitForTimeout(300);
});
await picture("changes-dark", { viewport: desk, colorScheme: "dark" }, async (page) => {
  await page.goto(`${site}/#/changes/1/3`);
  await page.locator(".change").first().waitFor();
});
await browser.close();
