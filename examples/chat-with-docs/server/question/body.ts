// The body of a question, checked.

import type { Context } from "hono";
import { BadRequest, type PointInput } from "../point.ts";
import type { Asked, Reading } from "./understand.ts";

/** The most characters of a question. */
const QUESTION = 500;
/** A question as it was understood has those that it follows in it. */
const UNDERSTOOD = 2000;
const KINDS: readonly unknown[] = ["time", "follow-up", "spelling"] satisfies Reading["kind"][];

/** Reads what was asked; throws a sentence where it is none. */
export async function questionOf(c: Context): Promise<Omit<Asked, "signal">> {
  // A form of another page cannot send this type without asking first.
  if (c.req.header("content-type")?.split(";")[0] !== "application/json") {
    throw new BadRequest("A question is sent as application/json.");
  }
  const body: unknown = await c.req.json().catch((cause: unknown) => {
    throw new BadRequest("The body is not JSON.", { cause });
  });
  const { question, asOf, after, without = [], folder } = fieldsOf(body);
  if (
    !Array.isArray(without) ||
    without.length > KINDS.length ||
    !without.every((one) => KINDS.includes(one))
  )
    throw new BadRequest('without is a list of "time", "follow-up" and "spelling".');
  return {
    question: textOf(question, QUESTION),
    asOf: pointOf(asOf),
    after: after === undefined || after === null ? undefined : beforeOf(after),
    without: without as Reading["kind"][],
    folder: folder === undefined || folder === null ? undefined : textOf(folder, QUESTION),
  };
}

function beforeOf(after: unknown): Asked["after"] {
  const { question, asOf } = fieldsOf(after);
  return { question: textOf(question, UNDERSTOOD), asOf: pointOf(asOf) };
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
}

function textOf(question: unknown, size: number): string {
  if (typeof question === "string" && question.trim() !== "" && question.length <= size)
    return question.trim();
  throw new BadRequest(`A question is a text of at most ${size} characters.`);
}

function pointOf(asOf: unknown): PointInput {
  if (asOf === undefined || asOf === null) return undefined;
  if (typeof asOf === "string" || typeof asOf === "number") return asOf;
  throw new BadRequest("asOf is a version, a day such as 2025-03-31 or yesterday, or nothing for now.");
}
