// The calls by which `connect` reads a table of a server: those of the native module that read, as they are.

import { VarveError } from "varve";
import type { NativePage, NativeScan, NativeTable } from "../native-types";
import type { WireRequest } from "../wire";
import { bounded, checkFound, type Limits, unbounded } from "./limits";

/** What a call answers. */
export type Answer =
  | { readonly kind: "json"; readonly text: string }
  | { readonly kind: "page"; readonly page: NativePage }
  | { readonly kind: "arrow"; readonly bytes: Uint8Array }
  | { readonly kind: "scan"; readonly scan: NativeScan; readonly inArrow: boolean };

type Call = (table: NativeTable, request: WireRequest, limits: Limits) => Promise<Answer>;

/** The first number of a page is how many rows it has. */
const rowsOf = (page: NativePage): number => page.numbers[0] ?? 0;

const json = async (text: Promise<string>): Promise<Answer> => ({ kind: "json", text: await text });

/** A list of commits or groups. */
async function listed(text: Promise<string>, limits: Limits): Promise<Answer> {
  const answer = await json(text);
  checkFound((JSON.parse(await text) as unknown[]).length, limits);
  return answer;
}

const CALLS: Readonly<Record<string, Call>> = {
  info: (table) => json(table.info()),
  resolve: (table, request) => json(table.resolve(request.json)),
  tags: (table) => json(table.tags()),
  stats: (table) => json(table.stats()),
  history: (table, request, limits) => listed(table.history(bounded(request.json, limits).json), limits),
  aggregate: (table, request, limits) => listed(table.aggregate(bounded(request.json, limits).json), limits),
  explain: (table, request, limits) =>
    json(table.explain(bounded(request.json, limits).json, request.vector)),
  diff: async (table, request, limits) => {
    const page = await table.diff(request.json);
    checkFound(rowsOf(page), limits);
    return { kind: "page", page };
  },
  page: async (table, request, limits) => {
    const { json, isCount } = bounded(request.json, limits);
    const page = await table.readPage(json, request.vector);
    if (!isCount) checkFound(rowsOf(page), limits);
    return { kind: "page", page };
  },
  arrow: async (table, request, limits) => {
    const { json, isCut } = bounded(request.json, limits);
    // How many rows a stream has is not seen before it is read.
    if (isCut) throw unbounded(limits);
    return { kind: "arrow", bytes: await table.readArrow(json, request.vector) };
  },
  scan: async (table, request) => ({ kind: "scan", scan: await table.scan(request.json), inArrow: false }),
  "scan-arrow": async (table, request) => ({
    kind: "scan",
    scan: await table.scan(request.json),
    inArrow: true,
  }),
};

/** The call with a name. Throws INVALID_ARGUMENT. */
export function callNamed(name: string): Call {
  if (Object.hasOwn(CALLS, name)) return CALLS[name] as Call;
  throw new VarveError("INVALID_ARGUMENT", `A server has no call ${JSON.stringify(name)} of a table.`, {
    hint: `The calls are ${Object.keys(CALLS).join(", ")}.`,
  });
}
