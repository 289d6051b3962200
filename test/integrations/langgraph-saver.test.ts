// Graphs of LangGraph whose states are in our table: interrupted, resumed, taken up again at an earlier step, in another process.

import {
  Annotation,
  Command,
  END,
  interrupt,
  START,
  StateGraph,
  type StateSnapshot,
} from "@langchain/langgraph";
import type { Checkpoint, CheckpointTuple } from "@langchain/langgraph-checkpoint";
import { emptyCheckpoint, uuid6 } from "@langchain/langgraph-checkpoint";
import type { VarveError } from "varve";
import { VarveSaver, VarveStore } from "varve/langgraph";
import { describe, expect, it, onTestFinished } from "vitest";
import { memoryDatabase, temporaryFolder } from "../support/database";

const State = Annotation.Root({
  words: Annotation<string[]>({ reducer: (one, other) => [...one, ...other], default: () => [] }),
  fixed: Annotation<string>(),
});

function graphOf(checkpointer: VarveSaver) {
  return new StateGraph(State)
    .addNode("first", () => ({ words: ["first"] }))
    .addNode("ask", () => ({ words: [interrupt<string, string>("what next?")] }))
    .addNode("last", () => ({ words: ["last"] }))
    .addEdge(START, "first")
    .addEdge("first", "ask")
    .addEdge("ask", "last")
    .addEdge("last", END)
    .compile({ checkpointer });
}

const thread = (id: string) => ({ configurable: { thread_id: id } });

async function saverOf(): Promise<VarveSaver> {
  return new VarveSaver({ db: await memoryDatabase() });
}

async function all(tuples: AsyncGenerator<CheckpointTuple>): Promise<CheckpointTuple[]> {
  const found: CheckpointTuple[] = [];
  for await (const tuple of tuples) found.push(tuple);
  return found;
}

describe("a graph", () => {
  it("is interrupted, and resumed by another process", async () => {
    const folder = temporaryFolder();
    const saver = new VarveSaver({ location: folder });
    await graphOf(saver).invoke({ words: ["in"], fixed: "x" }, thread("1"));
    const state = await graphOf(saver).getState(thread("1"));
    expect(state.next).toEqual(["ask"]);
    expect(state.tasks[0]?.interrupts[0]?.value).toBe("what next?");
    await saver.close();
    const other = new VarveSaver({ location: folder });
    onTestFinished(() => other.close());
    const result = await graphOf(other).invoke(new Command({ resume: "answer" }), thread("1"));
    expect(result).toEqual({ words: ["in", "first", "answer", "last"], fixed: "x" });
  });

  it.each(["sync", "async", "exit"] as const)("goes back to an earlier step, %s", async (durability) => {
    const graph = graphOf(await saverOf());
    const config = { ...thread("1"), durability };
    await graph.invoke({ words: ["in"], fixed: "x" }, config);
    await graph.invoke(new Command({ resume: "answer" }), config);
    const states: StateSnapshot[] = [];
    for await (const state of graph.getStateHistory(thread("1"))) states.push(state);
    const asking = states.find(({ next }) => next[0] === "ask");
    expect(asking?.values).toEqual({ words: ["in", "first"], fixed: "x" });
    const forked = await graph.updateState(asking?.config ?? {}, { words: ["changed"] });
    await graph.invoke(null, { ...forked, durability });
    const result = await graph.invoke(new Command({ resume: "other" }), config);
    expect(result.words).toEqual(["in", "first", "changed", "other", "last"]);
    expect(result.fixed).toBe("x");
    const again = await graph.getState(states[0]?.config ?? {});
    expect(again.values).toEqual({ words: ["in", "first", "answer", "last"], fixed: "x" });
  });

  it("copies a checkpoint with all of its values, also the first one", async () => {
    const graph = graphOf(await saverOf());
    await graph.invoke({ words: ["in"], fixed: "x" }, thread("1"));
    const states: StateSnapshot[] = [];
    for await (const state of graph.getStateHistory(thread("1"))) states.push(state);
    for (const { config, values } of states) {
      const copy = await graph.updateState(config, null, "__copy__");
      expect((await graph.getState(copy)).values).toEqual(values);
    }
  });

  it("remembers through a store, across threads", async () => {
    const db = await memoryDatabase();
    const store = new VarveStore({ db });
    const graph = new StateGraph(State)
      .addNode("learn", async ({ words }, config) => {
        const items = await config.store?.search(["facts"]);
        await config.store?.put(["facts"], `${items?.length}`, { words });
        return { words: [`knew ${items?.length}`] };
      })
      .addEdge(START, "learn")
      .compile({ checkpointer: new VarveSaver({ db }), store });
    await graph.invoke({ words: ["one"] }, thread("1"));
    const { words } = await graph.invoke({ words: ["two"] }, thread("2"));
    expect(words).toEqual(["two", "knew 1"]);
    expect((await store.asOf(1).search(["facts"])).map(({ value }) => value)).toEqual([{ words: ["one"] }]);
  });

  it("runs in several threads at once", async () => {
    const saver = await saverOf();
    const graph = graphOf(saver);
    await Promise.all(Array.from({ length: 8 }, (_, n) => graph.invoke({ words: [`${n}`] }, thread(`${n}`))));
    for (let n = 0; n < 8; n++)
      expect((await graph.getState(thread(`${n}`))).values.words).toEqual([`${n}`, "first"]);
  });
});

describe("a checkpointer", () => {
  const checkpoint = (id: string, values: Record<string, unknown>): Checkpoint => ({
    ...emptyCheckpoint(),
    id,
    channel_values: values,
  });
  const metadata = { source: "loop", step: 1, parents: {} } as const;

  it("writes a value once, however many checkpoints have it", async () => {
    const saver = await saverOf();
    const first = await saver.put(thread("1"), checkpoint("a", { big: "x", n: 1 }), metadata, {
      big: 1,
      n: 1,
    });
    const second = await saver.put(first, checkpoint("b", { big: "x", n: 2 }), metadata, { n: 2 });
    const t = await (await saver.database()).openTable("langgraph_checkpoints");
    expect(await t.count({ where: { kind: "value" } })).toBe(3);
    expect((await saver.getTuple(second))?.checkpoint.channel_values).toEqual({ big: "x", n: 2 });
    expect((await saver.getTuple(first))?.checkpoint.channel_values).toEqual({ big: "x", n: 1 });
    const lost = { configurable: { thread_id: "1", checkpoint_id: "not there" } };
    const third = await saver.put(lost, checkpoint("c", { big: "x" }), metadata, {});
    expect((await saver.getTuple(third))?.checkpoint.channel_values).toEqual({ big: "x" });
  });

  it("lists more than a page, by what was said of them", async () => {
    const saver = await saverOf();
    let config: object = thread("1");
    for (let n = 0; n < 150; n++)
      config = await saver.put(config, checkpoint(uuid6(n), { n }), { ...metadata, step: n }, { n });
    const found = await all(saver.list(thread("1")));
    expect(found.map(({ metadata }) => metadata?.step)).toEqual(
      Array.from({ length: 150 }, (_, n) => 149 - n),
    );
    const [only, ...others] = await all(saver.list(thread("1"), { filter: { step: 3 } }));
    expect([only?.checkpoint.channel_values, others.length]).toEqual([{ n: 3 }, 0]);
    expect((await all(saver.list(thread("1"), { limit: 70 }))).length).toBe(70);
    expect(await all(saver.list(thread("1"), { limit: 0 }))).toEqual([]);
  });

  it("keeps the first write of a task, and the last interrupt", async () => {
    const saver = await saverOf();
    const config = await saver.put(thread("1"), checkpoint("a", {}), metadata, {});
    await Promise.all(
      [1, 2, 3].map(() =>
        saver.putWrites(
          config,
          [
            ["a", 1],
            ["b", 2],
          ],
          "task",
        ),
      ),
    );
    await saver.putWrites(
      config,
      [
        ["a", 9],
        ["__interrupt__", "x"],
      ],
      "task",
    );
    await saver.putWrites(config, [["__interrupt__", "y"]], "task");
    expect((await saver.getTuple(config))?.pendingWrites).toEqual([
      ["task", "__interrupt__", "y"],
      ["task", "a", 1],
      ["task", "b", 2],
    ]);
  });

  it("keeps what a task wrote as one commit, also with an interrupt", async () => {
    const saver = await saverOf();
    const config = await saver.put(thread("1"), checkpoint("a", {}), metadata, {});
    await saver.putWrites(config, [["a", 1]], "task");
    const mixed: [string, unknown][] = [
      ["a", 9],
      ["b", 2],
      ["__interrupt__", "x"],
    ];
    await saver.putWrites(config, mixed, "task");
    expect((await saver.getTuple(config))?.pendingWrites).toEqual([
      ["task", "__interrupt__", "x"],
      ["task", "a", 1],
      ["task", "b", 2],
    ]);
    expect(await (await (await saver.database()).openTable("langgraph_checkpoints")).version()).toBe(3);
  });

  it("forgets a thread where that is asked for", async () => {
    const saver = await saverOf();
    for (const id of ["1", "2"]) await saver.put(thread(id), checkpoint("a", { n: id }), metadata, { n: 1 });
    await saver.deleteThread("1");
    expect(await saver.getTuple(thread("1"))).toBeUndefined();
    const t = await (await saver.database()).openTable("langgraph_checkpoints");
    expect(await t.asOf(2).count({ where: { thread: "1" } })).toBe(2);
    await saver.deleteThread("1", { purge: true });
    expect(await t.asOf(2).count({ where: { thread: "1" } })).toBe(0);
    expect((await saver.getTuple(thread("2")))?.checkpoint.channel_values).toEqual({ n: "2" });
  });

  it.each([false, true])(
    "keeps a whole checkpoint where its thread goes meanwhile, purged: %s",
    async (purge) => {
      const db = await memoryDatabase();
      const other = new VarveSaver({ db });
      const { serde } = other;
      const saver = new VarveSaver({
        db,
        serde: {
          dumpsTyped: async (value: unknown) => {
            if (value === "when it is deleted") await other.deleteThread("1", { purge });
            return await serde.dumpsTyped(value);
          },
          loadsTyped: async (type, data) => await serde.loadsTyped(type, data),
        },
      });
      const first = await saver.put(thread("1"), checkpoint("a", { big: "x", n: 1 }), metadata, {
        big: 1,
        n: 1,
      });
      const values = { big: "x", n: "when it is deleted" };
      const second = await saver.put(first, checkpoint("b", values), metadata, { n: 2 });
      expect((await saver.getTuple(second))?.checkpoint.channel_values).toEqual(values);
      expect(await all(saver.list(thread("1")))).toHaveLength(1);
    },
  );

  it("shows no writes that come after their thread went, and forgets them with it", async () => {
    const saver = await saverOf();
    const config = await saver.put(thread("1"), checkpoint("a", { n: 1 }), metadata, { n: 1 });
    await saver.deleteThread("1", { purge: true });
    await saver.putWrites(config, [["a", "late"]], "task");
    expect(await saver.getTuple(thread("1"))).toBeUndefined();
    expect(await all(saver.list(thread("1")))).toEqual([]);
    const begun = await saver.put(thread("1"), checkpoint("b", { n: 2 }), metadata, { n: 1 });
    expect((await saver.getTuple(begun))?.pendingWrites).toEqual([]);
    await saver.deleteThread("1", { purge: true });
    const t = await (await saver.database()).openTable("langgraph_checkpoints");
    expect(await t.count()).toBe(0);
  });
});

async function refusal(run: () => unknown): Promise<string> {
  try {
    await run();
    return "taken";
  } catch (error) {
    const { code, message, hint } = error as VarveError;
    return [code, message, hint].join(" | ");
  }
}

const at = (configurable: Record<string, unknown>) => ({ configurable }) as never;

const odd: Record<string, (saver: VarveSaver) => unknown> = {
  "a checkpoint of no thread": (saver) => saver.put({}, emptyCheckpoint(), {} as never, {}),
  "writes of no thread": (saver) => saver.putWrites({}, [], "task"),
  "writes of no checkpoint": (saver) => saver.putWrites(thread("1"), [["a", 1]], "task"),
  "a thread that is a number": (saver) => saver.getTuple(at({ thread_id: 1 })),
  "a namespace that is a number": (saver) => saver.getTuple(at({ thread_id: "1", checkpoint_ns: 1 })),
  "a checkpoint that is a number": (saver) => saver.getTuple(at({ thread_id: "1", checkpoint_id: 1 })),
  "a limit that is none": (saver) => all(saver.list(thread("1"), { limit: 1.5 })),
  "a task that is a number": (saver) =>
    saver.putWrites(at({ thread_id: "1", checkpoint_id: "a" }), [], 1 as never),
  "writes that are no list": (saver) =>
    saver.putWrites(at({ thread_id: "1", checkpoint_id: "a" }), {} as never, "task"),
  "a thread to delete that is a number": (saver) => saver.deleteThread(1 as never),
  "an option that there is not": () => new VarveSaver({ location: "memory:", tabel: "x" } as never),
  "an option of deleteThread that there is not": (saver) => saver.deleteThread("1", { purg: true } as never),
  "a value that was taken away": async (saver) => {
    const place = { configurable: { thread_id: "1" } };
    await saver.put(place, { ...emptyCheckpoint(), id: "a", channel_values: { n: 1 } }, {} as never, {
      n: 1,
    });
    const t = await (await saver.database()).openTable("langgraph_checkpoints");
    await t.delete({ where: { kind: "value" } });
    await saver.getTuple(place);
  },
};

describe("a checkpointer refuses", () => {
  it.each(Object.entries(odd))("%s", async (_, run) => {
    const saver = await saverOf();
    expect(await refusal(() => run(saver))).toMatchSnapshot();
  });
});
