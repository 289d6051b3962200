import { emitWarning } from "node:process";
import { messageOf } from "../../realm";

const warned = new WeakSet<object>();

/** Says once of each listener that it failed: the call that it was told of goes on as if it had not. */
export function warnOnce(listener: object, what: string, error: unknown): void {
  if (warned.has(listener)) return;
  warned.add(listener);
  emitWarning(`${what} threw: ${messageOf(error)}. The call that it was told of is not affected.`, {
    type: "VarveWarning",
    code: "VARVE_LISTENER",
  });
}
