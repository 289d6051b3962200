// A thread that cuts: parsing takes longer than writing, and so it does not stand in its way.
import { parentPort } from "node:worker_threads";
import { cut } from "./cutter.mjs";

parentPort.on("message", async ({ id, path, text }) => {
  try {
    parentPort.postMessage({ id, pieces: await cut(path, text) });
  } catch (error) {
    parentPort.postMessage({ id, error });
  }
});
