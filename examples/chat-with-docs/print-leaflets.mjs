// Prints the leaflets of the corpus: corpus/print/<date>/*.html becomes corpus/<date>/leaflets/*.pdf. Only needed after a change of
// theirs, and needs Chromium. The leaflets of 2025-06-02 are copies of those of 2025-03-03.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { chromium } from "playwright-core";

const at = (path) => new URL(`corpus/${path}`, import.meta.url);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
const page = await browser.newPage();
for (const date of readdirSync(at("print/"))) {
  for (const name of readdirSync(at(`print/${date}/`))) {
    await page.setContent(readFileSync(at(`print/${date}/${name}`), "utf8"));
    const pdf = await page.pdf({ preferCSSPageSize: true });
    writeFileSync(at(`${date}/leaflets/${name.replace(/html$/, "pdf")}`), pdf);
    console.log(`${date}/leaflets/${name.replace(/html$/, "pdf")}: ${pdf.length} bytes`);
  }
}
await browser.close();
