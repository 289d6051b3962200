// The memory of Mastra: what its own in memory answers, ours answers too, and knows what was.

import type { MastraDBMessage, StorageThreadType } from "@mastra/core/memory";
import { InMemoryDB, InMemoryMemory, MastraCompositeStore, type MemoryStorage } from "@mastra/core/storage";
import { connect, type VarveError } from "varve";
import { VarveMemory } from "varve/mastra";
import { describe, expect, it, onTestFinished } from "vitest";
import { memoryDatabase, temporaryFolder } from "../support/database";

const at = (minute: number): Date => new Date(Date.UTC(2026, 0, 1, 0, minute));

const thread = (id: string, more: Partial<StorageThreadType> = {}): StorageThreadType => ({
  id,
  resourceId: "ada",
  title: `title of ${id}`,
  createdAt: at(Number(id)),
  updatedAt: at(Number(id)),
  ...more,
});

const message = (
  id: string,
  threadId: string,
  minute: number,
  more: Partial<MastraDBMessage> = {},
): MastraDBMessage => ({
  id,
  threadId,
  resourceId: "ada",
  role: "user",
  type: "text",
  createdAt: at(minute),
  content: { format: 2, parts: [{ type: "text", text: `text of ${id}` }], content: `text of ${id}` },
  ...more,
});

const content = (more: object) => ({ format: 2, parts: [], ...more }) as MastraDBMessage["content"];

async function memoryOf(): Promise<VarveMemory> {
  return new VarveMemory({ db: await memoryDatabase() });
}

async function filled<M extends MemoryStorage>(memory: M): Promise<M> {
  await memory.saveThread({ thread: thread("1", { metadata: { color: "red", deep: { a: [1] } } }) });
  await memory.saveThread({ thread: thread("2", { metadata: { color: "blue" } }) });
  await memory.saveThread({ thread: thread("3", { resourceId: "bob", title: undefined }) });
  await memory.saveMessages({
    messages: [
      message("a", "1", 1),
      message("b", "1", 2, { role: "assistant", content: content({ metadata: { kind: "answer", n: 1 } }) }),
      message("c", "1", 3, { content: content({ metadata: { kind: "question" } }) }),
      message("d", "1", 3),
      message("e", "1", 5),
      message("f", "2", 4),
      message("g", "3", 6, { resourceId: "bob" }),
    ],
  });
  return memory;
}

/** An answer without the dates of changes, which are those of the clock. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, part: unknown) =>
      key === "updatedAt" || key === "clonedAt" ? undefined : part,
    ) ?? "null",
  );
}

const ids = ({ messages, ...rest }: { messages: MastraDBMessage[] }): unknown => [
  messages.map(({ id }) => id),
  rest,
];

/** What is asked of both memories, which must answer alike. */
const cases: Record<string, (memory: MemoryStorage) => Promise<unknown>> = {
  "a thread": (memory) => memory.getThreadById({ threadId: "1" }),
  "a thread of another resource": (memory) => memory.getThreadById({ threadId: "1", resourceId: "bob" }),
  "no thread": (memory) => memory.getThreadById({ threadId: "9" }),
  "a thread whose metadata changed": async (memory) => [
    { ...(await memory.updateThread({ id: "1", metadata: { size: 1 } })) },
    { ...(await memory.updateThread({ id: "1", title: "new" })) },
    await memory.updateThreadMetadata({
      id: "1",
      update: ({ metadata }) => ({ size: Number(metadata?.["size"]) + 1 }),
    }),
    await memory.updateThreadMetadata({ id: "1", update: () => undefined }),
    await memory.updateThreadMetadata({ id: "1", resourceId: "bob", update: () => ({}) }),
  ],
  "a thread that was deleted": async (memory) => {
    await memory.deleteThread({ threadId: "1" });
    return [await memory.getThreadById({ threadId: "1" }), await memory.listMessages({ threadId: "1" })];
  },
  "a thread that was given away": async (memory) => {
    await memory.updateThreadResourceId({ threadId: "1", resourceId: "eve" });
    return [
      await memory.getThreadById({ threadId: "1" }),
      ids(await memory.listMessages({ threadId: "1", resourceId: "eve" })),
    ];
  },
  "all threads": (memory) => memory.listThreads({}),
  "threads of a resource, in an order": (memory) =>
    memory.listThreads({ filter: { resourceId: "ada" }, orderBy: { field: "createdAt", direction: "ASC" } }),
  "threads by metadata": (memory) => memory.listThreads({ filter: { metadata: { color: "blue" } } }),
  "threads by nested metadata": (memory) =>
    memory.listThreads({ filter: { metadata: { deep: { a: [1] } } } }),
  "pages of threads": async (memory) => [
    await memory.listThreads({ perPage: 2 }),
    await memory.listThreads({ perPage: 2, page: 1 }),
    await memory.listThreads({ perPage: 0 }),
    await memory.listThreads({ perPage: false }),
  ],
  messages: (memory) => memory.listMessages({ threadId: "1" }),
  "messages of several threads": async (memory) =>
    ids(await memory.listMessages({ threadId: ["1", "2", "3"] })),
  "messages of threads and a resource": async (memory) =>
    ids(await memory.listMessages({ threadId: ["1", "3"], resourceId: "bob" })),
  "the last messages": async (memory) =>
    ids(
      await memory.listMessages({
        threadId: "1",
        perPage: 1,
        orderBy: { field: "createdAt", direction: "DESC" },
      }),
    ),
  "pages of messages": async (memory) => [
    ids(await memory.listMessages({ threadId: "1", perPage: 2 })),
    ids(await memory.listMessages({ threadId: "1", perPage: 2, page: 2 })),
    ids(await memory.listMessages({ threadId: "1", perPage: 2, page: 9 })),
    ids(await memory.listMessages({ threadId: "1", perPage: 0 })),
    ids(await memory.listMessages({ threadId: "1", perPage: false })),
  ],
  "messages of a time": async (memory) => [
    ids(await memory.listMessages({ threadId: "1", filter: { dateRange: { start: at(2), end: at(3) } } })),
    ids(
      await memory.listMessages({
        threadId: "1",
        filter: { dateRange: { start: at(2), startExclusive: true } },
      }),
    ),
    ids(
      await memory.listMessages({ threadId: "1", filter: { dateRange: { end: at(3), endExclusive: true } } }),
    ),
  ],
  "messages by metadata": async (memory) => [
    ids(await memory.listMessages({ threadId: "1", filter: { metadata: { kind: "answer", n: 1 } } })),
    ids(await memory.listMessages({ threadId: "1", perPage: 1, filter: { metadata: { kind: "question" } } })),
  ],
  "messages around others": async (memory) => {
    const include = [{ id: "c", withPreviousMessages: 1, withNextMessages: 1 }];
    return [
      ids(await memory.listMessages({ threadId: "1", perPage: 0, include })),
      ids(await memory.listMessages({ threadId: "2", perPage: 1, include })),
      ids(await memory.listMessages({ threadId: "3", resourceId: "bob", include })),
      ids(
        await memory.listMessages({
          threadId: "1",
          perPage: 1,
          include: [{ id: "e", withNextMessages: 5 }, { id: "nothing" }],
        }),
      ),
    ];
  },
  "messages of a resource": async (memory) => [
    ids(await memory.listMessagesByResourceId({ resourceId: "ada" })),
    ids(await memory.listMessagesByResourceId({ resourceId: "ada", perPage: 2, page: 1 })),
  ],
  "messages by their ids": async (memory) =>
    ids(await memory.listMessagesById({ messageIds: ["e", "nothing", "a"] })),
  "a message that was saved again": async (memory) => {
    await memory.saveMessages({ messages: [message("a", "1", 1, { content: content({ content: "new" }) })] });
    return await memory.listMessages({ threadId: "1", perPage: 1 });
  },
  "messages that were changed": async (memory) => {
    const changed = await memory.updateMessages({
      messages: [
        { id: "b", content: content({ metadata: { n: 2 }, content: "new" }) },
        { id: "c", threadId: "2", role: "assistant" },
        { id: "nothing", role: "user" },
      ],
    });
    return [changed.map(({ id }) => id), await memory.listMessages({ threadId: ["1", "2"] })];
  },
  "a message that was changed twice in one call": async (memory) => {
    const changed = await memory.updateMessages({
      messages: [
        { id: "b", role: "system", content: content({ content: "new", metadata: { n: 2 } }) },
        { id: "b", threadId: "2", content: content({ metadata: { more: true } }) },
      ],
    });
    return [
      changed.map((one) => [one.id, one.threadId]),
      await memory.listMessages({ threadId: ["1", "2"] }),
    ];
  },
  "messages that were deleted": async (memory) => {
    await memory.deleteMessages(["a", "nothing", "f"]);
    await memory.deleteMessages([]);
    return ids(await memory.listMessages({ threadId: ["1", "2"] }));
  },
  "a thread that was copied": async (memory) => {
    const { thread: copy, clonedMessages } = await memory.cloneThread({
      sourceThreadId: "1",
      newThreadId: "7",
      metadata: { why: "test" },
      options: { messageLimit: 2 },
    });
    const texts = clonedMessages.map((one) => [one.threadId, one.content]);
    const { createdAt: _, ...rest } = copy;
    return [rest, texts, ids(await memory.listMessages({ threadId: "1" }))];
  },
  "a resource": async (memory) => {
    const now = at(1);
    const none = await memory.getResourceById({ resourceId: "ada" });
    await memory.saveResource({
      resource: { id: "ada", workingMemory: "one", metadata: { a: 1 }, createdAt: now, updatedAt: now },
    });
    const { createdAt: _, ...changed } = await memory.updateResource({
      resourceId: "ada",
      metadata: { b: 2 },
    });
    await memory.updateResource({ resourceId: "ada", workingMemory: "two" });
    const { createdAt: __, ...made } = await memory.updateResource({
      resourceId: "new",
      workingMemory: "three",
    });
    return [none, changed, made, await memory.getResourceById({ resourceId: "ada" })];
  },
  "nothing after all was cleared": async (memory) => {
    await memory.dangerouslyClearAll();
    return [await memory.listThreads({}), await memory.getThreadById({ threadId: "1" })];
  },
};

describe("a memory answers as the one of Mastra does", () => {
  it.each(Object.entries(cases))("%s", async (_, ask) => {
    const expected = await ask(await filled(new InMemoryMemory({ db: new InMemoryDB() })));
    expect(plain(await ask(await filled(await memoryOf())))).toEqual(plain(expected));
  });
});

describe("a memory", () => {
  it("is the memory of a composite store", async () => {
    const memory = await memoryOf();
    const storage = new MastraCompositeStore({ id: "app", domains: { memory } });
    await storage.init();
    expect(await storage.getStore("memory")).toBe(memory);
  });

  it("dates a thread when something is said in it", async () => {
    const memory = await filled(await memoryOf());
    const before = (await memory.getThreadById({ threadId: "1" }))?.updatedAt.getTime() ?? 0;
    await memory.saveMessages({ messages: [message("z", "1", 9)] });
    expect((await memory.getThreadById({ threadId: "1" }))?.updatedAt.getTime()).toBeGreaterThan(before);
  });

  it("knows what was said, and forgets a resource where that is asked for", async () => {
    const memory = await filled(await memoryOf());
    await memory.deleteThread({ threadId: "1" });
    expect((await memory.asOf(4).listMessages({ threadId: "1" })).total).toBe(5);
    await memory.updateResource({ resourceId: "ada", workingMemory: "likes nuts" });
    expect(await memory.purge({ resourceId: "ada" })).toBeGreaterThan(8);
    expect((await memory.asOf(4).listMessages({ threadId: "1" })).total).toBe(0);
    expect(await memory.getResourceById({ resourceId: "ada" })).toBeNull();
    expect((await memory.listThreads({})).threads.map(({ id }) => id)).toEqual(["3"]);
    expect(await memory.purge({ threadId: "3" })).toBeGreaterThan(1);
  });

  it("purges with a resource what its threads hold, also messages that name nobody", async () => {
    const memory = new VarveMemory({ db: await memoryDatabase() });
    await memory.saveThread({ thread: thread("1", { resourceId: "ada" }) });
    const { resourceId: _, ...nobodys } = message("a", "1", 1);
    await memory.saveMessages({ messages: [nobodys] });
    await memory.deleteThread({ threadId: "1" });
    await memory.purge({ resourceId: "ada" });
    expect((await memory.asOf(2).listMessages({ threadId: "1" })).total).toBe(0);
  });

  it("takes messages of many requests at once", async () => {
    const db = await memoryDatabase();
    const saving = Array.from({ length: 150 }, (_, n) =>
      new VarveMemory({ db }).saveMessages({ messages: [message(`${n}`, "1", n)] }),
    );
    await Promise.all(saving);
    expect((await new VarveMemory({ db }).listMessages({ threadId: "1" })).total).toBe(150);
  });

  it("loses nothing of what several change at once", async () => {
    const folder = temporaryFolder();
    const dbs = [await connect(folder), await connect(folder)];
    onTestFinished(async () => void (await Promise.all(dbs.map((db) => db.close()))));
    const memories = dbs.map((db) => new VarveMemory({ db }));
    await memories[0]?.saveThread({ thread: thread("1", { metadata: { n: 0 } }) });
    const update = ({ metadata }: StorageThreadType) => ({ n: Number(metadata?.["n"]) + 1 });
    await Promise.all(
      memories.flatMap((memory, m) =>
        [0, 1, 2].flatMap((n) => [
          memory.updateThreadMetadata({ id: "1", update }),
          memory.saveMessages({ messages: [message(`${m}${n}`, "1", n)] }),
        ]),
      ),
    );
    expect((await memories[1]?.getThreadById({ threadId: "1" }))?.metadata).toEqual({ n: 6 });
    expect((await memories[1]?.listMessages({ threadId: "1" }))?.total).toBe(6);
  });
});

const odd: Record<string, (memory: VarveMemory) => unknown> = {
  "a write to the past": (memory) => memory.asOf(0).saveThread({ thread: thread("1") }),
  "a change of the past": (memory) => memory.asOf(0).updateThread({ id: "1", title: "x" }),
  "a thread that is not there": (memory) => memory.updateThread({ id: "9", title: "x" }),
  "a thread to copy that is not there": (memory) => memory.copyThread({ sourceThreadId: "9" }),
  "a copy over a thread that is there": (memory) =>
    memory.copyThread({ sourceThreadId: "1", newThreadId: "2" }),
  "an empty id of a thread": (memory) => memory.listMessages({ threadId: " " }),
  "a page that is none": (memory) => memory.listMessages({ threadId: "1", page: -1 }),
  "a size of pages that is none": (memory) => memory.listThreads({ perPage: 1.5 }),
  "metadata by an odd key": (memory) =>
    memory.listMessages({ threadId: "1", filter: { metadata: { "a.b": 1 } } }),
  "metadata by an object": (memory) =>
    memory.listMessages({ threadId: "1", filter: { metadata: { a: {} as never } } }),
  "a message without a thread": (memory) =>
    memory.saveMessages({ messages: [message("a", undefined as never, 1)] }),
  "metadata that JSON cannot hold": (memory) => memory.updateThread({ id: "1", metadata: { n: Number.NaN } }),
  "ids that are a text": (memory) => memory.deleteMessages("ab" as never),
  "an option that there is not": () => new VarveMemory({ location: "memory:", tabel: "x" } as never),
};

describe("a memory refuses", () => {
  it.each(Object.entries(odd))("%s", async (_, run) => {
    const memory = await filled(await memoryOf());
    const refusal = await Promise.resolve()
      .then(() => run(memory))
      .then(
        () => "taken",
        ({ code, message, hint }: VarveError) => `${code}: ${message} ${hint ?? ""}`,
      );
    expect(refusal).toMatchSnapshot();
  });
});
