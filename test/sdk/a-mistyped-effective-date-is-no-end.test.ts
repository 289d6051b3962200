// Effective dates do not run backwards, so one that is too late would be the last one.

import { expect, test } from "vitest";
import { openDocs } from "../support/docs";

const row = (title: string) => [{ id: "1", title }];
const inYears = (years: number) => new Date(Date.now() + years * 365.25 * 86_400_000);

test("a date of another age is refused, in words", async () => {
  const t = await openDocs();
  for (const effectiveAt of [new Date("+020260-01-01"), new Date(8.64e15), inYears(101)]) {
    await expect(t.upsert(row("x"), { effectiveAt })).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
      message: expect.stringMatching(/effectiveAt is \S+-\d\d-\d\dT.*Z, more than 100 years after now \(20/),
    });
  }
  expect(await t.version()).toBe(0);
  await t.upsert(row("x"), { effectiveAt: inYears(99) });
});

test("a restore takes back a date that was given by mistake", async () => {
  const t = await openDocs();
  await t.upsert(row("first"), { effectiveAt: "2025-01-01" });
  await t.upsert(row("second"), { effectiveAt: "2062-02-01" });
  await expect(t.upsert(row("third"), { effectiveAt: "2026-03-01" })).rejects.toMatchObject({
    code: "EFFECTIVE_DATE_BACKWARDS",
    message: expect.stringContaining("2026-03-01T00:00:00.000Z was given after 2062-02-01T00:00:00.000Z"),
    hint: expect.stringContaining("restore()"),
  });
  await t.restore(1);
  await t.upsert(row("third"), { effectiveAt: "2026-03-01" });
  const title = async (effective: string) => (await t.asOf({ effective }).get("1"))?.title;
  expect(await title("2024-12-31")).toBeUndefined();
  expect(await title("2025-06-01")).toBe("first");
  expect(await title("2026-03-01")).toBe("third");
  expect(await title("2070-01-01")).toBe("third");
  const dates = (await t.history()).map(({ effectiveAt }) => effectiveAt?.toISOString().slice(0, 10));
  expect(dates).toEqual(["2026-03-01", "2025-01-01", "2062-02-01", "2025-01-01"]);
});

test("a restore to before any date was given takes them all back", async () => {
  const t = await openDocs();
  await t.upsert(row("first"));
  await t.upsert(row("second"), { effectiveAt: "2062-02-01" });
  await t.restore(1);
  await t.upsert(row("third"), { effectiveAt: "1999-03-01" });
  expect((await t.asOf({ effective: "1999-02-28" }).get("1"))?.title).toBe("first");
  expect((await t.asOf({ effective: "2026-01-01" }).get("1"))?.title).toBe("third");
});
