import { createContext, runInContext } from "node:vm";
import { VarveError } from "varve";
import { expect, test } from "vitest";
import { toVarveError } from "../../src/sdk/native/call";

const realm = createContext({});
const make = (code: string): unknown => runInContext(`(${code})`, realm);

test("a failure of the native module keeps its code when its error is of another realm", () => {
  const message = JSON.stringify({
    code: "TABLE_NOT_FOUND",
    message: "There is no table.",
    where: { table: "x" },
  });
  const error = toVarveError(make(`new Error(${JSON.stringify(message)})`));
  expect(error).toBeInstanceOf(VarveError);
  expect(error).toMatchObject({ code: "TABLE_NOT_FOUND", where: { table: "x" } });
});
