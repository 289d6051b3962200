// What the pages of well-known models say about using them. A model that is not here works too: its options are then to be given.

/** How the vectors of tokens become the vector of a text. */
export type Pooling = "mean" | "cls" | "last_token";

/** All ways of pooling. */
export const poolings = ["mean", "cls", "last_token"] as const satisfies readonly Pooling[];

/** What is known of a model. */
export interface ModelFamily {
  /** How its token vectors are pooled. */
  readonly pooling: Pooling;
  /** The length of its vectors, where the name tells it. */
  readonly dimensions: number | undefined;
  /** What stands before a text that is searched with. */
  readonly queryPrefix: string;
  /** What stands before a text that is searched for. */
  readonly documentPrefix: string;
}

interface Row {
  readonly match: RegExp;
  readonly pooling: Pooling;
  /** One length, or lengths by the size that the pattern's first group captures. */
  readonly dimensions: number | Readonly<Record<string, number>>;
  readonly prefixes?: readonly [query: string, document: string];
}

const sizes = { small: 384, base: 768, large: 1024 };
const searchPassages = "Represent this sentence for searching relevant passages: ";
const instruction =
  "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:";

// The first row that matches holds. Names are matched without the organisation and in lower case.
const rows: readonly Row[] = [
  // E5
  {
    match: /^multilingual-e5-large-instruct/,
    pooling: "mean",
    dimensions: 1024,
    prefixes: [`${instruction} `, ""],
  },
  {
    match: /^(?:multilingual-)?e5-(small|base|large)/,
    pooling: "mean",
    dimensions: sizes,
    prefixes: ["query: ", "passage: "],
  },
  // BGE
  { match: /^bge-m3/, pooling: "cls", dimensions: 1024 },
  {
    match: /^bge-(small|base|large)-en/,
    pooling: "cls",
    dimensions: sizes,
    prefixes: [searchPassages, ""],
  },
  {
    match: /^bge-(small|base|large)-zh/,
    pooling: "cls",
    dimensions: { ...sizes, small: 512 },
    prefixes: ["为这个句子生成表示以用于检索相关文章：", ""],
  },
  // Nomic
  {
    match: /^nomic-embed-text/,
    pooling: "mean",
    dimensions: 768,
    prefixes: ["search_query: ", "search_document: "],
  },
  // GTE
  { match: /^gte-(base|large)-en-v1\.5/, pooling: "cls", dimensions: sizes },
  { match: /^gte-(?:modernbert|multilingual)-base/, pooling: "cls", dimensions: 768 },
  { match: /^gte-(small|base|large)/, pooling: "mean", dimensions: sizes },
  // sentence-transformers
  {
    match: /^(?:all|multi-qa|paraphrase|paraphrase-multilingual)-minilm-l(?:6|12)/,
    pooling: "mean",
    dimensions: 384,
  },
  { match: /^all-minilm/, pooling: "mean", dimensions: 384 },
  { match: /^all-mpnet-base/, pooling: "mean", dimensions: 768 },
  // Others
  { match: /^mxbai-embed-large/, pooling: "cls", dimensions: 1024, prefixes: [searchPassages, ""] },
  {
    match: /^snowflake-arctic-embed-(m|l)-v2/,
    pooling: "cls",
    dimensions: { m: 768, l: 1024 },
    prefixes: ["query: ", ""],
  },
  {
    match: /^snowflake-arctic-embed-(xs|s|m|l)/,
    pooling: "cls",
    dimensions: { xs: 384, s: 384, m: 768, l: 1024 },
    prefixes: [searchPassages, ""],
  },
  { match: /^jina-embeddings-v2-(small|base)/, pooling: "mean", dimensions: { small: 512, base: 768 } },
  {
    match: /^qwen3-embedding-(0\.6b|4b|8b)/,
    pooling: "last_token",
    dimensions: { "0.6b": 1024, "4b": 2560, "8b": 4096 },
    prefixes: [instruction, ""],
  },
  // Images
  { match: /^clip-vit-(base|large)-patch/, pooling: "cls", dimensions: { base: 512, large: 768 } },
  {
    match: /^siglip2?-(base|large|so400m)-patch/,
    pooling: "cls",
    dimensions: { base: 768, large: 1024, so400m: 1152 },
  },
];

/** What is known of a model by its name: `Xenova/bge-small-en-v1.5`, `nomic-embed-text:latest`. */
export function familyOf(model: string): ModelFamily | undefined {
  const name = model.slice(model.lastIndexOf("/") + 1).toLowerCase();
  for (const { match, pooling, dimensions, prefixes } of rows) {
    const found = match.exec(name);
    if (found === null) continue;
    const [queryPrefix, documentPrefix] = prefixes ?? ["", ""];
    const length = typeof dimensions === "number" ? dimensions : dimensions[found[1] ?? ""];
    return { pooling, dimensions: length, queryPrefix, documentPrefix };
  }
  return undefined;
}
