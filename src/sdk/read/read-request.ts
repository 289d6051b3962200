import { checkOptions, type OptionRules } from "../call/options";
import type { Plans } from "../handle/plan";

/**
 * The options of a read, as they are when it is called. Filters that are functions are called now, with the columns of the newest version: a
 * snapshot, or a search across time, may have to look its version up first. One that needs other columns is called once they are known.
 */
export function readRequest<T extends { readonly where?: unknown }>(
  call: string,
  rules: OptionRules<T>,
  options: object | undefined,
  newest: Plans,
  more: readonly unknown[],
): T {
  const request = checkOptions(call, rules, options, more);
  const { where } = request;
  if (typeof where !== "function" && !Array.isArray(where)) return request;
  const called = Array.isArray(where) ? where.map((one) => newest.called(one)) : newest.called(where);
  return Object.assign(Object.create(null), request, { where: called }) as T;
}
