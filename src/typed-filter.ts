import { type Condition, sql } from "varve";

/** A filter that somebody has typed: there is nothing to bind, and what cannot be read is an error. */
export function typedFilter(text: string): Condition {
  return sql(Object.assign([text], { raw: [text] }));
}
