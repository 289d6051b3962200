// The calls by which `connect` reads a table of a server: those of the native module that read, as they are.

import { VarveError } from "varve";
import type { NativePage, NativeScan, NativeTable } from "../native-types";
import type { WireRequest } from "../wire";
import { bounded, checkFound, type Limits } from "./limits";

/** What a call answers. */
export type Answer =
  | { readonly kind: "json"; readonly text: string }
  | { readonly kind: "page"; readonly page: NativePage }
  | { readonly kind: "arrow"; readonly bytes: Uint8Array }
  | { readonly kind: "scan"; readonly scan: NativeScan; readonly inArrow: boolean };

type Call = (table: NativeTable, request: WireRequest, limits: Limits) => Promise<Answer>;

/** The first number of a page is how many rows it has. */
function paged(page: NativePage, limits: Limits): Answer {
  checkFound(page.numbers[0] ?? 0, limits);
  return { kind: "page", page };
}

const json = async (text: Promise<string>): Promise<Answer> => ({ kind: "json", text: await text });

const CALLS: Readonly<Record<string, Call>> = {
  info: (table) => json(table.info()),
  resolve: (table, request) => json(table.resolve(request.json)),
  tags: (table) => json(table.tags()),
  stats: (table) => json(table.stats()),
  history: (table, request, limits) => json(table.history(bounded(request.json, limits))),
  aggregate: (table, request) => json(table.aggregate(request.json)),
  explain: (table, request, limits) => json(table.explain(bounded(request.json, limits), request.vector)),
  diff: async (table, request, limits) => paged(await table.diff(request.json), limits),
  page: async (table, request, limits) =>
    paged(await table.readPage(bounded(request.json, limits), request.vector), limits),
  arrow: async (table, request, limits) => {
    const bytes = await table.readArrow(bounded(request.json, limits), request.vector);
    return { kind: "arrow", bytes };
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
