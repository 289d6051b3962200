/**
 * What an embedder of another library says of itself: its class, its model and what else changes its vectors. Adapters keep it in the
 * config of a function, under `embedder`, so that a table notices another one. It never holds a secret or a place.
 */
export type EmbedderIdentity = Readonly<Record<string, string | number>>;

/** Where libraries keep the name of a model; the first that is there counts. */
const MODEL_NAMES = [
  "model",
  "modelName",
  "modelId",
  "model_name",
  "modelType",
  "deploymentName",
  "azureOpenAIApiDeploymentName",
  "deployment",
] as const;
const OTHER_NAMES = ["provider", "dimensions", "revision"] as const;
const INNER_NAMES = ["underlyingEmbeddings"] as const;
const TEXT_MAX = 200;
const DEPTH_MAX = 4;
/** What a minifier leaves of a name, or less, says nothing. */
const CLASS_NAME_MIN = 4;
const NAMELESS = ["Object", "Function", "Embeddings", "BaseEmbedding", "TableEmbeddings"];

/**
 * What an embedder says of itself; undefined where it says neither a class nor a model, so that nobody can tell it from another. One
 * that only keeps the answers of another counts as that one.
 *
 * @example
 * ```ts
 * embedderIdentity(new OpenAIEmbeddings({ model: "text-embedding-3-small" }));
 * // { class: "OpenAIEmbeddings", model: "text-embedding-3-small" }
 * ```
 */
export function embedderIdentity(embedder: unknown): EmbedderIdentity | undefined {
  return identityAt(embedder, 0);
}

/**
 * Whether two identities may be those of one embedder: they have a class or a model in common, and whatever both say is the same.
 *
 * @example
 * ```ts
 * isSameEmbedder({ class: "OpenAIEmbeddings", model: "a" }, { class: "OpenAIEmbeddings", model: "b" }); // false
 * ```
 */
export function isSameEmbedder(one: unknown, other: unknown): boolean {
  if (!isObject(one) || !isObject(other)) return false;
  const both = Object.keys(one).filter((name) => Object.hasOwn(other, name));
  return (
    both.some((name) => name === "class" || name === "model") &&
    both.every((name) => one[name] === other[name])
  );
}

function identityAt(embedder: unknown, depth: number): EmbedderIdentity | undefined {
  if (!isObject(embedder) || depth > DEPTH_MAX) return undefined;
  const inner = INNER_NAMES.map((name) => read(embedder, name)).find(isObject);
  if (inner !== undefined) return identityAt(inner, depth + 1);
  const name = className(embedder);
  const model = MODEL_NAMES.map((one) => plainName(read(embedder, one))).find((one) => one !== undefined);
  if (name === undefined && model === undefined) return undefined;
  const identity: Record<string, string | number> = {
    ...(name === undefined ? {} : { class: name }),
    ...(model === undefined ? {} : { model }),
  };
  for (const other of OTHER_NAMES) {
    const part = plainPart(read(embedder, other));
    if (part !== undefined) identity[other] = part;
  }
  return Object.freeze(identity);
}

/** The name of the class as it is in the source: bundlers add signs where they find a name twice. */
function className(embedder: object): string | undefined {
  const made = read(embedder, "constructor");
  const name = typeof made === "function" ? made.name.replace(/^_+|\$\d+$/g, "") : "";
  return name.length < CLASS_NAME_MIN || NAMELESS.includes(name) ? undefined : name;
}

function plainPart(value: unknown): string | number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : plainName(value);
}

/** A name that may be kept: of an address or a path only the last part, without what may be a secret. */
function plainName(value: unknown): string | undefined {
  if (typeof value !== "string" || value === "") return undefined;
  const isPlace = /^([a-z][a-z0-9+.-]*:\/\/|[/~.]|[A-Za-z]:[\\/])/.test(value);
  const name = isPlace
    ? (value
        .replace(/[?#].*$/s, "")
        .split(/[\\/]/)
        .filter(Boolean)
        .at(-1) ?? "")
    : value;
  return name === "" || name.includes("@") ? undefined : name.slice(0, TEXT_MAX);
}

function read(object: object, name: string): unknown {
  try {
    return Reflect.get(object, name);
  } catch {
    return undefined;
  }
}

/** Embedders may be functions with properties; those of LlamaIndex are. */
function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}
