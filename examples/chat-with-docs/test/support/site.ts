import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { serve } from "@hono/node-server";
import { connect } from "varve";
import { onTestFinished } from "vitest";
import type { Answerer } from "../../server/answer/answerer.ts";
import { extractive } from "../../server/answer/extractive.ts";
import { createApp } from "../../server/app.ts";
import { type Assets, readAssets } from "../../server/assets.ts";
import { CORPUS, readCorpus } from "../../server/crawl/corpus.ts";
import { crawl } from "../../server/crawl/crawl.ts";
import { openTables, type Tables } from "../../server/documents-table.ts";
import { Library } from "../../server/library.ts";
import { Shelf } from "../../server/shelf.ts";

/** Tables in memory. */
export async function openTable(): Promise<Tables> {
  const db = await connect("memory:");
  onTestFinished(() => db.close());
  return await openTables(db);
}

/** The shipped documents: three crawls. */
export async function shippedTable(): Promise<Tables> {
  const t = await openTable();
  await readCorpus(t, CORPUS);
  return t;
}

/** A folder that holds these files for the time of a test. */
export function folderOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), "chat-with-docs-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** A table that shows these files, as of 1 January 2025. */
export async function tableOf(files: Readonly<Record<string, string>>): Promise<Tables> {
  const t = await openTable();
  await crawl(t, { folder: folderOf(files), date: new Date("2025-01-01"), message: "first" });
  return t;
}

/** A server on a port of its own; its address. */
export async function listen(
  t: Tables,
  { answerer = extractive(), client }: { answerer?: Answerer; client?: string } = {},
): Promise<string> {
  const assets: Assets = client === undefined ? new Map() : await readAssets(client);
  const hosts = ["localhost", "127.0.0.1"];
  const app = createApp({
    library: new Library(t.passages),
    shelf: new Shelf(t),
    answerer,
    assets,
    hosts,
    onError: () => {},
  });
  return await new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: 0 }, ({ port }) => {
      resolve(`http://127.0.0.1:${port}`);
    });
    onTestFinished(
      () =>
        new Promise<void>((done) => {
          server.close(() => done());
          if ("closeAllConnections" in server) server.closeAllConnections();
        }),
    );
  });
}

/** The events of one answer. */
export async function ask(
  site: string,
  question: string,
  asOf?: string | number,
  more: Readonly<Record<string, unknown>> = {},
): Promise<{ event: string; data: Record<string, unknown> }[]> {
  const response = await fetch(`${site}/api/ask`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ question, asOf, ...more }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status}: ${text}`);
  return text
    .split("\n\n")
    .filter((message) => message !== "")
    .map((message) => ({
      event: /^event: (.*)$/m.exec(message)?.[1] ?? "",
      data: JSON.parse(/^data: (.*)$/m.exec(message)?.[1] ?? "null") as Record<string, unknown>,
    }));
}

/** The texts of the parts of an answer. */
export function partsOf(events: readonly { event: string; data: Record<string, unknown> }[]): string[] {
  return events.filter(({ event }) => event === "part").map(({ data }) => String(data["text"]));
}
