// Some threads that cut files, each file in one of them.
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";

const MOST = 4;

/** Cuts files in other threads. */
export class Cutters {
  #workers = Array.from({ length: Math.max(1, Math.min(MOST, availableParallelism() - 1)) }, () =>
    this.#start(),
  );
  #waiting = new Map();
  #next = 0;

  /** What `cut` returns. */
  cut(path, text) {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#workers[id % this.#workers.length].postMessage({ id, path, text });
    });
  }

  /** Ends the threads. */
  async close() {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #start() {
    const worker = new Worker(new URL("cut-worker.mjs", import.meta.url));
    worker.on("message", ({ id, pieces, error }) => {
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) resolve(pieces);
      else reject(error);
    });
    worker.on("error", (error) => {
      for (const { reject } of this.#waiting.values()) reject(error);
    });
    return worker;
  }
}
