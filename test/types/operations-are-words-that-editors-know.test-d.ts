import type { Commit, Operation } from "varve";
import { expectTypeOf, test } from "vitest";

test("an operation is one of the known words, or any other that a newer version writes", () => {
  expectTypeOf<Commit["operation"]>().toEqualTypeOf<Operation>();
  expectTypeOf<"insert">().toExtend<Operation>();
  expectTypeOf<string>().toExtend<Operation>();
  // Were the known words swallowed by `string`, editors would offer none.
  expectTypeOf<Operation>().not.toEqualTypeOf<string>();
});
