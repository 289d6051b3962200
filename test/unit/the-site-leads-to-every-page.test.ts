import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { documentation } from "../support/page-program";

const root = fileURLToPath(new URL("../..", import.meta.url));

it("the navigation of the site names every page of the documentation, once", () => {
  const config = readFileSync(join(root, "site/.vitepress/config.mjs"), "utf8");
  const named = [...config.matchAll(/^ {4,6}"?([\w-]+(?:\/[\w-]+)?)"?: "/gm)].map(
    ([, link]) => `docs/${link}.md`,
  );
  const pages = documentation.filter((page) => page !== "README.md");
  expect(named.filter((page) => page !== "docs/decisions/README.md").toSorted()).toEqual(pages.toSorted());
});
