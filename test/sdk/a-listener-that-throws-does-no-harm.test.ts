import { int, type Observer, table } from "varve";
import { expect, onTestFinished, test } from "vitest";
import { memoryDatabase } from "../support/database";

const numbers = table("numbers", { id: int().primaryKey() });

/** The warnings of the process until the test has finished. */
function warnings(): string[] {
  const said: string[] = [];
  const listener = (warning: Error): void => void said.push(warning.message);
  process.on("warning", listener);
  onTestFinished(() => void process.off("warning", listener));
  return said;
}

/** Warnings come in a later turn. */
const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("a call goes on where its listener throws or rejects, and the process is warned once of each", async () => {
  const said = warnings();
  const db = await memoryDatabase();
  const t = await db.table(numbers);
  const rejects = (): unknown => Promise.reject(new Error("rejected by the listener"));
  db.on("write", () => {
    throw new Error("thrown by the listener");
  });
  db.on("write", rejects);
  await expect(t.insert({ id: 1 })).resolves.toMatchObject({ version: 1 });
  await expect(t.insert({ id: 2 })).resolves.toMatchObject({ version: 2 });
  await expect(t.insert({ id: 2 })).rejects.toMatchObject({ code: "DUPLICATE_KEY" });
  await later();
  expect(said).toHaveLength(2);
  expect(said[0]).toContain("thrown by the listener");
  expect(said[1]).toContain("rejected by the listener");
});

const broken = (): never => {
  throw new Error("broken");
};
const observers: Record<string, Observer> = {
  "at the beginning": { begin: broken },
  "around the call": { begin: () => ({ run: broken, end: () => undefined }) },
  "after the call": {
    begin: () => ({
      run: (call) => {
        call();
        broken();
      },
      end: () => undefined,
    }),
  },
  "at the end": { begin: () => ({ end: broken }) },
  "by not calling": { begin: () => ({ run: () => undefined, end: () => undefined }) },
  "by calling twice": {
    begin: () => ({
      run: (call) => {
        call();
        call();
      },
      end: () => undefined,
    }),
  },
};

test.each(Object.entries(observers))(
  "a call is made once where an observer fails %s",
  async (_, observer) => {
    const said = warnings();
    const db = await memoryDatabase();
    const t = await db.table(numbers);
    db.observe(observer);
    await expect(t.insert({ id: 1 })).resolves.toMatchObject({ version: 1, inserted: 1 });
    await expect(t.insert({ id: 1 })).rejects.toMatchObject({ code: "DUPLICATE_KEY" });
    const scanned: number[] = [];
    for await (const rows of t.scan()) scanned.push(...rows.map(({ id }) => id));
    expect(scanned).toEqual([1]);
    await later();
    expect(said.length).toBeLessThanOrEqual(1);
  },
);
