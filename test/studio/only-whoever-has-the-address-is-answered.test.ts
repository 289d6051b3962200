import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fillGarden } from "../support/garden";
import { Studio } from "../support/studio";

const folder = mkdtempSync(join(tmpdir(), "varve-studio-"));
let studio: Studio;

beforeAll(async () => {
  await fillGarden(folder, 30);
  studio = await Studio.start(folder);
});
afterAll(async () => {
  await studio.end();
  rmSync(folder, { recursive: true, force: true });
});

const JSON_TYPE = { "Content-Type": "application/json" };
const bearer = (): { Authorization: string } => ({ Authorization: `Bearer ${studio.token}` });
const message = (body: Buffer): unknown => (JSON.parse(body.toString()) as { error: unknown }).error;

describe("a studio", () => {
  it("answers the page with its token", async () => {
    const { status, body, headers } = await studio.ask("list_tables");
    expect(status).toBe(200);
    expect(JSON.parse(body.toString())).toMatchObject({ tables: [{ name: "plants" }, { name: "words" }] });
    expect(headers).not.toHaveProperty("access-control-allow-origin");
  });

  it("refuses who has no token, or another one, and who is no page of it", async () => {
    const asked = async (headers: Record<string, string>, name = "list_tables"): Promise<unknown> => {
      const { status, body, headers: given } = await studio.send("POST", `/api/${name}`, headers, "{}");
      expect(given).not.toHaveProperty("access-control-allow-origin");
      return [status, message(body)];
    };
    const all = { ...JSON_TYPE, ...bearer() };
    const port = new URL(studio.origin).port;
    expect({
      none: await asked(JSON_TYPE),
      another: await asked({ ...JSON_TYPE, Authorization: "Bearer none" }),
      host: await asked({ ...all, Host: "attacker.example" }),
      rebound: await asked({ ...all, Host: `127.0.0.1.attacker.example:${port}` }),
      site: await asked({ ...all, Origin: "https://attacker.example" }),
      neighbour: await asked({ ...all, Origin: "http://127.0.0.1:1" }),
      file: await asked({ ...all, Origin: "null" }),
      form: await asked({ ...bearer(), "Content-Type": "text/plain" }),
      nothing: await asked(all, "drop_table"),
      code: await asked(JSON_TYPE, "open"),
    }).toMatchSnapshot();
    expect(await asked({ ...all, Origin: studio.origin }).catch(String)).toMatchObject([200, undefined]);
  });

  it("has its own files and no others, under a strict policy", async () => {
    const page = await studio.send("GET", "/");
    expect(page.status).toBe(200);
    const policy = String(page.headers["content-security-policy"]).split("; ");
    expect(policy).toContain("default-src 'none'");
    expect(policy.join(" ")).not.toMatch(/unsafe|https?:|\*/);
    expect(page.headers).toMatchObject({ "referrer-policy": "no-referrer", "cache-control": "no-store" });
    const paths = ["/page.js", "/page.css", "/mark.svg"];
    for (const path of paths) expect((await studio.send("GET", path)).status, path).toBe(200);
    const others = [
      "/../package.json",
      "/..%2fpackage.json",
      "/studio/page.js",
      "/page.js/../../cli.js",
      "//etc/passwd",
      "/constructor",
      "/.varve",
    ];
    for (const path of others) expect((await studio.send("GET", path)).status, path).toBe(404);
    expect((await studio.send("DELETE", "/")).status).toBe(405);
    expect((await studio.send("GET", "/api/list_tables", bearer())).status).toBe(405);
  });

  it("reads no endless question, and no other than JSON", async () => {
    const all = { ...JSON_TYPE, ...bearer() };
    const long = JSON.stringify({ table: "x".repeat(300_000) });
    expect((await studio.send("POST", "/api/rows", all, long)).status).toBe(413);
    expect((await studio.send("POST", "/api/rows", all, "{")).status).toBe(400);
    expect((await studio.send("POST", "/api/rows", all, "[]")).status).toBe(400);
    expect((await studio.ask("list_tables")).status).toBe(200);
  });

  it("only reads, unless it was asked to write", async () => {
    const tried = await studio.ask("tag", { table: "plants", name: "mine" });
    expect([tried.status, message(tried.body)]).toMatchSnapshot();
    expect((await studio.ask("upsert", { table: "plants", rows: [{}] })).status).toBe(404);
    const writing = await Studio.start(folder, "--write");
    try {
      expect(await writing.answer("tag", { table: "plants", name: "mine", at: "2" })).toMatchObject({
        version: 2,
      });
      const restored = await writing.answer<{ version: number }>("restore", { table: "plants", to: "@mine" });
      expect(restored.version).toBe(7);
      for (const name of ["upsert", "delete"])
        expect((await writing.ask(name, { table: "plants", where: "seen > 0" })).status).toBe(404);
    } finally {
      await writing.end();
    }
  });

  it("ends at once when it is interrupted, also while somebody is connected", async () => {
    const other = await Studio.start(folder);
    await other.ask("list_tables");
    const start = performance.now();
    expect(await other.end("SIGINT")).toBe(0);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});
