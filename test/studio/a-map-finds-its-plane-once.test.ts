import { int, type Snapshot, table, vector } from "varve";
import { expect, it, onTestFinished, vi } from "vitest";
import type { MapAnswer } from "../../src/studio/api-types";
import { mapFunction } from "../../src/studio/functions/map";
import { planeOf } from "../../src/studio/functions/projection";
import { memoryDatabase } from "../support/database";

const DIMENSIONS = 4;
const things = table("things", { id: int().primaryKey(), place: vector(DIMENSIONS) });

/** A table of several versions, what the map answers for it, and the reads of vectors alone: those that find a plane. */
async function mapped() {
  const db = await memoryDatabase();
  const t = await db.table(things);
  const place = (id: number) => Array.from({ length: DIMENSIONS }, (_, at) => Math.sin(id * 7 + at * 3));
  const add = (id: number) => t.insert([{ id, place: place(id) }]);
  for (let id = 0; id < 5; id++) await add(id);
  const scan = vi.spyOn(Object.getPrototypeOf(t.asOf(1)) as Snapshot<typeof things>, "scan");
  onTestFinished(() => scan.mockRestore());
  const planes = () => scan.mock.calls.filter(([options]) => options?.select?.length === 1).length;
  const map = async (as_of: string, signal?: AbortSignal): Promise<MapAnswer> => {
    const context = { db, about: new Map(), signal, report: () => undefined };
    return (await mapFunction.call({ table: "things", as_of }, context)) as MapAnswer;
  };
  return { map, add, scan, planes };
}

it("finds one plane for all versions that are asked for at once", async () => {
  const { map, add, planes } = await mapped();
  const answers = await Promise.all(["v1", "v3", "v5", "v2"].map((point) => map(point)));
  expect(answers.map(({ ids }) => ids.length)).toEqual([1, 3, 5, 2]);
  expect(planes()).toBe(1);
  expect(answers[2]?.places.slice(0, 2)).toEqual(answers[0]?.places);
  await add(9);
  expect((await map("v6")).ids).toHaveLength(6);
  expect(planes()).toBe(2);
});

it("finds it for those who still wait where the first one left", async () => {
  const { map, planes } = await mapped();
  const gone = new AbortController();
  const left = map("v1", gone.signal);
  const stayed = map("v4");
  gone.abort();
  await expect(left).rejects.toMatchObject({ code: "ABORTED" });
  expect((await stayed).ids).toHaveLength(4);
  expect(planes()).toBe(1);
});

it("finds it again where it could not be found", async () => {
  const { map, scan, planes } = await mapped();
  scan.mockImplementationOnce(() => {
    throw new Error("the disk is gone");
  });
  await expect(map("v5")).rejects.toThrow("the disk is gone");
  expect((await map("v5")).ids).toHaveLength(5);
  expect(planes()).toBe(2);
});

it("lets others go on while it is found", async () => {
  let [turns, isDone] = [0, false];
  const turn = (): void => {
    turns++;
    if (!isDone) setImmediate(turn);
  };
  setImmediate(turn);
  await planeOf([Float32Array.of(1, 2), Float32Array.of(3, 1)], 2);
  isDone = true;
  expect(turns).toBeGreaterThan(24);
});
