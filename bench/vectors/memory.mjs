// Memory that is a process's own: anonymous and shared pages, which are what is left when files in the page cache are taken away.

import { readFileSync } from "node:fs";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

const EVERY_MS = 5;

/** MiB of this process that no file stands behind (RssAnon and RssShmem of Linux); 0 where the system does not say. */
export function ownMemory() {
  try {
    const status = readFileSync("/proc/self/status", "utf8");
    const of = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
    return (of("RssAnon") + of("RssShmem")) / 1024;
  } catch {
    return 0;
  }
}

/** Looks at the memory every few milliseconds from a thread of its own, because the one of JavaScript may be busy. */
export async function watchMemory() {
  const peak = new Float64Array(new SharedArrayBuffer(8));
  const worker = new Worker(new URL(import.meta.url), { workerData: peak });
  worker.unref();
  await new Promise((resolve) => worker.once("message", resolve));
  const watch = {
    start: 0,
    /** From here on, peaks are above what there is now. */
    begin() {
      globalThis.gc?.();
      watch.start = ownMemory();
      peak[0] = watch.start;
    },
    /** The most since `begin`, above what there was then, in MiB. */
    peak: () => Math.max(peak[0], ownMemory()) - watch.start,
  };
  watch.begin();
  return watch;
}

if (!isMainThread && workerData instanceof Float64Array) {
  setInterval(() => {
    workerData[0] = Math.max(workerData[0], ownMemory());
  }, EVERY_MS);
  parentPort.postMessage("ready");
}
