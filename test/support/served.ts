import type { Database } from "varve";
import { onTestFinished } from "vitest";
import { type Limits, serve } from "../../src/serve/index";

export const TOKEN = "the-token-of-the-tests";

/** Serves a database until the test has finished; returns the address. */
export async function served(db: Database, limits?: Limits, errors: Error[] = []): Promise<string> {
  const end = new AbortController();
  return await new Promise((resolve, reject) => {
    const what = { db, version: "0.0.0", onError: (error: Error) => errors.push(error) };
    const options = { host: "127.0.0.1", port: 0, token: TOKEN, onListening: resolve };
    const running = serve(what, limits === undefined ? options : { ...options, limits }, end.signal);
    running.catch(reject);
    onTestFinished(async () => {
      end.abort();
      await running;
    });
  });
}
