// Waiting for the end of a signal. One signal may be given to hundreds of calls, and Node warns of a leak from the eleventh listener on.

interface Shared {
  readonly listeners: Set<() => void>;
  readonly tell: () => void;
}

const waiting = new WeakMap<AbortSignal, Shared>();

/**
 * Calls `listener` once when the signal is aborted, unless what this returns was called before. However many wait, the signal has one listener, and
 * none once nobody waits: Node keeps signals that are made of others for as long as somebody listens.
 * A signal that is aborted already calls nobody.
 */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (signal === undefined || signal.aborted) return () => undefined;
  const shared = waiting.get(signal) ?? share(signal);
  const own = (): void => listener();
  shared.listeners.add(own);
  return () => {
    shared.listeners.delete(own);
    if (shared.listeners.size > 0 || waiting.get(signal) !== shared) return;
    waiting.delete(signal);
    signal.removeEventListener("abort", shared.tell);
  };
}

function share(signal: AbortSignal): Shared {
  const listeners = new Set<() => void>();
  const tell = (): void => {
    waiting.delete(signal);
    for (const listener of listeners) listener();
  };
  const shared = { listeners, tell };
  waiting.set(signal, shared);
  signal.addEventListener("abort", tell, { once: true });
  return shared;
}
