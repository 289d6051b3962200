import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitepress";

const reference = fileURLToPath(new URL("../.pages/api/varve/", import.meta.url));

/** Entries of a group: `page: text`. */
const group = (text, pages, collapsed = false) => ({
  text,
  collapsed,
  items: Object.entries(pages).map(([link, name]) => ({ text: name, link: `/${link}` })),
});

const guide = [
  group("Begin", {
    start: "Start here",
    schema: "Tables and columns",
    filters: "Filters",
    queries: "Queries, pages, groups",
    "schema-changes": "Schema changes, migrations",
    "several-processes": "Several processes",
    python: "Python",
    errors: "Errors",
    performance: "Performance and tuning",
    "coming-from": "Coming from another store",
  }),
  group("Search", {
    search: "Search",
    "text-search": "Words",
    embeddings: "Embeddings",
    documents: "Documents",
    confidence: "How sure is it?",
    evaluation: "How good are the answers?",
    "embedding-quality": "Quality of the models",
  }),
  group("Time", {
    "as-of": "Versions, as of",
    "across-time": "Across time",
    branches: "Branches",
    purge: "Erasing",
    backup: "Backups and copies",
    durability: "What is promised",
  }),
  group("Agents and frameworks", {
    "agent-memory": "Memory for agents",
    mcp: "MCP server",
    "integrations/ai-sdk": "AI SDK",
    "integrations/langchain": "LangChain",
    "integrations/langgraph": "LangGraph",
    "integrations/llamaindex": "LlamaIndex",
    "integrations/mastra": "Mastra",
    "integrations/openai-agents": "OpenAI Agents SDK",
    "integrations/arrow": "Arrow",
    "integrations/duckdb": "DuckDB",
  }),
  group("Run it", {
    "deploy/hosts": "Hosts",
    bundlers: "Bundlers",
    "deploy/object-stores": "Object stores",
    "deploy/query-nodes": "Query nodes",
    "command-line": "Command line",
    studio: "Studio",
    observability: "Watching it",
    benchmarks: "Benchmarks",
  }),
  group(
    "How it works",
    {
      architecture: "Architecture",
      "file-format": "File format",
      "writing-tables": "Writing tables elsewhere",
      protocol: "Protocol of bindings",
      glossary: "Glossary",
      releasing: "Releasing",
      "decisions/README": "Decisions",
    },
    true,
  ),
];

/** The names of a module of the reference: its classes and functions; the types are linked from them. */
function moduleGroup(path) {
  const link = `/api/varve/${path}`;
  const names = ["classes", "functions"].flatMap((kind) => {
    const folder = `${reference}${path}${kind}`;
    const files = existsSync(folder) ? readdirSync(folder) : [];
    return files.map((file) => file.slice(0, -3)).map((text) => ({ text, link: `${link}${kind}/${text}` }));
  });
  return { text: `varve${path && `/${path.slice(0, -1)}`}`, link, collapsed: path !== "", items: names };
}

const kinds = /^(classes|functions|interfaces|type-aliases|variables|enumerations)$/;
const modules = existsSync(reference)
  ? readdirSync(reference, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !kinds.test(entry.name))
      .map(({ name }) => `${name}/`)
  : [];

export default defineConfig({
  title: "Varve",
  description: "An embedded table that remembers every version and is searched by meaning and by words.",
  srcDir: ".pages",
  outDir: "dist",
  cleanUrls: true,
  lastUpdated: false,
  // Links to files of the repository are not pages.
  ignoreDeadLinks: [/^(\.\.?\/)+(native|src|test|examples|bench|scripts|README|AGENTS|CHANGELOG)/],
  markdown: { languageAlias: { hex: "log" } },
  vite: { build: { chunkSizeWarningLimit: 4_000 } },
  themeConfig: {
    nav: [
      { text: "Guide", link: "/start" },
      { text: "Reference", link: "/api/" },
    ],
    footer: { message: "Apache License 2.0" },
    sidebar: { "/api/": ["", ...modules].map(moduleGroup), "/": guide },
    outline: [2, 3],
    search: { provider: "local" },
  },
});
