import { expect, it } from "vitest";
import { SharedModels } from "../../src/embeddings/support/shared-models";

/** Models that are numbers, and what happened to them. */
function counted() {
  const events: string[] = [];
  let loads = 0;
  const models = new SharedModels<number>(async (model) => events.push(`unload ${model}`));
  const load = (): Promise<number> => {
    loads += 1;
    events.push(`load ${loads}`);
    return Promise.resolve(loads);
  };
  return { events, models, load };
}

const [one, other] = [{}, {}];

it("and kept until the last function lets go", async () => {
  const { events, models, load } = counted();
  const use = (holder: object) => models.use("a", holder, load, async (model) => model);
  expect(await Promise.all([use(one), use(one), use(other)])).toEqual([1, 1, 1]);
  await models.release("a", one);
  await models.release("a", one);
  expect(events).toEqual(["load 1"]);
  await models.release("a", other);
  expect(events).toEqual(["load 1", "unload 1"]);
  expect(await use(one)).toBe(2);
  expect(models.size).toBe(1);
});

it("and not unloaded while one works", async () => {
  const { events, models, load } = counted();
  let finish = (): void => undefined;
  const working = models.use(
    "a",
    one,
    load,
    () =>
      new Promise<void>((resolve) => {
        finish = resolve;
      }),
  );
  await Promise.resolve();
  const released = models.release("a", one);
  await new Promise((resolve) => setImmediate(resolve));
  expect(events).toEqual(["load 1"]);
  finish();
  await Promise.all([working, released]);
  expect(events).toEqual(["load 1", "unload 1"]);
});

it("and tried again where they did not load", async () => {
  const { events, models, load } = counted();
  const fail = () => Promise.reject(new Error("no such file"));
  const work = async (model: number): Promise<number> => model;
  await expect(models.use("a", one, fail, work)).rejects.toThrow("no such file");
  expect(models.size).toBe(0);
  expect(await models.use("a", one, load, work)).toBe(1);
  await models.release("a", one);
  expect(events).toEqual(["load 1", "unload 1"]);
});
