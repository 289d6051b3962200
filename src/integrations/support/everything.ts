// Whether a filter lets every document through because it says nothing. Where something is deleted or changed, that is a slip more often
// than a wish.

/** Whether a Mongo-style filter, or a list of them, holds for every document, whatever the documents are. */
export function matchesEverything(filter: unknown): boolean {
  return outcome(filter, 0) === true;
}

/** What a filter is whatever the document: true, false, or undefined where it depends on it. */
type Outcome = boolean | undefined;

const DEPTH_MAX = 64;

function outcome(filter: unknown, depth: number): Outcome {
  if (depth > DEPTH_MAX) return undefined;
  if (Array.isArray(filter)) return all(filter.map((one) => outcome(one, depth + 1)));
  if (typeof filter !== "object" || filter === null) return undefined;
  if (!isPlain(filter)) return undefined;
  return all(Object.entries(filter).map(([key, value]) => outcomeOf(key, value, depth + 1)));
}

function outcomeOf(key: string, value: unknown, depth: number): Outcome {
  const parts = (): Outcome[] => (Array.isArray(value) ? value : []).map((one) => outcome(one, depth));
  switch (key) {
    case "$and":
      return all(parts());
    case "$or":
      return any(parts());
    case "$nor":
      return opposite(any(parts()));
    case "$not":
      return opposite(outcome(value, depth));
    default:
      return isMatch(value) ? outcome(value.$match, depth) : undefined;
  }
}

function all(outcomes: readonly Outcome[]): Outcome {
  if (outcomes.includes(false)) return false;
  return outcomes.includes(undefined) ? undefined : true;
}

function any(outcomes: readonly Outcome[]): Outcome {
  if (outcomes.includes(true)) return true;
  return outcomes.includes(undefined) ? undefined : false;
}

function opposite(one: Outcome): Outcome {
  return one === undefined ? undefined : !one;
}

function isMatch(value: unknown): value is { readonly $match: unknown } {
  return (
    typeof value === "object" && value !== null && isPlain(value) && Object.keys(value).join() === "$match"
  );
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
