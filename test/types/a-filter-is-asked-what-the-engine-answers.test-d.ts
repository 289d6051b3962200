// The methods that a column has in a filter are those that the rules of the engine have for its type: no more, and no fewer.

import { boolean, bytes, date, float, int, json, list, struct, table, text, timestamp, vector } from "varve";
import { describe, expectTypeOf, test } from "vitest";
import type { FilterColumns, JsonPathRef } from "../../src/sdk/query/builder-types";
import type { RULES } from "../../src/sdk/schema/rules";

type Kind = keyof typeof RULES;

/** Some operators have a method for their opposite, or for another way of comparing letters. */
interface MoreMethods {
  readonly in: "notIn";
  readonly like: "ilike";
}
type MethodsOf<Op extends string> = Op | (Op extends keyof MoreMethods ? MoreMethods[Op] : never);
type Expected<K extends Kind> = MethodsOf<(typeof RULES)[K]["asked"][number]> | "isNull" | "isNotNull";

const things = table("things", {
  text: text(),
  enum: text({ enum: ["a", "b"] }),
  json: json(),
  int: int(),
  float: float(),
  boolean: boolean(),
  timestamp: timestamp(),
  date: date(),
  bytes: bytes(),
  vector: vector(2),
  list: list(text()),
  struct: struct({ inner: text() }),
});
type Columns = FilterColumns<typeof things>;

describe("a column can be asked what the engine answers", () => {
  test("if it is plain", () => {
    expectTypeOf<keyof Columns["text"]>().toEqualTypeOf<Expected<"text">>();
    expectTypeOf<keyof Columns["enum"]>().toEqualTypeOf<Expected<"enum">>();
    expectTypeOf<keyof Columns["int"]>().toEqualTypeOf<Expected<"int">>();
    expectTypeOf<keyof Columns["float"]>().toEqualTypeOf<Expected<"float">>();
    expectTypeOf<keyof Columns["boolean"]>().toEqualTypeOf<Expected<"boolean">>();
    expectTypeOf<keyof Columns["timestamp"]>().toEqualTypeOf<Expected<"timestamp">>();
    expectTypeOf<keyof Columns["date"]>().toEqualTypeOf<Expected<"date">>();
    expectTypeOf<keyof Columns["bytes"]>().toEqualTypeOf<Expected<"bytes">>();
    expectTypeOf<keyof Columns["vector"]>().toEqualTypeOf<Expected<"vector">>();
  });

  test("if something lies in it", () => {
    expectTypeOf<keyof Columns["list"]>().toEqualTypeOf<Expected<"list">>();
    expectTypeOf<keyof Columns["json"]>().toEqualTypeOf<Expected<"json"> | "path">();
    expectTypeOf<keyof JsonPathRef>().toEqualTypeOf<Expected<"insideJson">>();
    expectTypeOf<keyof Columns["struct"]>().toEqualTypeOf<Expected<"struct"> | "field" | "inner">();
  });
});
