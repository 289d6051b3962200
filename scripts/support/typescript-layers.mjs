// Which TypeScript modules import which, held against the rules of scripts/layers.json.
import { posix } from "node:path";
import { importsOf, parse } from "./typescript-source.mjs";

const extension = /\.(d\.)?[cm]?[jt]s$/;

/** A relative import as a module's path below src, without extension: `sdk/schema/column`. */
function resolve(modules, from, specifier) {
  if (specifier === "varve") return "index";
  if (specifier.startsWith("varve/")) {
    const entry = `${specifier.slice("varve/".length)}/index`;
    return modules.has(entry) ? entry : `integrations/${entry}`;
  }
  if (!specifier.startsWith(".")) return undefined;
  const path = posix.join(posix.dirname(from), specifier).replace(extension, "");
  return modules.has(path) ? path : ([`${path}/index`].find((index) => modules.has(index)) ?? path);
}

/** The module graph: module -> `{ file, imports: [{ target, specifier, typeOnly, line }] }`. `files`: path below src -> text. */
export function moduleGraph(files) {
  const modules = new Map([...files.keys()].map((file) => [file.replace(extension, ""), file]));
  const graph = new Map();
  for (const [module, file] of modules) {
    const imports = importsOf(parse(file, files.get(file))).map((found) => ({
      ...found,
      target: resolve(modules, module, found.specifier),
    }));
    graph.set(module, { file, imports });
  }
  return graph;
}

const isUnder = (path, place) => (place.endsWith("/") ? path.startsWith(place) : path === place);

function mayImport(module, { target, typeOnly }, rule) {
  const places = {
    "=own": module.slice(0, module.indexOf("/") + 1),
    "=folder": module.slice(0, module.lastIndexOf("/") + 1),
  };
  const under = (place) => isUnder(target, places[place] ?? place);
  return rule.may.some(under) || (typeOnly && rule.types.some(under));
}

/** Whether an import is a door that this module may not use. A native file is behind every door. */
function isClosed(module, { target, specifier }, doors) {
  const door = doors.find((door) => door.module === target);
  if (door) return module !== door.module && !door.only.some((place) => isUnder(module, place));
  return specifier.startsWith("#") || specifier.endsWith(".node");
}

/** Sentences about imports that the rules forbid. */
export function typescriptLayerProblems(files, { doors, rules }) {
  const problems = [];
  for (const [module, { file, imports }] of moduleGraph(files)) {
    const rule = rules.find(({ from }) => isUnder(module, from));
    if (!rule) problems.push(`${file}: no rule of the layers covers this module`);
    for (const found of imports) {
      const { target, specifier, line } = found;
      if (isClosed(module, found, doors)) {
        problems.push(`${file}:${line}: \`${module}\` may not use the door \`${target ?? specifier}\``);
      } else if (target !== undefined && rule && !mayImport(module, found, rule)) {
        const how = rule.types.some((place) => isUnder(target, place)) ? " (its types it may)" : "";
        problems.push(`${file}:${line}: \`${module}\` may not import \`${target}\`${how}`);
      }
    }
  }
  return problems;
}

/** Sentences about circles of modules that import one another. Imports of types count: they leave no trace at run time, but whoever reads one of the files needs the other. */
export function cycleProblems(files) {
  const graph = moduleGraph(files);
  const state = new Map();
  const problems = [];
  const visit = (module, path) => {
    if (state.get(module) === "done" || !graph.has(module)) return;
    if (state.get(module) === "open") {
      problems.push(`import cycle: ${[...path.slice(path.indexOf(module)), module].join(" -> ")}`);
      return;
    }
    state.set(module, "open");
    for (const { target } of graph.get(module).imports) {
      if (target !== undefined) visit(target, [...path, module]);
    }
    state.set(module, "done");
  };
  for (const module of graph.keys()) visit(module, []);
  return problems;
}

/** Sentences about examples and tests of behaviour that reach past the public entries. `files`: path from the top -> text. */
export function outsideProblems(files) {
  const problems = [];
  for (const [file, text] of files) {
    for (const { specifier, line } of importsOf(parse(file, text))) {
      const target = specifier.startsWith(".") ? posix.join(posix.dirname(file), specifier) : specifier;
      const isEntry = /^src\/([\w-]+\/)?index(\.[jt]s)?$/.test(target);
      if (target.startsWith("#") || (/^(src|dist|native)\//.test(target) && !isEntry)) {
        problems.push(`${file}:${line}: imports \`${specifier}\`, which no user can`);
      }
    }
  }
  return problems;
}
