import { connect } from "varve";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../support/database";
import { fillNotes, stdioClient } from "../support/mcp";

async function notes(): Promise<string> {
  const folder = temporaryFolder();
  await fillNotes(folder);
  return folder;
}

const note = { id: "refunds", body: "Refunds take 60 days." };

describe("without --write", () => {
  it("no tool writes, whatever is called", async () => {
    const folder = await notes();
    const served = await stdioClient(folder);
    const calls = {
      upsert: { table: "notes", rows: [note] },
      delete: { table: "notes", where: "TRUE = TRUE" },
      tag: { table: "notes", name: "mine" },
      restore: { table: "notes", to: "v1" },
    };
    for (const [name, args] of Object.entries(calls))
      await expect(served.call(name, args)).rejects.toThrow(
        `The tool "${name}" writes, and this server only reads: start it with --write.`,
      );
    const t = await (await connect(folder)).openTable("notes");
    expect([await t.version(), (await t.tags()).length]).toEqual([3, 1]);
  });
});

describe("with --write", () => {
  it("four more tools say what they do to what is there", async () => {
    const { client } = await stdioClient(await notes(), "--write");
    const { tools } = await client.listTools();
    const writing = tools.filter(({ annotations }) => annotations?.readOnlyHint === false);
    expect(tools.length - writing.length).toBe(9);
    expect(
      writing.map(({ name, annotations }) => [
        name,
        annotations?.destructiveHint,
        annotations?.idempotentHint,
      ]),
    ).toEqual([
      ["upsert", true, true],
      ["delete", true, true],
      ["tag", false, false],
      ["restore", true, true],
    ]);
  });

  it("upsert changes what a row brings, embeds it, and says why in the history", async () => {
    const served = await stdioClient(await notes(), "--write");
    const raw = Buffer.from([7, 8]).toString("base64");
    const rows = [
      note,
      { id: "new", body: "Bicycles are repaired here.", lang: "de", at: "2026-02-03T04:05:06Z", raw },
    ];
    const asked = { table: "notes", rows, message: "by an agent", effective_at: "2026-07-01" };
    expect(await served.answer("upsert", asked)).toEqual({
      table: "notes",
      version: 4,
      asOf: null,
      committedAt: expect.any(String) as string,
      inserted: 1,
      updated: 1,
      deleted: 0,
      unchanged: 0,
    });
    expect(await served.answer("get", { table: "notes", keys: ["refunds", "new"] })).toMatchObject({
      rows: [
        { row: { body: "Refunds take 60 days.", lang: "en", views: 4 } },
        { row: { lang: "de", views: 0, at: "2026-02-03T04:05:06.000Z" } },
      ],
    });
    const found = await served.answer("search", { table: "notes", query: "who repairs bicycles?", limit: 1 });
    expect(found).toMatchObject({ version: 4, results: [{ id: "new" }] });
    expect(await served.answer("history", { table: "notes", limit: 1 })).toMatchObject({
      commits: [{ version: 4, message: "by an agent", effectiveAt: "2026-07-01T00:00:00.000Z" }],
    });
    expect(await served.answer("upsert", asked)).toMatchObject({ version: 4, unchanged: 2 });
    const whole = { ...asked, rows: [note], replace: true };
    expect(await served.failure("upsert", whole)).toMatchObject({ code: "INVALID_ROW" });
  });

  it("upsert promises to take dates as effective_at, and no other points", async () => {
    const { client } = await stdioClient(await notes(), "--write");
    const { tools } = await client.listTools();
    const upsert = tools.find(({ name }) => name === "upsert");
    const said = JSON.stringify(upsert?.inputSchema.properties?.["effective_at"]);
    expect(said).toContain("Since when it is true, where that is not now: a date");
    expect(said).not.toMatch(/version|tag/);
  });

  it("delete takes rows by key or by condition, and restore brings them back", async () => {
    const served = await stdioClient(await notes(), "--write");
    const byKey = await served.answer("delete", { table: "notes", keys: ["parcels"], if_version: 3 });
    expect(byKey).toMatchObject({ version: 4, deleted: 1 });
    const late = { table: "notes", where: "views > 0", if_version: 3 };
    expect(await served.failure("delete", late)).toMatchObject({ code: "CONFLICT" });
    expect(await served.answer("delete", { ...late, if_version: 4 })).toMatchObject({
      version: 5,
      deleted: 1,
    });
    for (const args of [{ table: "notes" }, { table: "notes", keys: ["a"], where: "views > 0" }])
      expect(await served.failure("delete", args)).toMatchObject({ code: "INVALID_ARGUMENT" });
    const back = await served.answer("restore", { table: "notes", to: "@launch", message: "undo" });
    expect(back).toMatchObject({ version: 6, asOf: "@launch", inserted: 3 });
    expect(await served.answer("find", { table: "notes" })).toMatchObject({ count: 3 });
  });

  it("tag names a version once", async () => {
    const served = await stdioClient(await notes(), "--write");
    const asked = { table: "notes", name: "before-cleanup", at: "v2" };
    expect(await served.answer("tag", asked)).toEqual({
      table: "notes",
      version: 2,
      asOf: "v2",
      name: "before-cleanup",
    });
    expect(await served.failure("tag", { ...asked, at: "v3" })).toMatchObject({ code: "TAG_EXISTS" });
    const row = { table: "notes", keys: ["offices"], as_of: "@before-cleanup" };
    expect(await served.answer("get", row)).toMatchObject({ version: 2, missing: [] });
  });
});
