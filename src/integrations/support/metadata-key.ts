// Keys of metadata with "metadata." before them, as several frameworks write them. A key that is really there comes first; where neither
// it nor a key "metadata" is, the prefix is only a way of speaking. Without this, such a filter would find nothing and say nothing.

type Filter = Readonly<Record<string, unknown>>;

const PREFIX = "metadata.";

/** The key without the prefix; undefined where it has none, or where nothing but an operator would be left. */
export function withoutPrefix(key: string): string | undefined {
  const rest = key.startsWith(PREFIX) ? key.slice(PREFIX.length) : "";
  return rest === "" || rest.startsWith("$") ? undefined : rest;
}

/** A Mongo-style filter in which keys with the prefix mean what they mean in each document. */
export function withPlainKeys(filter: Filter): Filter {
  if (!hasPrefix(filter)) return filter;
  return { $and: Object.entries(filter).map(([key, value]) => plainKey(key, value)) };
}

function plainKey(key: string, value: unknown): Filter {
  if (isJoin(key)) return { [key]: Array.isArray(value) ? value.map(plainPart) : plainPart(value) };
  const rest = withoutPrefix(key);
  if (rest === undefined) return { [key]: value };
  const isThere = { $or: [{ metadata: { $exists: true } }, { [key]: { $exists: true } }] };
  return {
    $or: [{ $and: [isThere, { [key]: value }] }, { $and: [{ $nor: [isThere] }, { [rest]: value }] }],
  };
}

function plainPart(part: unknown): unknown {
  return isFilter(part) ? withPlainKeys(part) : part;
}

function hasPrefix(filter: unknown): boolean {
  if (Array.isArray(filter)) return filter.some(hasPrefix);
  if (!isFilter(filter)) return false;
  return Object.entries(filter).some(
    ([key, value]) => withoutPrefix(key) !== undefined || (isJoin(key) && hasPrefix(value)),
  );
}

function isJoin(key: string): boolean {
  return key === "$and" || key === "$or" || key === "$nor" || key === "$not";
}

function isFilter(value: unknown): value is Filter {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
