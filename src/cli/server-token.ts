import { randomBytes } from "node:crypto";
import { usageError } from "./cli-error";

/** The fewest characters of a token that somebody chose. */
export const TOKEN_MIN = 16;

/** The token in a variable of the environment; undefined where there is none. */
export function givenToken(variable: string): string | undefined {
  const given = process.env[variable] ?? "";
  if (given === "") return undefined;
  if (given.length >= TOKEN_MIN) return given;
  throw usageError(`${variable} has ${given.length} characters, and needs ${TOKEN_MIN} or more.`);
}

/** A token that nobody can guess. */
export function newToken(): string {
  return randomBytes(24).toString("base64url");
}
