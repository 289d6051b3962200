// Every message about sessions.

import { VarveError } from "varve";
import { describeValue } from "../../describe-value";

/** An argument that makes no sense. */
export function badArgument(call: string, name: string, expected: string, found: unknown): VarveError {
  return new VarveError(
    "INVALID_ARGUMENT",
    `${call}, ${name}: expected ${expected}, found ${describeValue(found)}.`,
  );
}

/** An operation that was done already, with something else in it. */
export function otherTransaction(operation: string): VarveError {
  return new VarveError(
    "CONFLICT",
    `The operation ${JSON.stringify(operation)} was applied already, with another transaction.`,
    { hint: "An operationId stands for one transaction: take a new one. Nothing was changed." },
  );
}

/** An end of a history that is another one. */
export function otherSuffix(session: string): VarveError {
  return new VarveError(
    "CONFLICT",
    `The history of session ${JSON.stringify(session)} does not end as the transaction expects.`,
    { hint: "Read the items again. Nothing was changed." },
  );
}

/** A session that others write to without a pause. */
export function tooBusy(session: string): VarveError {
  return new VarveError("CONFLICT", `Others kept writing to session ${JSON.stringify(session)}.`, {
    hint: "Repeat the call.",
  });
}
