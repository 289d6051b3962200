import { describeValue } from "../../describe-value";
import { hasBrand } from "../../realm";
import { DEPTH_MAX, NODES_MAX } from "../schema/rules";
import { notJoinable, tooDeep, tooLarge } from "./filter-errors";
import { type FilterNode, join, not as notNode, notTrue } from "./node";

const brand: unique symbol = Symbol.for("varve.condition");

/** Conditions that were put together. The tree is made when somebody asks for it, so that a chain of many costs what one list does. */
interface Joined {
  readonly op: "and" | "or" | "not" | "isNotTrue";
  readonly parts: readonly Condition[];
}

/** The most steps through a chain of conditions; a longer one has more nodes than a filter may have. */
const STEPS_MAX = 4 * NODES_MAX;

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
  declare readonly node: FilterNode;
  #made: FilterNode | Joined;

  /** Made by the builder and by `sql`. */
  constructor(made: FilterNode | Joined) {
    this.#made = made;
    // An own property that is seen: there are libraries that take an object without keys for an empty filter.
    if ("parts" in made) Object.defineProperty(this, "node", { enumerable: true, get: () => this.#tree() });
    else this.node = made;
    Object.freeze(this);
  }

  static {
    Object.defineProperty(Condition.prototype, brand, { value: true });
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

  /**
   * Wherever this is not true: where it is false, and where it is unknown, because a value is missing or of another type.
   *
   * @example
   * ```ts
   * const open = await t.find({ where: (c) => c.state.eq("closed").isNotTrue() });
   * ```
   */
  isNotTrue(): Condition {
    return joined("isNotTrue", [this]);
  }

  /** The filter as plain data. */
  toJSON(): FilterNode {
    return this.node;
  }

  /** Whether a value is a condition, also when two copies of the package are loaded. */
  static is(value: unknown): value is Condition {
    return hasBrand(value, brand);
  }

  #tree(): FilterNode {
    if ("parts" in this.#made) this.#made = new TreeMaker().node(this.#made, 1);
    return this.#made;
  }

  /** @internal What a condition was made of: a tree, or conditions that are not a tree yet. */
  static madeOf(condition: { readonly node: FilterNode }): FilterNode | Joined {
    // One of another copy of the package has no such field.
    return #made in condition ? condition.#made : condition.node;
  }
}

/** All of the conditions; true where there are none. */
export function and(...conditions: readonly Condition[]): Condition {
  return joined("and", conditions);
}

/** One of the conditions; false where there are none. */
export function or(...conditions: readonly Condition[]): Condition {
  return joined("or", conditions);
}

/** The opposite of a condition; rows for which it is unknown stay out. */
export function not(condition: Condition): Condition {
  return joined("not", [condition]);
}

function joined(op: Joined["op"], parts: readonly Condition[]): Condition {
  if (parts.length > NODES_MAX) throw tooLarge(NODES_MAX);
  for (const part of parts) if (!Condition.is(part)) throw notJoinable(op, describeValue(part));
  return new Condition({ op, parts });
}

/** Makes the tree of conditions that were put together. */
class TreeMaker {
  #steps = 0;

  node(made: FilterNode | Joined, depth: number): FilterNode {
    if (!("parts" in made)) return made;
    if (depth > DEPTH_MAX) throw tooDeep(DEPTH_MAX);
    const { op, parts } = made;
    if (op === "and" || op === "or") return this.#join(op, parts, depth);
    const [only] = parts;
    const node = this.node(only === undefined ? { op: "or", parts: [] } : Condition.madeOf(only), depth + 1);
    return op === "not" ? notNode(node) : notTrue(node);
  }

  /** Chains of one kind are walked without a call for each link. */
  #join(op: "and" | "or", parts: readonly Condition[], depth: number): FilterNode {
    const nodes: FilterNode[] = [];
    const waiting = parts.toReversed();
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      this.#steps += 1;
      if (this.#steps > STEPS_MAX) throw tooLarge(NODES_MAX);
      const made = Condition.madeOf(next);
      if ("parts" in made && made.op === op) for (const part of made.parts.toReversed()) waiting.push(part);
      else nodes.push(this.node(made, depth + 1));
    }
    const size = nodes.reduce((sum, node) => sum + (node.op === op ? node.args.length : 1), 0);
    if (size > NODES_MAX) throw tooLarge(NODES_MAX);
    return join(op, nodes);
  }
}
