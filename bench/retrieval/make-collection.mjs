// Makes bench/retrieval/collection from the English Markdown of packages in node_modules that may be passed on. A passage is a
// piece of a section without its heading; the heading is the query, where it is the only one of its wording and says something.
// The same packages give the same files.
//   node bench/retrieval/make-collection.mjs
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { splitMarkdown } from "../../dist/documents/index.js";

const modules = fileURLToPath(new URL("../../node_modules", import.meta.url));
const target = fileURLToPath(new URL("collection", import.meta.url));

const licences = ["MIT", "Apache-2.0", "ISC", "BSD-2-Clause", "BSD-3-Clause"];
const limits = { passage: 1200, sections: 30, shortest: 120, queries: 3 };
/** Not documentation, or not in English. */
const otherFile =
  /licen[cs]e|change|history|security|conduct|contributing|readme[._-][a-z]{2}(-[a-z]+)?\.md$/i;
/** Sections about the project and not about what it does. */
const otherSection =
  /licen[cs]e|contribut|sponsor|credits|acknowledg|authors?$|maintainer|thanks|badges|change ?log/i;
const generic = [
  /^(how to (use|install)( it)?|get(ting)? started|quick ?start|(basic|advanced|library|programmatic) usage|usage( \w+)?)\b/i,
  /^(more )?(code )?examples?\b|^(api|documentation|reference|see also|table of contents|further reading)\b/i,
  /^(related|similar|supported|open source) \w+|^known \w+|^new features|^version |^migrat|^parameters?\b|^arguments?\b/i,
  /^(instance|static|class) (methods|properties|events)|\b(tests?|benchmarks?|comparisons?|libraries|bug\?*|enterprise|involved)$/i,
  /^(why is this|why not|what is it|can i|caught|find more|unresolved|basic concept|getting the|but |other )|^use with/i,
];

/** Names of packages, also of those with a scope. */
function packageNames() {
  return readdirSync(modules)
    .filter((name) => !name.startsWith("."))
    .flatMap((name) =>
      name.startsWith("@") ? readdirSync(join(modules, name)).map((it) => `${name}/${it}`) : [name],
    )
    .sort();
}

/** `{ name, version, licence, notice }` of a package that may be passed on, with the text that must go along. */
function shareable(name) {
  const folder = join(modules, name);
  if (!existsSync(join(folder, "package.json"))) return undefined;
  const { version, license, os, cpu } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  // Packages for one platform are not installed everywhere.
  if (os !== undefined || cpu !== undefined || typeof license !== "string") return undefined;
  const licence = license
    .replace(/^\(|\)$/g, "")
    .split(" OR ")
    .find((it) => licences.includes(it));
  const files = readdirSync(folder)
    .filter((file) => /^(licen[cs]e|notice)/i.test(file))
    .sort();
  if (licence === undefined || files.length === 0) return undefined;
  const notice = files.map((file) => clean(readFileSync(join(folder, file), "utf8")).trim());
  return { name, version, licence, notice };
}

function clean(text) {
  // Something shaped like a token would set off whoever looks for secrets.
  return text
    .replace(/^\uFEFF/, "")
    .replace(/\r\n?/g, "\n")
    .replace(/gh[pousr]_\w{20,}/g, "ghp_token");
}

/** The passages of a package, in the order of its files. `query` is there where the heading may be one. */
function passagesOf({ name }) {
  const folder = join(modules, name);
  const files = readdirSync(folder, { recursive: true })
    .map((path) => path.split(sep).join("/"))
    .filter(
      (path) =>
        /\.md$/i.test(path) && !/(^|\/)(node_modules|__tests__|tests?)\//.test(path) && !otherFile.test(path),
    )
    .sort();
  return files.flatMap((path) =>
    splitMarkdown(clean(readFileSync(join(folder, path), "utf8")), { size: limits.passage })
      .filter(({ headings, text }) => !headings.some((it) => otherSection.test(it)) && isEnglish(text))
      .map(({ headings, anchor, text }, at, all) => ({
        id: `${name}/${path}#${anchor}`,
        heading: headings.length > 1 ? headings.at(-1) : undefined,
        whole: !anchor.includes("~") && all[at + 1]?.anchor !== `${anchor}~2`,
        text: text.trim(),
      })),
  );
}

function isEnglish(text) {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  const plain = text.match(/[a-z]/gi)?.length ?? 0;
  return letters > 0 && plain / letters > 0.95;
}

/** Whether a heading says enough to ask with: two words of plain language, no name of a function, not a generic one. */
function canAsk(heading) {
  const words = heading.match(/(?<![\w.$@])[A-Za-z][a-z]{2,}(?![\w.(])/g) ?? [];
  return (
    words.length >= 2 &&
    heading.length <= 100 &&
    !isSignature(heading) &&
    !generic.some((it) => it.test(heading.trim()))
  );
}

function isSignature(heading) {
  return (
    /\w ?[(<[]\s*[\w[{.]*\s*[,)\]]|\w\(|\.\w+ ?\(|\w:\w|[{}]/.test(heading) || !/\s/.test(heading.trim())
  );
}

/** Prose that answers: without code, tables and addresses there is some text left. */
function saysEnough(text) {
  const prose = text
    .replace(/```[\s\S]*?```/g, "")
    .replace(/^\s*\|.*$/gm, "")
    .replace(/https?:\S+/g, "");
  return prose.trim().length >= limits.shortest;
}

/** At most that many passages of a package, those that answer a query first; by their hash, so that no part of it is preferred. */
function some(passages) {
  const order = new Map(
    passages.map((it) => [it, `${it.query ? 0 : 1}${createHash("sha256").update(it.id).digest("hex")}`]),
  );
  const kept = new Set(
    passages.toSorted((a, b) => (order.get(a) < order.get(b) ? -1 : 1)).slice(0, limits.sections),
  );
  return passages.filter((it) => kept.has(it));
}

function counted(values) {
  const counts = new Map();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

const packages = packageNames()
  .map(shareable)
  .filter((it) => it !== undefined)
  .map((it) => ({ ...it, passages: passagesOf(it) }));
const all = packages.flatMap(({ passages }) => passages);
const key = (heading) =>
  heading
    ?.toLowerCase()
    .replace(/[^a-z0-9]+/g, " ")
    .trim();
const headings = counted(all.filter(({ id }) => !id.includes("~")).map(({ heading }) => key(heading)));
const texts = counted(all.map(({ text }) => text));
const used = packages
  .map((it) => {
    const passages = it.passages
      .filter(({ text }) => texts.get(text) === 1)
      .map((passage) => {
        const { heading, whole, text } = passage;
        const asks =
          whole &&
          heading !== undefined &&
          headings.get(key(heading)) === 1 &&
          canAsk(heading) &&
          saysEnough(text);
        return asks ? { ...passage, query: heading } : passage;
      });
    return { ...it, passages: some(passages) };
  })
  .filter(({ passages }) => passages.filter(({ query }) => query).length >= limits.queries);

const passages = used.flatMap((it) => it.passages);
const asked = passages.filter(({ query }) => query);
const write = (file, lines) => writeFileSync(join(target, file), `${lines.join("\n")}\n`);
write(
  "corpus.jsonl",
  passages.map(({ id, text }) => JSON.stringify({ _id: id, title: "", text })),
);
write(
  "queries.jsonl",
  asked.map(({ query }, at) => JSON.stringify({ _id: `q${at + 1}`, text: query })),
);
write("qrels.tsv", ["query-id\tcorpus-id\tscore", ...asked.map(({ id }, at) => `q${at + 1}\t${id}\t1`)]);
// A licence that several packages have word by word stands there once.
const notices = new Map();
for (const { name, notice } of used)
  for (const text of notice) notices.set(text, [...(notices.get(text) ?? []), name]);
write(
  "LICENSES.txt",
  [...notices].map(([text, names]) => `==== ${names.join(", ")}\n\n${text}\n`),
);
write("PACKAGES.tsv", [
  "package\tversion\tlicence\tpassages\tqueries",
  ...used.map((it) => {
    const queries = it.passages.filter(({ query }) => query).length;
    return [it.name, it.version, it.licence, it.passages.length, queries].join("\t");
  }),
]);
console.log(`${used.length} packages, ${passages.length} passages, ${asked.length} queries`);
