// What other stores do when two processes write: refuse, lock, or lose. Here every acknowledged commit is there, once.

import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { connect, int, table, text } from "varve";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

interface Note {
  readonly id: string;
  readonly writer: string;
  readonly n: number;
}

interface Report {
  readonly acknowledged: { readonly version: number; readonly shared?: Note }[];
  readonly mine: Note[];
}

const writers = 4;
const commits = 200;
const notes = table("notes", { id: text().primaryKey(), writer: text(), n: int() });

describe(`${writers} processes with ${commits} mixed commits each`, () => {
  const folder = mkdtempSync(join(tmpdir(), "varve-processes-"));
  let reports: Report[] = [];

  beforeAll(async () => {
    const script = fileURLToPath(new URL("writer.mjs", import.meta.url));
    const run = promisify(execFile);
    const started = Array.from({ length: writers }, (_, i) =>
      run(process.execPath, [script, folder, `w${i}`, String(commits)], { maxBuffer: 2 ** 26 }),
    );
    const finished = await Promise.all(started);
    reports = finished.map(({ stdout }) => JSON.parse(stdout) as Report);
  }, 120_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("make gapless versions, each acknowledged to one of them", async () => {
    const versions = reports.flatMap((report) => report.acknowledged.map((entry) => entry.version));
    versions.sort((a, b) => a - b);
    expect(versions).toEqual(Array.from({ length: writers * commits }, (_, i) => i + 1));
    const db = await connect(folder);
    const t = await db.table(notes);
    const history = await t.history({ limit: 10_000 });
    expect(history.map((commit) => commit.version)).toEqual([...versions].reverse());
    await db.close();
  });

  test("lose nothing: the rows are those that the writers left", async () => {
    const shared = new Map<string, { version: number; row: Note }>();
    for (const { version, shared: row } of reports.flatMap((report) => report.acknowledged)) {
      if (row && version > (shared.get(row.id)?.version ?? 0)) shared.set(row.id, { version, row });
    }
    const expected = [
      ...reports.flatMap((report) => report.mine),
      ...[...shared.values()].map(({ row }) => row),
    ];
    const db = await connect(folder);
    const t = await db.table(notes);
    const rows = await t.find({ orderBy: "id", limit: 100_000 });
    expect(rows).toEqual(expected.sort((a, b) => (a.id < b.id ? -1 : 1)));
    expect((await t.verify()).ok).toBe(true);
    await db.close();
  });

  test("leave few files behind", async () => {
    const db = await connect(folder);
    const t = await db.table(notes);
    expect((await t.stats()).files).toBeLessThanOrEqual(40);
    await db.close();
  });
});
