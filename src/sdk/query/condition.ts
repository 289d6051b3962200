import { hasBrand } from "../../realm";
import { type FilterNode, join, not as notNode } from "./node";

const brand: unique symbol = Symbol.for("varve.condition");

/**
 * A filter. Made by the builder in `where: (c) => c.lang.eq("en")` or by `` sql`lang = ${lang}` ``, put together with `and`, `or`
 * and `not`, and immutable. A comparison with a null is unknown, and unknown rows are not returned.
 *
 * @example
 * ```ts
 * const recent = (c) => c.at.gte(monday).and(c.lang.eq("en").or(c.lang.isNull()));
 * ```
 */
export class Condition {
  /** The filter as plain data. */
  readonly node: FilterNode;

  /** Made by the builder and by `sql`. */
  constructor(node: FilterNode) {
    this.node = node;
    Object.defineProperty(this, brand, { value: true });
    Object.freeze(this);
  }

  /** This and all of the others. */
  and(...others: readonly Condition[]): Condition {
    return and(this, ...others);
  }

  /** This or one of the others. */
  or(...others: readonly Condition[]): Condition {
    return or(this, ...others);
  }

  /** The opposite of this; rows for which this is unknown stay out. */
  not(): Condition {
    return not(this);
  }

  /** The filter as plain data. */
  toJSON(): FilterNode {
    return this.node;
  }

  /** Whether a value is a condition, also when two copies of the package are loaded. */
  static is(value: unknown): value is Condition {
    return hasBrand(value, brand);
  }
}

/** All of the conditions; true where there are none. */
export function and(...conditions: readonly Condition[]): Condition {
  return new Condition(join("and", conditions.map(nodeOf)));
}

/** One of the conditions; false where there are none. */
export function or(...conditions: readonly Condition[]): Condition {
  return new Condition(join("or", conditions.map(nodeOf)));
}

/** The opposite of a condition; rows for which it is unknown stay out. */
export function not(condition: Condition): Condition {
  return new Condition(notNode(condition.node));
}

function nodeOf(condition: Condition): FilterNode {
  return condition.node;
}
