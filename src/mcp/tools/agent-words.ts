// What the SDK says to programs, in the words of those who write JSON and call tools.

import type { VarveErrorCode } from "varve";

/** What messages call values and options. */
const SPOKEN: readonly (readonly [of: string, words: string])[] = [
  ["a bigint of 64 bits", "a whole number of 64 bits"],
  ["a whole number that is safe, or a bigint", "a whole number"],
  ["int (bigint)", "int"],
  [
    "a valid Date, or an ISO 8601 text with its zone",
    "an ISO 8601 text with its zone (2026-09-30T12:00:00Z)",
  ],
  ["effectiveAt", "effective_at"],
];

/** Calls, literals and declarations of TypeScript. */
const PROGRAM =
  /\w\(|=>|`|\{ |Uint8Array|\bdeclare|\bopen (it|the table)\b|\bcause of this error\b|\bread the column as\b/i;

/** What to do next where the SDK says it in TypeScript. */
const INSTEAD: Readonly<Partial<Record<VarveErrorCode, string>>> = {
  INVALID_ROW:
    "describe_table shows the columns: those that are computed are left out, those that are nullable may be.",
  INVALID_FILTER:
    "Write a condition of SQL, such as lang = 'en' AND views IN (1, 2); describe_table shows the columns.",
};

/** What to do next where the SDK says nothing. */
const OTHERWISE: Readonly<Partial<Record<VarveErrorCode, string>>> = {
  ...INSTEAD,
  INVALID_ROW: "describe_table shows the columns, and what they hold.",
};

/** A message in the words of agents. */
export function agentMessage(code: VarveErrorCode, message: string): string {
  const bytes = ["a Uint8Array", code === "INVALID_ROW" ? "bytes as Base64" : "bytes"] as const;
  return [...SPOKEN, bytes].reduce((said, [of, words]) => said.replaceAll(of, words), message);
}

/** A hint in the words of agents; undefined where the message has to do. */
export function agentHint(code: VarveErrorCode, hint: string | undefined): string | undefined {
  if (hint === undefined) return OTHERWISE[code];
  return PROGRAM.test(hint) ? INSTEAD[code] : hint;
}
