// What a browser may ask of documents: list them, bring some, delete one, erase one for good.

import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { ENDINGS, FILE_SIZE } from "./documents/read.ts";
import { BadRequest } from "./point.ts";
import type { Shelf, Upload } from "./shelf.ts";

/** The most files of one request, and the most bytes of them together. */
const FILES = 100;
const BODY = FILE_SIZE + (4 << 20);
/** The most characters of a path of this library. */
const KNOWN = 1000;
const COMMAND = 16 << 10;

/** What a client has to keep to. */
export const UPLOAD_BOUNDS = { endings: ENDINGS, files: FILES, bytes: FILE_SIZE };

/** The routes below /api/documents. */
export function documentRoutes(shelf: Shelf): Hono {
  const routes = new Hono();
  const tooLong = (c: Context) =>
    c.json({ message: `That is too much at once: a file has at most ${FILE_SIZE >> 20} MB.` }, 413);
  routes.get("/", async (c) => {
    const asOf = c.req.query("asOf");
    return c.json(await shelf.list(asOf !== undefined && /^\d{1,15}$/.test(asOf) ? Number(asOf) : asOf));
  });
  routes.put("/", bodyLimit({ maxSize: BODY, onError: tooLong }), async (c) =>
    c.json(await shelf.add(await uploadsOf(c))),
  );
  routes.delete("/", bodyLimit({ maxSize: COMMAND, onError: tooLong }), async (c) =>
    c.json({ point: await shelf.remove(knownOf((await commandOf(c))["path"])) }),
  );
  routes.get("/erase", async (c) => c.json(await shelf.erasable(knownOf(c.req.query("path")))));
  routes.post("/erase", bodyLimit({ maxSize: COMMAND, onError: tooLong }), async (c) => {
    const { path, confirm } = await commandOf(c);
    if (confirm !== path)
      throw new BadRequest("To erase a document for good, send its path also as confirm.");
    return c.json(await shelf.erase(knownOf(path)));
  });
  return routes;
}

/** The files of a form: the field `file` for each, and `paths`, a JSON list of where each belongs. */
async function uploadsOf(c: Context): Promise<Upload[]> {
  const form = await c.req.formData().catch((cause: unknown) => {
    throw new BadRequest("Files are sent as multipart/form-data.", { cause });
  });
  const files = form.getAll("file").filter((one) => typeof one !== "string");
  const paths = listOf(form.get("paths"));
  if (files.length === 0 || files.length > FILES)
    throw new BadRequest(`An upload has from 1 to ${FILES} files.`);
  if (paths.length !== files.length) throw new BadRequest("paths has one path for each file.");
  const checked = paths.map(knownOf);
  if (new Set(checked).size < checked.length) throw new BadRequest("An upload brings each path once.");
  return await Promise.all(
    files.map(async (file, index) => ({
      path: checked[index] ?? "",
      bytes: new Uint8Array(await file.arrayBuffer()),
    })),
  );
}

function listOf(field: unknown): unknown[] {
  try {
    const list: unknown = JSON.parse(String(field));
    if (Array.isArray(list)) return list;
  } catch {
    // Said below.
  }
  throw new BadRequest("paths is a JSON list.");
}

/** The path of a document that may be there. */
function knownOf(path: unknown): string {
  if (typeof path === "string" && path !== "" && path.length <= KNOWN) return path;
  throw new BadRequest(`A document's path is a text of at most ${KNOWN} characters.`);
}

async function commandOf(c: Context): Promise<Record<string, unknown>> {
  if (c.req.header("content-type")?.split(";")[0] !== "application/json")
    throw new BadRequest("It is sent as application/json.");
  const body: unknown = await c.req.json().catch((cause: unknown) => {
    throw new BadRequest("The body is not JSON.", { cause });
  });
  return (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
}
