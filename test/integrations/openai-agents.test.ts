// Sessions of the OpenAI Agents SDK: what its own session in memory answers, ours answers too, and knows what was.

import {
  Agent,
  type AgentInputItem,
  MemorySession,
  type Model,
  type ModelRequest,
  type ModelResponse,
  Runner,
  type SessionHistoryTransactionArgs,
  Usage,
} from "@openai/agents-core";
import { connect, type VarveError } from "varve";
import { VarveSession, type VarveSessionConfig } from "varve/openai-agents";
import { describe, expect, it, onTestFinished } from "vitest";
import { memoryDatabase, temporaryFolder } from "../support/database";

const user = (content: string): AgentInputItem => ({ type: "message", role: "user", content });
const call = (callId: string, args = "{}"): AgentInputItem => ({
  type: "function_call",
  callId,
  name: "look",
  status: "completed",
  arguments: args,
});
const picture: AgentInputItem = {
  type: "function_call_result",
  callId: "1",
  name: "look",
  status: "completed",
  output: { type: "image", image: { data: new Uint8Array([1, 2, 250]), mediaType: "image/png" } },
};

async function sessionOf(config: Partial<VarveSessionConfig> = {}): Promise<VarveSession> {
  return new VarveSession({ db: await memoryDatabase(), sessionId: "1", ...config });
}

type Both = MemorySession | VarveSession;

const append = (operationId: string, ...items: AgentInputItem[]): SessionHistoryTransactionArgs => ({
  operationId,
  transaction: { type: "append_items", items },
});
const suffix = (
  operationId: string,
  expectedSuffix: AgentInputItem[],
  replacement: AgentInputItem[],
): SessionHistoryTransactionArgs => ({
  operationId,
  transaction: { type: "replace_suffix", expectedSuffix, replacement },
});
const failure = async (run: Promise<unknown>): Promise<string> =>
  await run.then(
    () => "done",
    () => "refused",
  );

/** What is asked of both sessions, which must answer alike. */
const cases: Record<string, (session: Both) => Promise<unknown>> = {
  "nothing at first": async (session) => [
    await session.getItems(),
    await session.popItem(),
    await session.getSessionId(),
  ],
  "items in their order": async (session) => {
    await session.addItems([user("a"), call("1"), picture]);
    await session.addItems([]);
    await session.addItems([user("b")]);
    return await session.getItems();
  },
  "the last ones": async (session) => {
    await session.addItems([user("a"), user("b"), user("c")]);
    return await Promise.all([2, 9, 0, -1].map((limit) => session.getItems(limit)));
  },
  "what was popped": async (session) => {
    await session.addItems([user("a"), user("b")]);
    const popped = await session.popItem();
    await session.addItems([user("c")]);
    return [popped, await session.getItems()];
  },
  "nothing after it was cleared": async (session) => {
    await session.addItems([user("a")]);
    await session.clearSession();
    const empty = await session.getItems();
    await session.addItems([user("b")]);
    return [empty, await session.getItems()];
  },
  "an operation that is repeated": async (session) => {
    await session.applyHistoryTransaction(append("x", user("a"), picture));
    await session.applyHistoryTransaction(append("x", user("a"), picture));
    const other = await failure(Promise.resolve(session.applyHistoryTransaction(append("x", user("b")))));
    return [other, await session.getItems()];
  },
  "an end that is replaced": async (session) => {
    await session.addItems([user("a"), user("b"), picture]);
    await session.applyHistoryTransaction(suffix("x", [user("b"), picture], [user("c")]));
    await session.applyHistoryTransaction(suffix("x", [user("b"), picture], [user("c")]));
    const other = await failure(
      Promise.resolve(session.applyHistoryTransaction(suffix("y", [user("b")], []))),
    );
    const longer = suffix("z", [user("0"), user("a"), user("c")], []);
    const tooLong = await failure(Promise.resolve(session.applyHistoryTransaction(longer)));
    await session.applyHistoryTransaction(suffix("v", [], [user("d")]));
    await session.applyHistoryTransaction(suffix("w", [user("d")], []));
    return [other, tooLong, await session.getItems()];
  },
  "operations after it was cleared": async (session) => {
    await session.applyHistoryTransaction(append("x", user("a")));
    await session.clearSession();
    await session.applyHistoryTransaction(append("x", user("a")));
    return await session.getItems();
  },
  "calls that are replaced": async (session) => {
    await session.addItems([user("a"), call("1"), call("2"), call("1"), user("b")]);
    const replacement = call("1", '{"new":true}') as never;
    await session.applyHistoryMutations({
      mutations: [{ type: "replace_function_call", callId: "1", replacement }],
    });
    await session.applyHistoryMutations({ mutations: [] });
    return await session.getItems();
  },
};

describe("a session answers as the one in memory does", () => {
  it.each(Object.entries(cases))("%s", async (_, ask) => {
    const expected = await ask(new MemorySession({ sessionId: "1" }));
    expect(await ask(await sessionOf())).toEqual(expected);
  });
});

/** A model that says how many items it was given. */
class CountingModel implements Model {
  getResponse({ input }: ModelRequest): Promise<ModelResponse> {
    const text = `${typeof input === "string" ? 1 : input.length} items`;
    return Promise.resolve({
      usage: new Usage(),
      output: [
        { type: "message", role: "assistant", status: "completed", content: [{ type: "output_text", text }] },
      ],
    });
  }
  getStreamedResponse(): AsyncIterable<never> {
    throw new Error("not streamed");
  }
}

describe("a session", () => {
  it("is the memory of an agent, from one process to the next", async () => {
    const agent = new Agent({ name: "counter", model: new CountingModel() });
    const runner = new Runner({ tracingDisabled: true });
    const folder = temporaryFolder();
    const said: unknown[] = [];
    for (const question of ["one", "two"]) {
      const session = new VarveSession({ location: folder, sessionId: "user-17" });
      said.push((await runner.run(agent, question, { session })).finalOutput);
      await session.close();
    }
    expect(said).toEqual(["1 items", "3 items"]);
  });

  it("knows what was said, and forgets where that is asked for", async () => {
    const session = await sessionOf();
    await session.addItems([user("a")]);
    await session.popItem();
    await session.addItems([user("b")]);
    await session.clearSession();
    expect(await session.getItems()).toEqual([]);
    expect(await session.asOf(1).getItems()).toEqual([user("a")]);
    expect(await session.asOf(3).getItems()).toEqual([user("b")]);
    expect(await session.purge()).toBe(2);
    expect(await session.asOf(1).getItems()).toEqual([]);
  });

  it("keeps sessions apart, and has an id of its own", async () => {
    const db = await memoryDatabase();
    const [one, other] = [new VarveSession({ db }), new VarveSession({ db })];
    await one.addItems([user("a")]);
    expect(await one.getSessionId()).not.toBe(await other.getSessionId());
    expect(await other.getItems()).toEqual([]);
    await other.clearSession();
    expect(await one.getItems()).toEqual([user("a")]);
  });

  it("takes items of many requests at once", async () => {
    const db = await memoryDatabase();
    const sessions = Array.from({ length: 150 }, () => new VarveSession({ db, sessionId: "1" }));
    await Promise.all(sessions.map((session, n) => session.addItems([user(`${n}`)])));
    expect(await sessions[0]?.getItems()).toHaveLength(150);
    const popped = await Promise.all(sessions.map((session) => session.popItem()));
    expect(new Set(popped.map((item) => JSON.stringify(item))).size).toBe(150);
  });

  it("loses nothing that several add at once, and applies an operation once", async () => {
    const folder = temporaryFolder();
    const dbs = [await connect(folder), await connect(folder)];
    onTestFinished(async () => void (await Promise.all(dbs.map((db) => db.close()))));
    const sessions = dbs.map((db) => new VarveSession({ db, sessionId: "1" }));
    await Promise.all(
      sessions.flatMap((session, s) =>
        [0, 1, 2, 3].map((n) => session.addItems([user(`${s}${n}a`), user(`${s}${n}b`)])),
      ),
    );
    const items = (await sessions[0]?.getItems()) ?? [];
    const texts = items.map((item) => ("content" in item ? String(item.content) : ""));
    expect(texts.filter((text) => text.endsWith("a")).sort()).toHaveLength(8);
    for (const [index, text] of texts.entries())
      if (text.endsWith("a")) expect(texts[index + 1]).toBe(text.replace("a", "b"));
    await Promise.all(sessions.map((session) => session.applyHistoryTransaction(append("once", user("x")))));
    await Promise.all(
      sessions.map((session) => session.applyHistoryTransaction(suffix("twice", [user("x")], [user("y")]))),
    );
    expect((await sessions[1]?.getItems())?.slice(-2)).toEqual([items.at(-1), user("y")]);
    const popped = await Promise.all(sessions.map((session) => session.popItem()));
    expect(new Set(popped.map((item) => JSON.stringify(item))).size).toBe(2);
  });

  it("pops each item once while others add and pop", async () => {
    const folder = temporaryFolder();
    const sessions = [0, 1, 2].map(() => new VarveSession({ location: folder, sessionId: "s" }));
    onTestFinished(async () => void (await Promise.all(sessions.map((session) => session.close()))));
    const popped: unknown[] = [];
    await Promise.all(
      sessions.map(async (session, n) => {
        for (let m = 0; m < 15; m += 1) {
          await session.addItems([user(`${n} ${m}`)]);
          popped.push(await session.popItem());
        }
      }),
    );
    const left = (await sessions[0]?.getItems()) ?? [];
    const texts = [...popped, ...left].map((item) => JSON.stringify(item));
    expect(new Set(texts).size).toBe(45);
    expect(texts).toHaveLength(45);
  });

  it("gives back dates and bytes as they were, and what else JSON has no word for as JSON", async () => {
    const session = await sessionOf();
    const at = new Date(1000);
    const item = {
      ...user("a"),
      providerData: { at, list: [at], bytes: new Uint8Array([0, 255]), __proto__x: at },
    };
    await session.addItems([item]);
    const [found] = await session.getItems();
    expect(found).toEqual(item);
    await session.applyHistoryTransaction(suffix("x", [structuredClone(item)], [user("b")]));
    const odd = { map: new Map([["k", new Set([1, at])]]), url: new URL("https://a.example/"), big: 5n };
    await session.addItems([{ ...user("c"), providerData: odd } as never]);
    expect(await session.getItems()).toEqual([
      user("b"),
      { ...user("c"), providerData: { map: { k: [1, at] }, url: "https://a.example/", big: 5 } },
    ]);
  });

  it("compares items whatever the order of their keys", async () => {
    const session = await sessionOf();
    const [a, b] = [new Uint8Array([1]), new Uint8Array([2])];
    await session.addItems([{ ...user("a"), providerData: { a, b } }]);
    await session.applyHistoryTransaction(
      suffix("x", [{ providerData: { b, a }, ...user("a") }], [user("c")]),
    );
    expect(await session.getItems()).toEqual([user("c")]);
  });

  it("takes items as they were at the call", async () => {
    const session = await sessionOf();
    const items = [user("a")];
    const adding = session.addItems(items);
    items.push(user("b"));
    (items[0] as { content: string }).content = "changed";
    await adding;
    expect(await session.getItems()).toEqual([user("a")]);
  });
});

const odd: Record<string, (session: VarveSession) => unknown> = {
  "a write to the past": (session) => session.asOf(0).addItems([user("a")]),
  "items that are no list": (session) => session.addItems("a" as never),
  "an item that is a text": (session) => session.addItems(["a"] as never),
  "an item that JSON cannot hold": (session) => session.addItems([{ ...user("a"), n: Number.NaN } as never]),
  "an item with a Blob": (session) =>
    session.addItems([user("a"), { ...user("b"), providerData: { picture: new Blob(["x"]) } }]),
  "an item that holds itself": (session) => {
    const providerData: Record<string, unknown> = {};
    providerData["self"] = providerData;
    return session.addItems([{ ...user("a"), providerData }]);
  },
  "a limit that is none": (session) => session.getItems(1.5),
  "an operation without an id": (session) => session.applyHistoryTransaction(append(" ")),
  "a transaction that is none": (session) =>
    session.applyHistoryTransaction({ operationId: "x", transaction: { type: "other" } } as never),
  "an operation with something else in it": async (session) => {
    await session.applyHistoryTransaction(append("x", user("a")));
    await session.applyHistoryTransaction(append("x", user("b")));
  },
  "an end that is another one": (session) => session.applyHistoryTransaction(suffix("x", [user("a")], [])),
  "a mutation that is none": (session) =>
    session.applyHistoryMutations({ mutations: [{ type: "other" }] } as never),
  "an empty id": () => new VarveSession({ location: "memory:", sessionId: "" }),
  "an option that there is not": () => new VarveSession({ location: "memory:", id: "1" } as never),
};

describe("a session refuses", () => {
  it.each(Object.entries(odd))("%s", async (_, run) => {
    const session = await sessionOf();
    const refusal = await Promise.resolve()
      .then(() => run(session))
      .then(
        () => "taken",
        ({ code, message, hint }: VarveError) => `${code}: ${message} ${hint ?? ""}`,
      );
    expect(refusal).toMatchSnapshot();
  });
});
