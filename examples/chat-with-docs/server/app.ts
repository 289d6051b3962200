// The web server: what a browser may ask, and what it may do with the answers.

import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { secureHeaders } from "hono/secure-headers";
import { streamSSE } from "hono/streaming";
import { type AnswerEvent, answer } from "./answer/answer.ts";
import type { Answerer } from "./answer/answerer.ts";
import type { Assets } from "./assets.ts";
import { documentRoutes, UPLOAD_BOUNDS } from "./document-routes.ts";
import type { Library } from "./library.ts";
import { BadRequest } from "./point.ts";
import { questionOf } from "./question/body.ts";
import { suggest } from "./question/suggest.ts";
import type { Shelf } from "./shelf.ts";

/** What the server is made of. */
export interface AppOptions {
  readonly library: Library;
  readonly shelf: Shelf;
  readonly answerer: Answerer;
  /** The built client. */
  readonly assets: Assets;
  /** The names under which the server may be asked: with another one, a page elsewhere could read it through a name of its own. */
  readonly hosts: readonly string[];
  /** Is told of failures that the client only hears of. */
  readonly onError: (error: unknown) => void;
}

const ID = 600;
const BODY = 8 << 10;

/** Makes the server. */
export function createApp({ library, shelf, answerer, assets, hosts, onError }: AppOptions): Hono {
  const app = new Hono();
  protect(app, hosts);
  app.onError((error, c) => {
    if (error instanceof BadRequest) return c.json({ message: error.message }, 400);
    onError(error);
    return c.json({ message: "Something went wrong. The server's output says more." }, 500);
  });

  app.get("/api/status", async (c) =>
    c.json({
      answerer: { name: answerer.name, usesModel: answerer.usesModel },
      upload: UPLOAD_BOUNDS,
      ...(await library.size()),
    }),
  );
  app.route("/api/documents", documentRoutes(shelf));
  app.get("/api/suggestions", async (c) => c.json({ suggestions: await suggest(library) }));
  app.get("/api/crawls", async (c) => c.json({ crawls: await library.crawls() }));
  app.get("/api/changes", async (c) =>
    c.json(await library.changes(versionOf(c.req.query("from")), versionOf(c.req.query("to")))),
  );
  app.get("/api/passages/:version", async (c) => {
    const id = c.req.query("id") ?? "";
    if (id === "" || id.length > ID) throw new BadRequest("A passage has an id.");
    const found = await library.passage(id, versionOf(c.req.param("version")));
    return found === undefined
      ? c.json({ message: "That version has no such passage." }, 404)
      : c.json(found);
  });
  app.post(
    "/api/ask",
    bodyLimit({
      maxSize: BODY,
      onError: (c) => c.json({ message: "That is too long for a question." }, 413),
    }),
    async (c) => {
      const asked = await questionOf(c);
      // A point in time that does not exist is an error of the request, and not of the stream.
      await library.open(asked.asOf);
      return streamSSE(c, async (stream) => {
        const stop = new AbortController();
        stream.onAbort(() => stop.abort());
        const send = ({ event, data }: AnswerEvent): Promise<void> =>
          stream.writeSSE({ event, data: JSON.stringify(data) });
        try {
          for await (const one of answer(library, answerer, { ...asked, signal: stop.signal }))
            await send(one);
        } catch (error) {
          if (stop.signal.aborted) return;
          onError(error);
          await send({
            event: "error",
            data: { message: error instanceof Error ? error.message : String(error) },
          });
        }
      });
    },
  );
  app.all("/api/*", (c) => c.json({ message: "There is no such thing here." }, 404));
  app.get("*", (c) => {
    const asset = assets.get(c.req.path === "/" ? "/index.html" : c.req.path);
    if (asset === undefined) return c.text("Not found", 404);
    return c.body(asset.bytes, 200, { "content-type": asset.type, "cache-control": asset.cache });
  });
  return app;
}

/** What holds for every answer: nothing from elsewhere is loaded or run, and only this machine's own pages may ask. */
function protect(app: Hono, hosts: readonly string[]): void {
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
      referrerPolicy: "no-referrer",
    }),
  );
  app.use(async (c, next) => {
    const host = (c.req.header("host") ?? "").replace(/:\d+$/, "");
    if (!hosts.includes(host))
      throw new BadRequest(`This server does not answer for "${host.slice(0, 100)}".`);
    if (
      c.req.method !== "GET" &&
      isForeign(c.req.header("origin"), c.req.header("sec-fetch-site"), c.req.url)
    )
      throw new BadRequest("Only this server's own page may ask for that.");
    await next();
  });
}

/** Whether a page of elsewhere asks. Programs send neither header. */
function isForeign(origin: string | undefined, site: string | undefined, url: string): boolean {
  if (site !== undefined && site !== "same-origin" && site !== "none") return true;
  return origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== new URL(url).host);
}

function versionOf(text: string | undefined): number {
  if (text !== undefined && /^\d{1,15}$/.test(text)) return Number(text);
  throw new BadRequest("A version is a whole number.");
}
