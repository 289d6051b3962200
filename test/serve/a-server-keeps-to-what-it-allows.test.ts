import { once } from "node:events";
import { readdirSync, rmSync } from "node:fs";
import { createServer, request } from "node:http";
import { type AddressInfo, connect as connectTo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, int, table, text, type VarveError } from "varve";
import { describe, expect, it, onTestFinished, test } from "vitest";
import { LIMITS, type Limits } from "../../src/serve/index";
import { OpenTables } from "../../src/serve/open-tables";
import { encodeRequest } from "../../src/wire";
import { diskDatabase, memoryDatabase, temporaryFolder } from "../support/database";
import { served, TOKEN } from "../support/served";

const notes = table("notes", { id: int().primaryKey(), body: text({ search: true }) });

async function server(limits?: Limits, errors: Error[] = []) {
  const db = await memoryDatabase();
  const t = await db.table(notes);
  await t.insert(Array.from({ length: 50 }, (_, id) => ({ id, body: `note ${id}` })));
  return { db, t, url: await served(db, limits, errors) };
}

interface Asked {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
}

/** What a request is answered, whatever fetch would make of its headers. */
async function ask(
  url: string,
  { path = "/v1/list_tables", method = "POST", headers = {}, body = "{}" }: Asked = {},
) {
  const all = { authorization: `Bearer ${TOKEN}`, ...headers };
  return await new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    const { port } = new URL(url);
    const asked = request({ host: "127.0.0.1", port, path, method, headers: all }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (more: string) => {
        text += more;
      });
      response.on("end", () => resolve({ status: response.statusCode, text }));
      response.on("error", reject);
    });
    asked.on("error", reject);
    asked.end(method === "GET" ? undefined : body);
  });
}

const encoded = (json: string) => Buffer.from(encodeRequest({ json, vector: null }));

describe("requests are refused with a sentence", () => {
  const refused: Record<string, Asked> = {
    "without a token": { headers: { authorization: "" } },
    "with another token": { headers: { authorization: "Bearer of-something-else-entirely" } },
    "under another host": { headers: { host: "evil.example" } },
    "from a page of another site": { headers: { origin: "https://evil.example" } },
    "of nothing": { path: "/" },
    "of a path that goes up": { path: "/v1/tables/../../etc/passwd" },
    "of a table with a name that is none": { path: "/v1/tables/%E0%A4%A/info" },
    "of a tool that is not there": { path: "/v1/delete_everything" },
    "of a tool that writes": { path: "/v1/upsert" },
    "of a call that is not there": { path: "/v1/tables/notes/write", body: encoded("{}") },
    "with another method": { method: "PUT" },
    "with JSON that is none": { body: "{" },
    "with an input that is none": { path: "/v1/search", body: '{"table":1}' },
    "of a table that is not there": { path: "/v1/find", body: '{"table":"nothing"}' },
    "with a body that is cut": {
      path: "/v1/tables/notes/page",
      body: encoded('{"kind":"find"}').subarray(0, 9),
    },
    "with a body that is no request": { path: "/v1/tables/notes/page", body: "no" },
    "with bytes that are no text": {
      path: "/v1/tables/notes/page",
      body: Buffer.from([2, 0, 0, 0, 0xff, 0xfe]),
    },
    "of too many rows": { path: "/v1/tables/notes/page", body: encoded('{"kind":"find","limit":1000000}') },
    "of nothing that the engine knows": { path: "/v1/tables/notes/page", body: encoded('{"kind":"steal"}') },
  };
  test.each(Object.keys(refused))("%s", async (name) => {
    const errors: Error[] = [];
    const { url } = await server(undefined, errors);
    expect(await ask(url, refused[name])).toMatchSnapshot();
    expect(errors).toEqual([]);
    // It goes on.
    expect((await ask(url)).status).toBe(200);
  });
});

it("answers others in JSON, as its description says", async () => {
  const { url } = await server();
  const found = await ask(url, {
    path: "/v1/search",
    body: '{"table":"notes","query":"note 7","mode":"text","limit":1}',
  });
  expect(JSON.parse(found.text)).toMatchObject({ table: "notes", version: 1, results: [{ id: 7 }] });
  const description = JSON.parse((await ask(url, { path: "/openapi.json", method: "GET" })).text);
  expect(Object.keys(description.paths)).toContain("/v1/search");
  for (const path of Object.keys(description.paths).filter((path) => path.startsWith("/v1/")))
    expect([path, (await ask(url, { path, body: '{"table":"notes"}' })).status]).not.toEqual([path, 404]);
});

it("says without a token that it is there, and that the database can be read", async () => {
  const { url, db } = await server();
  const probe = async (path: string) =>
    (await ask(url, { path, method: "GET", headers: { authorization: "" } })).status;
  expect([await probe("/health"), await probe("/ready")]).toEqual([200, 200]);
  await db.close();
  expect([await probe("/health"), await probe("/ready")]).toEqual([200, 503]);
});

it("takes no body that is too large, said or not", async () => {
  const { url } = await server({ ...LIMITS, bodyBytes: 1000 });
  const body = "x".repeat(2000);
  expect((await ask(url, { body })).status).toBe(413);
  const sent = await ask(url, { body, headers: { "transfer-encoding": "chunked" } });
  expect(sent.status).toBe(413);
});

it("sends no more rows at once than it may, and all of them in a scan", async () => {
  const { url } = await server({ ...LIMITS, rows: 20 });
  const db = await connect(url, { token: TOKEN });
  const t = await db.table(notes);
  const refusal = async (call: Promise<unknown>) =>
    await call.then(String, ({ code, message, hint }: VarveError) => [code, message, hint]);
  expect(await refusal(t.find())).toMatchSnapshot();
  expect(await refusal(t.find({ limit: 21 }))).toMatchSnapshot();
  expect(await refusal(t.search("note", { mode: "text", limit: 21 }))).toMatchSnapshot();
  expect(await refusal(t.diff(0, 1))).toMatchSnapshot();
  expect(await refusal(t.arrow.find({ select: ["id"] }))).toMatchSnapshot();
  expect(await refusal(t.groupBy("id", {}))).toMatchSnapshot();
  expect(await refusal(t.history({ limit: 21 }))).toMatchSnapshot();
  expect(await t.find({ limit: 20 })).toHaveLength(20);
  expect(await t.count()).toBe(50);
  let rows = 0;
  for await (const batch of t.scan()) rows += batch.length;
  expect(rows).toBe(50);
});

it("turns away what is too much at once; clients come again and are answered", async () => {
  const { url } = await server({ ...LIMITS, atOnce: 2 });
  const db = await connect(url, { token: TOKEN });
  const t = await db.table(notes);
  const counts = await Promise.all(Array.from({ length: 40 }, () => t.count()));
  expect(counts).toEqual(Array.from({ length: 40 }, () => 50));
});

it("ends a scan that nobody takes any more, and goes on", async () => {
  const { url } = await server();
  const db = await connect(url, { token: TOKEN });
  const t = await db.table(notes);
  for (let i = 0; i < 80; i += 1) for await (const _ of t.scan()) break;
  expect(await t.count()).toBe(50);
});

it("goes on where somebody leaves two scans of one connection", async () => {
  const db = await memoryDatabase();
  const t = await db.table(notes);
  await t.insert(Array.from({ length: 100 }, (_, id) => ({ id, body: `${id} `.repeat(100_000) })));
  const url = await served(db, { ...LIMITS, atOnce: 3 });
  const body = encoded('{"kind":"scan","select":["id","body"],"fields":[1,2],"version":null}');
  const head = `POST /v1/tables/notes/scan HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${TOKEN}\r\nContent-Length: ${body.length}\r\n\r\n`;
  for (let round = 0; round < 3; round += 1) {
    const socket = connectTo(Number(new URL(url).port), "127.0.0.1");
    socket.write(Buffer.concat([Buffer.from(head), body, Buffer.from(head), body]));
    const [first] = (await once(socket, "data")) as [Buffer];
    expect(first.toString("latin1")).toMatch(/^HTTP\/1.1 200/);
    socket.pause();
    await sleep(100);
    socket.destroy();
  }
  await sleep(100);
  const answers = await Promise.all([1, 2, 3].map(async () => (await ask(url)).status));
  expect(answers).toEqual([200, 200, 200]);
});

it("tells clients nothing of files, and whoever runs it everything", async () => {
  const folder = temporaryFolder();
  const writer = await diskDatabase(folder);
  const t = await writer.table(notes);
  await t.insert(Array.from({ length: 3000 }, (_, id) => ({ id, body: `note ${id}` })));
  await t.optimize();
  const data = join(folder, "notes.varve", "data");
  for (const name of readdirSync(data)) rmSync(join(data, name));
  const errors: Error[] = [];
  const url = await served(await diskDatabase(folder), undefined, errors);
  const refused = await connect(url, { token: TOKEN })
    .then((db) => db.table(notes))
    .then((there) => there.find({ limit: 2 }))
    .then(String, ({ code, message, hint }: VarveError) => [code, message, hint]);
  expect(refused).toMatchSnapshot();
  expect(errors.map(({ message }) => message).join()).toMatch(/CORRUPT.*notes\.varve\/data/);
});

it("opens a table again that could not be opened once", async () => {
  const db = await memoryDatabase();
  await (await db.table(notes)).insert([{ id: 1, body: "one" }]);
  let isBroken = true;
  const flaky = {
    openTable: async (name: string) => {
      if (isBroken) throw new Error(JSON.stringify({ code: "IO", message: "The store is away." }));
      return await db.native.openTable(name);
    },
  };
  const tables = new OpenTables(flaky as never);
  await expect(tables.ask("notes", undefined, (table) => table.info())).rejects.toThrow("away");
  isBroken = false;
  expect(await tables.ask("notes", undefined, (table) => table.info())).toContain("incarnation");
});

it("is asked again where the connection ends within an answer", async () => {
  const { url } = await server();
  let cut = 0;
  const proxy = createServer((asked, response) => {
    const { port } = new URL(url);
    const to = request(
      { host: "127.0.0.1", port, path: asked.url, method: asked.method, headers: asked.headers },
      (from) => {
        response.writeHead(from.statusCode ?? 500, from.headers);
        from.once("data", (part: Buffer) => {
          if (asked.url?.endsWith("/page") && cut === 0) {
            cut += 1;
            response.write(part.subarray(0, 20), () => response.destroy());
          } else {
            response.write(part);
            from.pipe(response);
          }
        });
      },
    );
    asked.pipe(to);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void proxy.close());
  const db = await connect(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, { token: TOKEN });
  const t = await db.table(notes);
  expect(await t.find({ limit: 5 })).toHaveLength(5);
  expect(cut).toBe(1);
});

describe("a server that answers with nonsense is no danger to its clients", () => {
  const page = (...numbers: number[]) => {
    const bytes = Buffer.alloc(16 + numbers.length * 8);
    bytes.writeUInt32LE(numbers.length * 8, 0);
    for (const [i, number] of numbers.entries()) bytes.writeDoubleLE(number, 16 + i * 8);
    return bytes;
  };
  const answers: Record<string, Buffer> = {
    nothing: Buffer.alloc(0),
    "a page that is cut": page(1, 2).subarray(0, 20),
    "a page of more rows than there can be": page(4e9),
    "a page of no number of rows": page(Number.NaN),
    "text that is no page": Buffer.from("<html>hello</html>"),
  };
  test.each(Object.keys(answers))("%s", async (name) => {
    const { t: local } = await server();
    const info = JSON.stringify({
      ...JSON.parse(
        await (local as never as { handle: { native: { info(): Promise<string> } } }).handle.native.info(),
      ),
    });
    const odd = createServer((asked, response) => {
      if (asked.url === "/v1/tables") response.end('["notes"]');
      else if (asked.url?.endsWith("/info")) response.end(info);
      else response.end(answers[name]);
    });
    await new Promise<void>((resolve) => odd.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void odd.close());
    const db = await connect(`http://127.0.0.1:${(odd.address() as AddressInfo).port}`);
    const t = await db.table(notes);
    const refused = await t
      .find({ limit: 3 })
      .then(JSON.stringify, ({ code, message }: VarveError) => `${code}: ${message}`);
    expect(refused).toMatchSnapshot();
    const scanned = await t
      .scan()
      .next()
      .then(JSON.stringify, ({ code, message }: VarveError) => `${code}: ${message}`);
    expect(scanned).toMatchSnapshot();
  });
});

describe("what is no server is said so", () => {
  test.each([
    ["http://tables.example.com", {}],
    ["https://user:secret@tables.example.com", {}],
    ["https://tables.example.com?token=secret", {}],
    ["http://127.0.0.1:9", { region: "eu-central-1" }],
    ["http://127.0.0.1:9", { token: "two\nlines" }],
    ["./data", { token: "for-a-folder-of-this-machine" }],
  ])("%s %j", async (address, options) => {
    const refused = await connect(address, options).then(String, ({ code, message, hint }: VarveError) => [
      code,
      message,
      hint,
    ]);
    expect(refused).toMatchSnapshot();
    expect(JSON.stringify(refused)).not.toMatch(/secret|lines|for-a-folder/);
  });
  it("a site of something else", async () => {
    const site = createServer((_asked, response) => response.end("<html>hello</html>"));
    await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void site.close());
    const refused = await connect(`http://127.0.0.1:${(site.address() as AddressInfo).port}`).then(
      String,
      ({ code, message, hint }: VarveError) => [code, message, hint],
    );
    expect(refused).toMatchSnapshot();
  });
  it("a wrong token", async () => {
    const { url } = await server();
    await expect(connect(url, { token: "another-token-entirely" })).rejects.toMatchObject({
      code: "ACCESS_DENIED",
    });
  });
});
