// Waiting for the end of a signal. One signal may be given to hundreds of calls, and Node warns of a leak from the eleventh listener on.

const waiting = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `listener` once when the signal is aborted, unless what this returns was called before. However many wait, the signal has one listener.
 * A signal that is aborted already calls nobody.
 */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal === undefined || signal.aborted) return () => undefined;
  const listeners = waiting.get(signal) ?? listenersOf(signal);
  const own = (): void => listener();
  listeners.add(own);
  return () => {
    listeners.delete(own);
  };
}

function listenersOf(signal: AbortSignal): Set<() => void> {
  const listeners = new Set<() => void>();
  waiting.set(signal, listeners);
  const tell = (): void => {
    for (const listener of listeners) listener();
    listeners.clear();
  };
  signal.addEventListener("abort", tell, { once: true });
  return listeners;
}
