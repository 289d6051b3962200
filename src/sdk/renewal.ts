// Credentials that hold for a while: a function gives them, and is asked again before they end.

import { isDate, millisecondsOf } from "../realm";
import { type BucketOptions, checkLastingCredentials, kindOf, type LastingCredentials } from "./bucket";
import { badInstant, noCredentials } from "./call/errors";
import { parseInstant } from "./schema/calendar";

/** They are asked for anew so long before they end, or after half of the time where that is less. */
const AHEAD_MS = 5 * 60_000;
/** So long after the function failed. */
const AGAIN_MS = 30_000;
/** A function that was asked anew and has not answered for so long has failed. */
const PATIENCE_MS = 60_000;
/** Timers hold no more. */
const LONGEST_MS = 24 * 60 * 60_000;

type Ask = () => Promise<LastingCredentials>;

interface Answer {
  readonly credentials: Omit<LastingCredentials, "expiration">;
  /** In milliseconds since 1970. */
  readonly end: number | undefined;
}

/** What `connect` was given, with credentials in the place of the function. */
export interface Known {
  readonly options: BucketOptions;
  /** Asks again and again, as long as the database is open; returns what ends that. */
  readonly keepUp: (renew: (credentials: string) => Promise<unknown>) => () => void;
}

/** Asks the function, if there is one. */
export async function knownCredentials(given: BucketOptions): Promise<Known> {
  const { credentials } = given;
  if (typeof credentials !== "function") return { options: given, keepUp: () => () => undefined };
  const ask: Ask = async () => await credentials();
  const first = await asked(ask);
  return {
    options: { ...given, credentials: first.credentials },
    keepUp: (renew) => keepUp(ask, first.end, renew),
  };
}

/** What the function answered. Each property is read once: they may be getters, and what those throw may hold keys. */
async function asked(ask: Ask): Promise<Answer> {
  let credentials: Omit<LastingCredentials, "expiration">;
  let expiration: unknown;
  try {
    const given = Object(await ask()) as LastingCredentials;
    const { accessKeyId, secretAccessKey, sessionToken } = given;
    credentials = { accessKeyId, secretAccessKey, sessionToken };
    ({ expiration } = given);
  } catch (error) {
    throw noCredentials(error);
  }
  checkLastingCredentials("credentials()", credentials);
  return { credentials, end: endOf(expiration) };
}

/** When they end, if they do. The value is not shown: it may be a key in the wrong place. */
function endOf(expiration: unknown): number | undefined {
  if (expiration === undefined || expiration === null) return undefined;
  let end: number | undefined;
  if (typeof expiration === "string") end = parseInstant(expiration);
  else if (isDate(expiration)) end = millisecondsOf(expiration);
  if (end !== undefined && !Number.isNaN(end)) return end;
  throw badInstant("credentials(): expiration", isDate(expiration) ? "an invalid Date" : kindOf(expiration));
}

/** Fails where an answer takes too long; one that comes afterwards is not looked at. */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(reject, PATIENCE_MS);
    timer.unref();
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

function keepUp(
  ask: Ask,
  firstEnd: number | undefined,
  renew: (credentials: string) => Promise<unknown>,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  let ended = false;
  const wait = (ms: number): void => {
    if (ended) return;
    timer = setTimeout(() => void next(), Math.min(ms, LONGEST_MS));
    // A program may end meanwhile.
    timer.unref();
  };
  const waitFor = (end: number | undefined): void => {
    if (end === undefined) return;
    const left = end - Date.now();
    // A function that has only keys that ended has no others a moment later.
    wait(left <= 0 ? AGAIN_MS : Math.max(1000, left - AHEAD_MS, Math.min(left, AHEAD_MS) / 2));
  };
  const next = async (): Promise<void> => {
    try {
      const { credentials, end } = await inTime(asked(ask));
      if (ended) return;
      await renew(JSON.stringify(credentials));
      waitFor(end);
    } catch {
      // Those that it has may hold for a while, and the store says when they do not.
      wait(AGAIN_MS);
    }
  };
  waitFor(firstEnd);
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
