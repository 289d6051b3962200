import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectClient, fillNotes, stdioClient, stdioTransport } from "../support/mcp";

const folder = mkdtempSync(join(tmpdir(), "varve-mcp-"));
const INSTANT = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string;

beforeAll(() => fillNotes(folder));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a served database", () => {
  it.each(["legacy", "auto"] as const)("speaks the protocol of clients that are %s", async (mode) => {
    const { client } = await connectClient(stdioTransport(folder), mode);
    expect(client.getServerVersion()).toMatchObject({ name: "varve", title: "Varve" });
    expect(client.getInstructions()).toContain("list_tables");
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      "list_tables",
      "describe_table",
      "search",
      "search_over_time",
      "timeline",
      "get",
      "find",
      "history",
      "diff",
    ]);
    for (const { title, description, annotations, inputSchema, outputSchema } of tools) {
      expect([title, description]).toEqual([expect.any(String), expect.any(String)]);
      expect(annotations).toEqual({
        title,
        readOnlyHint: true,
        destructiveHint: false,
        idempotentHint: true,
        openWorldHint: false,
      });
      expect(inputSchema).toMatchObject({ type: "object", additionalProperties: false });
      expect(outputSchema).toMatchObject({ type: "object" });
    }
  });

  it("lists its tables", async () => {
    const served = await stdioClient(folder);
    expect(await served.answer("list_tables")).toEqual({
      tables: [
        {
          name: "notes",
          rows: 2,
          version: 3,
          oldestVersion: 0,
          committedAt: INSTANT,
          primaryKey: "id",
          searchedBy: ["meaning", "words"],
        },
        expect.objectContaining({ name: "words", rows: 2, primaryKey: null, searchedBy: [] }),
      ],
    });
  });

  it("describes a table, now and as it was", async () => {
    const served = await stdioClient(folder);
    const now = await served.answer("describe_table", { table: "notes" });
    expect(now).toMatchObject({
      table: "notes",
      version: 3,
      asOf: null,
      committedAt: INSTANT,
      rows: 2,
      primaryKey: "id",
      newestVersion: 3,
      oldestVersion: 0,
      firstCommitAt: INSTANT,
      lastCommitAt: INSTANT,
      tags: [{ name: "launch", version: 1 }],
    });
    expect(now["columns"]).toContainEqual({
      name: "lang",
      type: expect.any(String),
      nullable: false,
      values: ["en", "de"],
    });
    expect(now["columns"]).toContainEqual(expect.objectContaining({ name: "body", words: true }));
    expect(now["columns"]).toContainEqual(
      expect.objectContaining({ name: "vec", embeddedFrom: ["body"], function: "builtin" }),
    );
    const then = await served.answer("describe_table", { table: "notes", as_of: "@launch" });
    expect(then).toMatchObject({
      version: 1,
      asOf: "@launch",
      rows: 3,
      effectiveAt: "2026-01-10T00:00:00.000Z",
    });
  });

  it("searches now, and as of versions, tags and effective dates", async () => {
    const served = await stdioClient(folder);
    const asked = { table: "notes", query: "how long does a refund take?", limit: 1 };
    const now = await served.answer("search", asked);
    expect(now).toMatchObject({ table: "notes", version: 3, asOf: null, committedAt: INSTANT });
    expect(now["results"]).toEqual([
      {
        id: "refunds",
        version: 3,
        score: expect.any(Number),
        row: { body: "Refunds take 30 days.", lang: "en", views: 4, at: null },
      },
    ]);
    for (const point of ["v1", "1", "@launch", "effective:2026-03-01"]) {
      const then = await served.answer("search", { ...asked, as_of: point });
      expect(then).toMatchObject({ version: 1, asOf: point });
      expect(then["results"]).toMatchObject([
        { id: "refunds", version: 1, row: { body: "Refunds take 14 days." } },
      ]);
    }
    const before = await served.answer("search", { ...asked, as_of: "2020-01-01" });
    expect(before).toMatchObject({
      version: 0,
      results: [],
      note: "The table did not exist yet at that point.",
    });
  });

  it("searches as it is told, and explains", async () => {
    const served = await stdioClient(folder);
    const found = await served.answer("search", {
      table: "notes",
      query: "morning",
      mode: "text",
      where: "views > 5 AND lang = 'en'",
      select: ["views"],
      explain: true,
    });
    expect(found["results"]).toEqual([
      { id: "parcels", version: 3, score: expect.any(Number), row: { views: 9 } },
    ]);
    expect(found["explanation"]).toMatchObject({
      mode: "text",
      version: 3,
      confidence: { level: expect.any(String) },
    });
    const both = await served.answer("search", {
      table: "notes",
      query: "morning parcels",
      explain: true,
      where: null,
    });
    expect(both["explanation"]).toMatchObject({ mode: "hybrid", column: "vec", exact: true });
    expect(JSON.stringify(both)).not.toContain('vec":[');
    const none = await served.answer("search", { table: "notes", query: "zzzz", mode: "text" });
    expect(none).toMatchObject({ results: [], note: expect.any(String) });
  });

  it("searches all versions", async () => {
    const served = await stdioClient(folder);
    const asked = { table: "notes", query: "how long does a refund take?", where: "id = 'refunds'" };
    const { results, ...said } = await served.answer("search_over_time", asked);
    expect(said).toEqual({ table: "notes", version: 3, asOf: null, from: 0, to: 3 });
    const byVersion = (results as { version: number }[]).toSorted((a, b) => a.version - b.version);
    expect(byVersion).toMatchObject([
      {
        id: "refunds",
        version: 1,
        from: { version: 1, at: INSTANT },
        to: { version: 2, at: INSTANT },
        row: { body: "Refunds take 14 days." },
      },
      { id: "refunds", version: 2, from: { version: 2 }, to: null, row: { body: "Refunds take 30 days." } },
    ]);
    const early = await served.answer("search_over_time", { ...asked, from: "v1", to: "@launch" });
    expect(early).toMatchObject({
      from: 1,
      to: 1,
      asOf: "@launch",
      results: [{ row: { body: "Refunds take 14 days." } }],
    });
  });

  it("says when an answer changed", async () => {
    const served = await stdioClient(folder);
    const asked = { table: "notes", query: "how long does a refund take?" };
    const told = await served.answer("timeline", asked);
    const dated = (version: number, date: string) => ({
      version,
      at: INSTANT,
      effectiveAt: `${date}T00:00:00.000Z`,
    });
    const [then, since] = [dated(1, "2026-01-10"), dated(2, "2026-06-10")];
    const row = { lang: "en", at: null };
    const score = expect.any(Number) as number;
    expect(told).toEqual({
      table: "notes",
      version: 3,
      asOf: null,
      from: 0,
      to: 3,
      periods: [
        {
          id: "refunds",
          version: 1,
          score,
          from: then,
          to: since,
          row: { ...row, body: "Refunds take 14 days.", views: 3 },
        },
        {
          id: "refunds",
          version: 2,
          score,
          from: since,
          to: null,
          row: { ...row, body: "Refunds take 30 days.", views: 4 },
        },
      ],
    });
    const language = await served.answer("timeline", { ...asked, select: ["lang"] });
    expect(language["periods"]).toMatchObject([{ version: 1, to: null, row: { lang: "en" } }]);
    const newest = await served.answer("timeline", { ...asked, limit: 1 });
    expect(newest).toMatchObject({
      periods: [{ version: 2 }],
      note: 'There may be earlier periods: ask on with to "v1".',
    });
    expect(await served.answer("timeline", { ...asked, from: "v1", to: "@launch" })).toMatchObject({
      from: 1,
      to: 1,
      asOf: "@launch",
      periods: [{ version: 1, to: null, row: { body: "Refunds take 14 days." } }],
    });
  });

  it("gets rows by their keys, now and then", async () => {
    const served = await stdioClient(folder);
    const now = await served.answer("get", { table: "notes", keys: ["offices", "parcels"] });
    expect(now).toMatchObject({
      version: 3,
      missing: ["offices"],
      rows: [{ id: "parcels", row: { id: "parcels", views: 9, at: "2026-05-01T10:00:00.000Z" } }],
    });
    expect(JSON.stringify(now)).not.toMatch(/vec|raw/);
    const then = await served.answer("get", {
      table: "notes",
      keys: ["offices"],
      as_of: "launch",
      select: ["body"],
    });
    expect(then).toMatchObject({
      version: 1,
      asOf: "launch",
      missing: [],
      rows: [{ id: "offices", row: { body: "The office in Bern is closed on Sundays." } }],
    });
  });

  it("finds rows by a condition, in pages", async () => {
    const served = await stdioClient(folder);
    const asked = {
      table: "notes",
      order_by: [{ column: "views", descending: true }],
      select: ["id", "views"],
      limit: 1,
    };
    expect(await served.answer("find", asked)).toMatchObject({
      version: 3,
      count: 2,
      rows: [{ id: "parcels", views: 9 }],
      note: "1 more match: ask on with offset 1.",
    });
    expect(await served.answer("find", { ...asked, offset: 1 })).toMatchObject({
      rows: [{ id: "refunds", views: 4 }],
    });
    expect(
      await served.answer("find", { table: "notes", as_of: "v1", where: "body LIKE '%Bern%'" }),
    ).toMatchObject({ count: 1 });
    expect(await served.answer("find", { table: "words", where: "word = 'beta'" })).toMatchObject({
      count: 1,
      rows: [{ word: "beta" }],
    });
    expect(await served.answer("find", { table: "notes", where: "views > 99" })).toMatchObject({
      count: 0,
      rows: [],
      note: "No row matches.",
    });
  });

  it("shows the history, in pages", async () => {
    const served = await stdioClient(folder);
    const { commits, ...said } = await served.answer("history", { table: "notes", limit: 2 });
    expect(said).toEqual({
      table: "notes",
      version: 3,
      asOf: null,
      note: "There may be older ones: ask on with before 2.",
    });
    expect(commits).toMatchObject([
      { version: 3, operation: "delete", deleted: 1 },
      { version: 2, operation: "upsert", updated: 1, effectiveAt: "2026-06-10T00:00:00.000Z" },
    ]);
    const older = await served.answer("history", { table: "notes", before: 2 });
    expect(older).toMatchObject({
      commits: [{ version: 1, inserted: 3, message: "first notes", tags: ["launch"] }],
    });
    expect(older).not.toHaveProperty("note");
  });

  it("compares two points", async () => {
    const served = await stdioClient(folder);
    expect(await served.answer("diff", { table: "notes", from: "launch" })).toEqual({
      table: "notes",
      version: 3,
      asOf: null,
      from: 1,
      to: 3,
      counts: { added: 0, removed: 1, changed: 1 },
      added: [],
      removed: [
        {
          id: "offices",
          version: 1,
          row: expect.objectContaining({ body: "The office in Bern is closed on Sundays." }) as object,
        },
      ],
      changed: [
        {
          id: "refunds",
          before: { body: "Refunds take 14 days.", views: 3 },
          after: { body: "Refunds take 30 days.", views: 4 },
        },
      ],
    });
    const none = await served.answer("diff", { table: "notes", from: "v2", to: "v3", where: "lang = 'de'" });
    expect(none).toMatchObject({ asOf: "v3", counts: { removed: 0 }, note: "Nothing changed." });
  });

  it("answers of the time before a table was there", async () => {
    const served = await stdioClient(folder);
    const before = { table: "notes", as_of: "2020-01-01" };
    const said = { version: 0, asOf: "2020-01-01", committedAt: null, effectiveAt: null };
    expect(await served.answer("describe_table", before)).toMatchObject({
      ...said,
      rows: 0,
      newestVersion: 3,
    });
    expect(await served.answer("get", { ...before, keys: ["refunds"] })).toMatchObject({
      ...said,
      rows: [],
      missing: ["refunds"],
    });
    expect(await served.answer("find", before)).toMatchObject({ ...said, count: 0, rows: [] });
    const query = { table: "notes", query: "refunds" };
    expect(await served.answer("search", { ...query, as_of: "2020-01-01", explain: true })).toMatchObject(
      said,
    );
    expect(await served.answer("search_over_time", { ...query, to: "2020-01-01" })).toMatchObject({
      to: 0,
      results: [],
    });
    expect(await served.answer("timeline", { ...query, to: "2020-01-01" })).toMatchObject({
      to: 0,
      periods: [],
      note: "The table did not exist yet at that point.",
    });
    expect(await served.answer("diff", { table: "notes", from: "2020-01-01", to: "v1" })).toMatchObject({
      from: 0,
      counts: { added: 3, removed: 0, changed: 0 },
    });
  });

  it("gives schemas and histories as resources", async () => {
    const { client } = await stdioClient(folder);
    const { resources } = await client.listResources();
    expect(resources.map(({ uri }) => uri)).toEqual([
      "varve://notes/schema",
      "varve://notes/history",
      "varve://words/schema",
      "varve://words/history",
    ]);
    const { resourceTemplates } = await client.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual([
      "varve://{table}/schema",
      "varve://{table}/history",
      "varve://{table}@{version}/schema",
    ]);
    const read = async (uri: string): Promise<unknown> => {
      const [content] = (await client.readResource({ uri })).contents;
      return JSON.parse(content !== undefined && "text" in content ? content.text : "");
    };
    expect(await read("varve://notes/schema")).toMatchObject({ version: 3, rows: 2 });
    expect(await read("varve://notes@1/schema")).toMatchObject({ version: 1, rows: 3 });
    expect(await read("varve://notes@launch/schema")).toMatchObject({ version: 1 });
    expect(await read("varve://notes/history")).toMatchObject({ commits: [{ version: 3 }, {}, {}] });
    for (const uri of [
      "varve://nothing/schema",
      "varve://notes@1/history",
      "varve://notes",
      "varve://%ff/schema",
    ])
      await expect(client.readResource({ uri })).rejects.toThrow(/not found/i);
    await expect(client.readResource({ uri: "varve://notes@99/schema" })).rejects.toThrow(
      "VERSION_NOT_FOUND",
    );
  });
});
