// Golden tables were written once, by an earlier build; see test/golden/README.md. The engine's own test is native/engine/tests/golden.rs.

import { connect, int, type Snapshot, type Table, table, type UntypedTable } from "varve";
import { describe, expect, onTestFinished, test } from "vitest";
import { copyOf, type Expected, expectedOf, goldenNames, shown } from "../support/golden";

type Version = Expected["versions"][number];

/** For numbers that only a declaration makes whole. */
const large = table("docs", { id: int().primaryKey(), n: int({ bigint: true }).nullable() });

async function open(folder: string, name: string): Promise<Table> {
  const db = await connect(folder);
  onTestFinished(() => db.close());
  if (name === "large-integers") return (await db.table(large)).untyped;
  return await db.openTable("docs");
}

async function versionOf(t: Table, expected: Version): Promise<Version> {
  const { version } = expected;
  if (expected.expired) {
    await expect(t.asOf(version).count()).rejects.toMatchObject({ code: "VERSION_EXPIRED" });
    return expected;
  }
  const then = t.asOf(version);
  const { columns } = await then.describe();
  return {
    version,
    columns: columns.map(({ name, kind, nullable }) => [name, kind, nullable]),
    rows: await rowsOf(then),
  };
}

async function rowsOf(then: Snapshot<UntypedTable>): Promise<NonNullable<Version["rows"]>> {
  const { columns } = await then.describe();
  const kinds = new Map(columns.map(({ name, kind }) => [name, kind]));
  const rows = await then.find({ select: [...kinds.keys()] });
  return Object.fromEntries(
    rows.map((row) => {
      const cells = Object.entries(row).map(([name, value]) => [name, shown(value, kinds.get(name))]);
      return [JSON.stringify(row["id"]), Object.fromEntries(cells)];
    }),
  );
}

async function historyOf(t: Table): Promise<unknown[]> {
  const commits = await t.history({ limit: 1_000 });
  return commits.map(({ clock, committedAt, effectiveAt, ...rest }) => ({
    ...rest,
    clock: clock?.getTime() ?? null,
    committedAt: committedAt.getTime(),
    effectiveAt: effectiveAt?.getTime() ?? null,
  }));
}

describe.each(goldenNames)("%s", (name) => {
  test("holds what it held, also when it was written to", async () => {
    const expected = expectedOf(name);
    const t = await open(copyOf(name), name);
    const versions = async (): Promise<Version[]> =>
      await Promise.all(expected.versions.map((version) => versionOf(t, version)));
    expect(await versions()).toEqual(expected.versions);
    expect(await historyOf(t)).toMatchObject(expected.history);
    const tags = expected.tags.map(({ name, version }) => ({ name, version }));
    expect(await t.tags()).toMatchObject(tags);
    expect(await t.verify()).toMatchObject({ ok: true, problems: [] });
    for (const { at, version } of expected.effective)
      expect(await rowsOf(t.asOf({ effective: new Date(at) }))).toEqual(expected.versions[version]?.rows);
    for (const { query, hits } of expected.nearest) {
      for (const { version, keys } of hits) {
        const found = await t.asOf(version).search(Float32Array.from(query), { limit: 3, select: ["id"] });
        expect(found.map((hit) => hit["id"])).toEqual(keys);
      }
    }
    await t.insert([{ id: name === "every-type" ? "new" : 1_000_000 }]);
    await t.optimize();
    if (name !== "expired") expect(await versions()).toEqual(expected.versions);
  });
});

test("an operation of a newer version is shown as it is called, and an index of another kind is mentioned", async () => {
  const t = await open(copyOf("newer"), "newer");
  expect((await t.history()).map((commit) => commit.operation)).toContain("compactText");
  expect((await t.verify()).warnings.map((warning) => warning.message)).toEqual([
    'This build does not know indexes of the kind "words", of which there are 1, and did not read their files.',
  ]);
});
