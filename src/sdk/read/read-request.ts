import { checkOptions } from "../call/options";
import type { Plans } from "../handle/plan";

/** What a read was asked for. */
interface ReadRequest {
  readonly where?: unknown;
}

/**
 * The options of a read, as they are when it is called. Filters that are functions are called now, with the columns of the newest version: a
 * snapshot, or a search across time, may have to look its version up first. One that needs other columns is called once they are known.
 */
export function readRequest<T extends ReadRequest>(
  call: "find" | "findFirst" | "count" | "scan" | "search",
  options: T | undefined,
  newest: Plans,
): T {
  const request = checkOptions(call, options);
  const { where } = request;
  if (typeof where !== "function" && !Array.isArray(where)) return request;
  const called = Array.isArray(where) ? where.map((one) => newest.called(one)) : newest.called(where);
  return Object.assign(Object.create(null), request, { where: called }) as T;
}
