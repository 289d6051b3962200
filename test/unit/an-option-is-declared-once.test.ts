// What one rule says of an option is all that is needed: it is read, checked, listed among the known ones, and told to the engine.

import { VarveError } from "varve";
import { expect, test } from "vitest";
import {
  checkOptions,
  choice,
  count,
  DATA,
  FLAG,
  type OptionRules,
  sent,
  sentOptions,
} from "../../src/sdk/call/options";
import { FIND, SCAN } from "../../src/sdk/read/find-options";
import { SEARCH } from "../../src/sdk/read/search-options";

interface Options {
  readonly least?: number | undefined;
  readonly order?: "up" | "down" | undefined;
  readonly note?: unknown;
  readonly strict?: boolean | undefined;
  readonly clock?: unknown;
}

const rules: OptionRules<Options> = {
  least: sent(count(1)),
  order: choice("up", "down"),
  note: DATA,
  strict: sent(FLAG),
  clock: { ...DATA, hidden: true },
};

const read = (options: object): Options => checkOptions("call", rules, options);

function messageOf(options: object): string {
  try {
    read(options);
  } catch (error) {
    if (VarveError.is(error)) return `${error.message} ${error.hint ?? ""}`.trim();
  }
  return "nothing was refused";
}

test("it is read, and what the engine is told of is what was given of the ones that are sent", () => {
  const options = read({ least: 3, order: "up", note: { a: [1] }, strict: undefined, clock: 1 });
  expect({ ...options }).toEqual({ least: 3, order: "up", note: { a: [1] }, clock: 1 });
  expect(sentOptions(rules, options)).toEqual({ least: 3 });
  expect(sentOptions(rules, read({ strict: false }))).toEqual({ strict: false });
});

test("it is checked, and named where another name is not known", () => {
  expect(messageOf({ least: 0 })).toBe("least: expected a whole number from 1 on, found the number 0.");
  expect(messageOf({ order: "left" })).toBe('order: expected "up" or "down", found the text "left".');
  expect(messageOf({ strict: 1 })).toBe("strict: expected true or false, found the number 1.");
  expect(messageOf({ toString: 1 })).toBe(
    'call takes no option "toString". Its options are least, order, note, strict.',
  );
});

test("the engine is told of the options that it understands, and of no others", () => {
  const told = (all: Readonly<Record<string, { readonly sent?: boolean }>>): string[] =>
    Object.keys(all).filter((name) => all[name]?.sent);
  expect({ find: told(FIND), scan: told(SCAN), search: told(SEARCH) }).toEqual({
    find: ["limit", "offset"],
    scan: ["batchRows"],
    search: [
      "limit",
      "offset",
      "after",
      "minScore",
      "maxDistance",
      "diversity",
      "candidates",
      "confidence",
      "exact",
      "recall",
      "everyVersion",
    ],
  });
});
