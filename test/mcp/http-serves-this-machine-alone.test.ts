import { spawn, spawnSync } from "node:child_process";
import { request } from "node:http";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { describe, expect, it, onTestFinished } from "vitest";
import { temporaryFolder } from "../support/database";
import { connectClient, fillNotes } from "../support/mcp";
import { command } from "../support/varve-command";

interface Address {
  readonly url: string;
  readonly token: string;
}

async function serve(env: Record<string, string> = {}, ...options: readonly string[]): Promise<Address> {
  const folder = temporaryFolder();
  await fillNotes(folder);
  const child = spawn(process.execPath, [command, "mcp", folder, "--http", "0", "--json", ...options], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = new Promise((resolve) => child.on("close", resolve));
  onTestFinished(async () => {
    child.kill("SIGTERM");
    await ended;
  });
  return await new Promise((resolve) => {
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (more: string) => {
      text += more;
      if (text.trimEnd().endsWith("}")) resolve(JSON.parse(text) as Address);
    });
  });
}

function transport({ url, token }: Address): StreamableHTTPClientTransport {
  return new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: { Authorization: `Bearer ${token}` } },
  });
}

const LIST = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';

/** What a request with these headers is answered, whatever fetch would make of them. */
async function ask(
  { url }: Address,
  headers: Record<string, string>,
  { path = "/mcp", method = "POST", body: sent = LIST } = {},
): Promise<{ status: number | undefined; body: string }> {
  const { port } = new URL(url);
  return await new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, path, method, headers }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      response.on("end", () => resolve({ status: response.statusCode, body }));
    });
    asked.on("error", reject);
    asked.end(method === "POST" ? sent : undefined);
  });
}

describe("over HTTP", () => {
  it.each(["legacy", "auto"] as const)("clients that are %s get what they get over stdio", async (mode) => {
    const served = await connectClient(transport(await serve()), mode);
    const asked = { table: "notes", query: "how long does a refund take?", limit: 1 };
    expect(await served.answer("search", { ...asked, as_of: "v1" })).toMatchObject({
      version: 1,
      results: [{ id: "refunds", row: { body: "Refunds take 14 days." } }],
    });
    expect(await served.failure("search", { ...asked, table: "x" })).toMatchObject({
      code: "TABLE_NOT_FOUND",
    });
    await expect(served.call("upsert", {})).rejects.toThrow("start it with --write");
    const { resources } = await served.client.listResources();
    expect(resources).toHaveLength(4);
    const many = Array.from({ length: 20 }, () => served.answer("search", asked));
    expect(new Set((await Promise.all(many)).map((answer) => answer["version"]))).toEqual(new Set([3]));
  });

  it("writes where it is asked to", async () => {
    const served = await connectClient(transport(await serve({}, "--write")));
    expect(await served.answer("delete", { table: "notes", keys: ["parcels"] })).toMatchObject({
      deleted: 1,
    });
  });

  it("refuses strange hosts, pages of other sites, and whoever lacks the token", async () => {
    const address = await serve({ VARVE_MCP_TOKEN: "a-token-of-ones-own" });
    expect(address.token).toBe("a-token-of-ones-own");
    const { host } = new URL(address.url);
    const good = {
      Host: host,
      Authorization: `Bearer ${address.token}`,
      "Content-Type": "application/json",
      Accept: "application/json, text/event-stream",
    };
    expect((await ask(address, good)).status).toBe(200);
    expect(
      (await ask(address, { ...good, Host: "localhost:1", Origin: "http://localhost:3000" })).status,
    ).toBe(200);
    for (const scheme of ["bearer", "BEARER", "Bearer "])
      expect(
        (await ask(address, { ...good, Authorization: `${scheme} ${address.token}` })).status,
        scheme,
      ).toBe(200);
    const { Authorization: _token, ...without } = good;
    const refused = [
      await ask(address, { ...good, Host: "evil.example" }),
      await ask(address, { ...good, Host: "127.0.0.1.evil.example" }),
      await ask(address, { ...good, Origin: "https://evil.example" }),
      await ask(address, { ...good, Origin: "null" }),
      await ask(address, without),
      await ask(address, { ...good, Authorization: "Bearer another-token-altogether" }),
      await ask(address, { ...good, Authorization: `Basic ${address.token}` }),
      await ask(address, { ...good, Authorization: `bearer ${address.token.toUpperCase()}` }),
      await ask(address, good, { path: "/" }),
      await ask(address, { ...without, Host: "evil.example" }, { method: "GET" }),
    ];
    expect(
      refused.map(({ status, body }) => [status, (JSON.parse(body) as { error: object }).error]),
    ).toMatchSnapshot();
  });

  it("outlives odd requests, and whoever leaves before the answer", async () => {
    const address = await serve();
    const good = {
      Authorization: `Bearer ${address.token}`,
      "Content-Type": "application/json",
      Accept: "application/json, text/event-stream",
    };
    const statuses = [
      await ask(address, good, { body: "{" }),
      await ask(address, good, { body: "x".repeat(5_000_000) }),
      await ask(address, { ...good, "Content-Type": "text/plain" }),
      await ask(address, good, { method: "GET" }),
      await ask(address, good, { method: "DELETE" }),
      await ask(address, good, { method: "PUT" }),
      await ask(address, good, { method: "TRACE" }),
    ].map(({ status }) => status);
    expect(statuses).toEqual([400, 413, 415, 405, 405, 405, 405]);
    const call = { name: "search", arguments: { table: "notes", query: "refunds" } };
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params: call });
    for (const ms of [0, 1, 2, 4, 8]) {
      const signal = AbortSignal.timeout(ms);
      await fetch(address.url, { method: "POST", headers: good, body, signal }).catch(() => undefined);
    }
    expect((await ask(address, good, { body })).body).toContain("Refunds take 30 days.");
  });

  it("says that a port is taken", async () => {
    const { url } = await serve();
    const { port } = new URL(url);
    const folder = temporaryFolder();
    const args = [command, "mcp", folder, "--http", port];
    const { status, stderr } = spawnSync(process.execPath, args, {
      encoding: "utf8",
      env: { ...process.env, VARVE_DEBUG: "" },
    });
    expect([status, stderr.replace(port, "7373")]).toMatchSnapshot();
  });

  it("takes no short token", async () => {
    const child = spawn(process.execPath, [command, "mcp", temporaryFolder(), "--http", "0"], {
      env: { ...process.env, VARVE_MCP_TOKEN: "short", VARVE_DEBUG: "" },
    });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    expect(await new Promise((resolve) => child.on("close", resolve))).toBe(2);
    expect(said).toBe("varve: VARVE_MCP_TOKEN has 5 characters, and needs 16 or more.\n");
  });
});
