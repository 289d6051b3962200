// Scans: what is asked for is read when the method is called, and the table when the first part is asked for.

import { checkSignal } from "../call/progress";
import { callAsync } from "../native/call";
import { type PlainRow, type Projection, rowsOf } from "../native/decode";
import type { NativeScan } from "../native/open";

/** A scan that has not begun. */
export interface PreparedScan {
  readonly projection: Projection;
  readonly signal: AbortSignal | undefined;
  /** Begins it, at the version that is the newest then. */
  begin(): Promise<NativeScan>;
}

/** What becomes of a call, for somebody who asks later. */
export type Prepared = Promise<PreparedScan>;

/** What an Arrow IPC stream ends with. */
const ARROW_END = new Uint8Array([255, 255, 255, 255, 0, 0, 0, 0]);

/** Prepares a scan. A failure is kept for the first step, because a generator throws when it is asked and not when it is made. */
export function prepare(make: () => Promise<PreparedScan>): Prepared {
  const prepared = new Promise<PreparedScan>((resolve) => resolve(make()));
  prepared.catch(() => undefined);
  return prepared;
}

/** All rows in batches. */
export async function* readRows(prepared: Prepared): AsyncGenerator<PlainRow[], void, void> {
  for await (const page of partsOf(prepared, (scan) => scan.next())) {
    const rows = rowsOf((await prepared).projection, page);
    if (rows.length > 0) yield rows;
  }
}

/** All rows as the parts of an Arrow IPC stream. */
export async function* readArrow(prepared: Prepared): AsyncGenerator<Uint8Array, void, void> {
  let head = true;
  const step = (scan: NativeScan): Promise<Uint8Array | null> => {
    if (!head) return scan.nextArrow();
    head = false;
    return Promise.resolve(scan.arrowSchema());
  };
  yield* partsOf(prepared, step);
  yield ARROW_END.slice();
}

async function* partsOf<T>(
  prepared: Prepared,
  step: (scan: NativeScan) => Promise<T | null>,
): AsyncGenerator<T, void, void> {
  const { signal, begin } = await prepared;
  checkSignal(signal);
  const scan = await begin();
  try {
    while (true) {
      const part = await callAsync(() => step(scan));
      if (part === null) return;
      yield part;
      checkSignal(signal);
    }
  } finally {
    scan.close();
  }
}
