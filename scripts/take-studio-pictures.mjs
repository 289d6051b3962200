// Takes the pictures of docs/studio.md, of a table that it fills first: node scripts/take-studio-pictures.mjs
// It wants a Chromium, at $CHROMIUM or /usr/bin/chromium, and the built package.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { at } from "./support/files.mjs";
import { fillHandbook } from "./support/handbook.mjs";

const limit = 150_000;
const desk = { width: 1200, height: 720 };
const views = [
  {
    name: "studio-search",
    hash: "/handbook/search?axis=effective&q=refunds+within+30+days",
    scheme: "light",
  },
  { name: "studio-diff", hash: "/handbook/diff?axis=effective&at=10&from=5", scheme: "dark" },
  { name: "studio-map", hash: "/handbook/map?axis=effective&at=9", scheme: "light" },
];

/** Starts the studio; returns its address and how it ends. */
async function start(folder) {
  const child = spawn(process.execPath, [at("dist/cli.js"), "studio", "./data", "--json"], { cwd: folder });
  let text = "";
  const url = await new Promise((resolve) => {
    child.stdout.on("data", (more) => {
      text += more;
      if (text.trimEnd().endsWith("}")) resolve(JSON.parse(text).url);
    });
  });
  return { url, end: () => child.kill() };
}

async function picture(browser, url, { name, hash, scheme, viewport = desk }, into) {
  const page = await browser.newPage({ viewport, colorScheme: scheme });
  page.on("pageerror", (error) => console.error(`${name}: ${error.stack}`));
  page.on("console", (message) => message.type() === "error" && console.error(`${name}: ${message.text()}`));
  await page.goto(url);
  await page.locator(".tabs").waitFor();
  await page.evaluate((to) => {
    location.hash = to;
  }, hash);
  await page.waitForTimeout(1200);
  const path = join(into, `${name}.png`);
  await page.screenshot({ path });
  await page.close();
  console.log(`${name}: ${statSync(path).size} bytes${statSync(path).size > limit ? ": TOO LARGE" : ""}`);
}

const [into = at("docs/pictures"), ...only] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "varve-handbook-"));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
try {
  await fillHandbook(join(folder, "data"));
  const { url, end } = await start(folder);
  const asked = only.map((text) => {
    const [name, scheme, width, height, hash] = text.split("|");
    return { name, scheme, hash, viewport: { width: Number(width), height: Number(height) } };
  });
  for (const view of asked.length > 0 ? asked : views) await picture(browser, url, view, into);
  end();
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
