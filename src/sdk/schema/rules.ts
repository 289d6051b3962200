// Generated from native/engine/src/schema/rules.rs by `UPDATE_RULES=1 cargo test -p varve-engine rules`: do not edit.

/**
 * What may be done with a column, by its kind: the operators of filters, of which `isNull` goes with all; whether rows can be ordered
 * by it; whether it can be the primary key.
 */
export const RULES = {
  text: {
    asked: ["eq", "ne", "in", "lt", "lte", "gt", "gte", "between", "like", "contains"],
    ordered: true,
    key: true,
  },
  enum: {
    asked: ["eq", "ne", "in", "lt", "lte", "gt", "gte", "between", "like", "contains"],
    ordered: true,
    key: false,
  },
  json: {
    asked: ["contains", "containsAny", "containsAll"],
    ordered: false,
    key: false,
  },
  int: {
    asked: ["eq", "ne", "in", "lt", "lte", "gt", "gte", "between"],
    ordered: true,
    key: true,
  },
  float: {
    asked: ["eq", "ne", "in", "lt", "lte", "gt", "gte", "between"],
    ordered: true,
    key: false,
  },
  boolean: {
    asked: ["eq", "ne", "in"],
    ordered: true,
    key: false,
  },
  timestamp: {
    asked: ["eq", "ne", "in", "lt", "lte", "gt", "gte", "between"],
    ordered: true,
    key: false,
  },
  date: {
    asked: ["eq", "ne", "in", "lt", "lte", "gt", "gte", "between"],
    ordered: true,
    key: false,
  },
  bytes: {
    asked: ["eq", "ne", "in"],
    ordered: false,
    key: false,
  },
  vector: {
    asked: [],
    ordered: false,
    key: false,
  },
  list: {
    asked: ["contains", "containsAny", "containsAll"],
    ordered: false,
    key: false,
  },
  struct: {
    asked: [],
    ordered: false,
    key: false,
  },
  insideJson: {
    asked: [
      "eq",
      "ne",
      "in",
      "lt",
      "lte",
      "gt",
      "gte",
      "between",
      "like",
      "contains",
      "containsAny",
      "containsAll",
    ],
    ordered: false,
    key: false,
  },
} as const;

/** The most levels of a filter. */
export const DEPTH_MAX = 64;

/** The most nodes of a filter. */
export const NODES_MAX = 16_384;
