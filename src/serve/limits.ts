import { VarveError } from "varve";

/** What a server allows, so that no client takes it from the others. */
export interface Limits {
  /** The most bytes of a request. */
  readonly bodyBytes: number;
  /** The most rows or commits of one answer; scans have no end. */
  readonly rows: number;
  /** How long an answer may take. */
  readonly ms: number;
  /** How many requests are answered at once. */
  readonly atOnce: number;
}

export const LIMITS: Limits = { bodyBytes: 16 << 20, rows: 10_000, ms: 30_000, atOnce: 64 };

/** Where a request of a table says how much it wants. */
const WANTED = ["limit", "candidates"] as const;

/** A request of a table, with a bound for how much it wants. */
export interface Bounded {
  readonly json: string;
  /** Whether its answer is a number, and no rows. */
  readonly isCount: boolean;
  /** Whether the bound is the server's, so that there may be more. */
  readonly isCut: boolean;
}

/** Checks how much a request wants, and bounds one that does not say. Throws INVALID_ARGUMENT. */
export function bounded(json: string, { rows }: Limits): Bounded {
  const request = objectOf(json);
  const search = Reflect.get(request, "search") as unknown;
  for (const part of [request, search]) {
    if (typeof part !== "object" || part === null) continue;
    for (const name of WANTED) if (Number(Reflect.get(part, name) ?? 0) > rows) throw tooMany(name, rows);
  }
  const kind: unknown = Reflect.get(request, "kind");
  // Numbers about groups are of no kind.
  const isCut = (kind === "find" || kind === undefined) && Reflect.get(request, "limit") == null;
  // One more than is allowed shows that there are more.
  const sent = isCut ? JSON.stringify({ ...request, limit: rows + 1 }) : json;
  return { json: sent, isCount: kind === "count", isCut };
}

/** Checks that an answer is not too much to be sent at once. Throws INVALID_ARGUMENT. */
export function checkFound(found: number, { rows }: Limits): void {
  if (found <= rows) return;
  throw new VarveError(
    "INVALID_ARGUMENT",
    `The answer has more than ${rows} rows, the most that a server sends at once.`,
    {
      hint: "Ask for fewer with where, limit or points that lie closer together; scan() has no limit.",
    },
  );
}

/** A find in Arrow that does not say how much it wants. */
export function unbounded({ rows }: Limits): VarveError {
  return new VarveError("INVALID_ARGUMENT", "limit: a server wants one for an answer in Arrow.", {
    hint: `Set it to ${rows} or less, or use scan(), which has no limit.`,
  });
}

function objectOf(json: string): object {
  try {
    const request: unknown = JSON.parse(json);
    if (typeof request === "object" && request !== null) return request;
  } catch {
    // Said below.
  }
  throw new VarveError("INVALID_ARGUMENT", "The request is not a JSON object.", {
    hint: "Use connect() of this package, or the calls of /openapi.json.",
  });
}

function tooMany(name: string, rows: number): VarveError {
  return new VarveError("INVALID_ARGUMENT", `${name}: a server answers at most ${rows} rows in one call.`, {
    hint: `Set limit to ${rows} or less and turn pages with after, or use scan(), which has no limit.`,
  });
}
