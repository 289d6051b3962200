// `npm start`: reads the documents that come with the example the first time, then answers on a port of this machine.

import { join } from "node:path";
import { serve } from "@hono/node-server";
import { answererFor } from "./answer/model.ts";
import { createApp } from "./app.ts";
import { readAssets } from "./assets.ts";
import { CORPUS, readCorpus } from "./crawl/corpus.ts";
import { sayReport } from "./crawl/report.ts";
import { Library } from "./library.ts";
import { openLibrary } from "./open.ts";
import { Shelf } from "./shelf.ts";

const port = Number(process.env["PORT"] ?? 8788);
const answerer = await answererFor(process.env);
const assets = await readAssets(join(import.meta.dirname, "../client"));
const { db, tables } = await openLibrary();
if ((await tables.passages.version()) === 0) {
  console.log("Reading the documents that come with the example: three crawls of the same pages.");
  await readCorpus(tables, CORPUS, sayReport);
}
const app = createApp({
  library: new Library(tables.passages),
  shelf: new Shelf(tables),
  answerer,
  assets,
  hosts: ["localhost", "127.0.0.1"],
  onError: (error) => console.error(error),
});

const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port }, (info) => {
  console.log(`Answers: ${answerer.name}.`);
  console.log(`Open http://localhost:${info.port} - Ctrl+C ends it.`);
});
server.on("error", (error: NodeJS.ErrnoException) => {
  const taken = `Port ${port} is taken. Choose another: PORT=8789 npm start`;
  console.error(error.code === "EADDRINUSE" ? taken : error);
  process.exit(1);
});
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    server.close();
    void db.close().finally(() => process.exit(0));
  });
}
