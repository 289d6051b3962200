// Credentials that hold for a while: a function gives them, and is asked again before they end.

import {
  type BucketCredentials,
  type BucketOptions,
  checkCredentials,
  type LastingCredentials,
} from "./bucket";
import { noCredentials } from "./call/errors";

/** They are asked for anew so long before they end, or after half of the time where that is less. */
const AHEAD_MS = 5 * 60_000;
/** So long after the function failed. */
const AGAIN_MS = 30_000;
/** Timers hold no more. */
const LONGEST_MS = 24 * 60 * 60_000;

type Ask = () => Promise<LastingCredentials>;

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
    keepUp: (renew) => keepUp(ask, first.expiration, renew),
  };
}

async function asked(ask: Ask): Promise<{ credentials: BucketCredentials; expiration: number | undefined }> {
  let given: LastingCredentials;
  try {
    given = await ask();
  } catch (error) {
    throw noCredentials(error);
  }
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = Object(given) as LastingCredentials;
  const credentials = { accessKeyId, secretAccessKey, sessionToken };
  checkCredentials("credentials()", credentials);
  return { credentials, expiration: expiration === undefined ? undefined : Number(expiration) };
}

function keepUp(
  ask: Ask,
  expiration: number | undefined,
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
  const waitFor = (expiration: number | undefined): void => {
    if (expiration === undefined || Number.isNaN(expiration)) return;
    const left = expiration - Date.now();
    wait(Math.max(1000, left - AHEAD_MS, Math.min(left, AHEAD_MS) / 2));
  };
  const next = async (): Promise<void> => {
    try {
      const { credentials, expiration } = await asked(ask);
      if (ended) return;
      await renew(JSON.stringify(credentials));
      waitFor(expiration);
    } catch {
      // Those that it has may hold for a while, and the store says when they do not.
      wait(AGAIN_MS);
    }
  };
  waitFor(expiration);
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
