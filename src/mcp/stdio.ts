import { serveStdio as serve } from "@modelcontextprotocol/server/stdio";
import { AnsweringTransport } from "./answering-transport";
import { databaseServer, type Served } from "./server";

/** Serves a database to the program that has started this one, until that closes the input or the signal is aborted. */
export async function serveStdio(served: Served, signal: AbortSignal): Promise<void> {
  const transport = new AnsweringTransport(process.stdin, process.stdout);
  const handle = serve(() => databaseServer(served), { transport, onerror: served.onError });
  // The protocol's own listener is there by now; it goes first.
  const onclose = transport.onclose;
  await new Promise<void>((resolve) => {
    transport.onclose = () => {
      onclose?.();
      resolve();
    };
    signal.addEventListener("abort", () => resolve(), { once: true });
    if (signal.aborted) resolve();
  });
  await handle.close();
}
