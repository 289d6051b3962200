/** Lets `serve` go on until somebody ends the process in good order: that is no failure of a server. */
export async function untilEnded(
  interrupted: AbortSignal,
  serve: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  // Not AbortSignal.any, which Node has only since 20.3.
  const ended = new AbortController();
  const end = (): void => ended.abort();
  interrupted.addEventListener("abort", end, { once: true });
  if (interrupted.aborted) end();
  process.once("SIGTERM", end);
  process.once("SIGHUP", end);
  try {
    await serve(ended.signal);
  } finally {
    interrupted.removeEventListener("abort", end);
    process.off("SIGTERM", end);
    process.off("SIGHUP", end);
  }
}
