// Builds the website: the pages of docs/, and a reference made of the comments of what the package exports, as static files in site/dist.
//   npm run site            installs what is missing and builds
//   npm run site -- --open  the same, and serves it on loopback
import { cpSync, existsSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Application } from "typedoc";
import { build, serve } from "vitepress";

const root = fileURLToPath(new URL("..", import.meta.url));
const site = fileURLToPath(new URL(".", import.meta.url));
const pages = `${site}.pages`;

rmSync(pages, { recursive: true, force: true });
cpSync(`${root}docs`, pages, { recursive: true });
cpSync(`${root}docs/pictures`, `${pages}/public`, { recursive: true });
cpSync(`${site}home.md`, `${pages}/index.md`);
await writeReference();
await build(site);
console.log("The site is in site/dist: any static host serves it.");
if (process.argv.includes("--open")) {
  const port = 4173;
  await serve({ root: site, port });
}

/** The sources of what a program can import, by the name that it imports. */
function entries() {
  const { exports } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
  const subpaths = Object.keys(exports).filter((path) => path !== "./package.json");
  return subpaths.map((path) => {
    const part = path.slice(2);
    if (part === "") return { name: "varve", source: "src/index.ts" };
    const sources = [`src/${part}/index.ts`, `src/integrations/${part}/index.ts`];
    return { name: `varve/${part}`, source: sources.find((file) => existsSync(root + file)) };
  });
}

/** Writes a page for each public name. */
async function writeReference() {
  const modules = entries();
  const app = await Application.bootstrapWithPlugins({
    plugin: ["typedoc-plugin-markdown"],
    outputs: [{ name: "markdown", path: `${pages}/api` }],
    entryPoints: modules.map(({ source }) => root + source),
    tsconfig: `${root}tsconfig.json`,
    readme: "none",
    excludeInternal: true,
    excludePrivate: true,
    disableSources: true,
    // The sources are checked by the gate; here they are only read.
    skipErrorChecking: true,
    logLevel: "Warn",
    validation: { invalidLink: true, notExported: false, notDocumented: false },
    hideBreadcrumbs: true,
    hidePageHeader: true,
    entryFileName: "index",
    useCodeBlocks: true,
    parametersFormat: "table",
    interfacePropertiesFormat: "table",
  });
  const project = await app.convert();
  if (!project) throw new Error("The public entries cannot be read: see above.");
  project.name = "Varve";
  // Modules are named after their files: "index", "documents/index", "integrations/ai/index".
  for (const child of project.children ?? []) {
    const entry = modules.find(({ source }) => source.replace(/^src\/|(\/index)?\.ts$/g, "") === child.name);
    if (!entry) throw new Error(`No entry of the package is called ${child.name}.`);
    child.name = entry.name;
  }
  await app.generateOutputs(project);
  if (app.logger.hasErrors()) throw new Error("The reference has errors: see above.");
}
