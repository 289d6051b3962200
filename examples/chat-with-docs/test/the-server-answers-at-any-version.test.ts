import { describe, expect, it } from "vitest";
import { ask, listen, partsOf, shippedTable, tableOf } from "./support/site.ts";

const DAYS = "How many days do I have to return something I bought?";
const DEPOSIT = "How large is the deposit for a rental bicycle?";

const getJson = async (address: string): Promise<Record<string, unknown>> =>
  (await (await fetch(address)).json()) as Record<string, unknown>;

describe("An answer", () => {
  it("quotes the newest version, or the one of a day, and cites the passages at that version", async () => {
    const site = await listen(await shippedTable());
    const now = await ask(site, DEPOSIT);
    expect(now.map(({ event }) => event)).toEqual(["sources", "part", "times", "end"]);
    expect(partsOf(now)).toEqual(["We block a deposit of 150 euros on your card for each bicycle."]);
    expect(now[0]?.data["point"]).toMatchObject({ version: 3 });
    const then = await ask(site, DEPOSIT, "2025-04-01");
    expect(partsOf(then)).toEqual(["We block a deposit of 100 euros on your card for each bicycle."]);
    expect(then[0]?.data["point"]).toEqual({ version: 1, effectiveAt: "2025-03-03T00:00:00.000Z" });
  });

  it("includes the crawl of the day that was asked for", async () => {
    const site = await listen(await shippedTable());
    const [sources] = await ask(site, DAYS, "2025-06-02");
    expect(sources?.data["point"]).toMatchObject({ version: 2 });
  });

  it("is refused where nothing is certain, with the passages that are nearest", async () => {
    const site = await listen(await shippedTable());
    const events = await ask(site, "What is the boiling point of ethanol?");
    expect(events.map(({ event }) => event)).toEqual(["sources", "refusal", "end"]);
    expect(events[0]?.data["confidence"]).toBe("none");
    expect(events[0]?.data["sources"]).not.toEqual([]);
    expect(events[1]?.data["reason"]).toBe(
      "Nothing certain: no document has the words “boiling”, “ethanol”.",
    );
  });

  it("is refused before the first crawl", async () => {
    const site = await listen(await shippedTable());
    const events = await ask(site, DEPOSIT, "2024-01-01");
    expect(events.map(({ event }) => event)).toEqual(["sources", "refusal", "end"]);
  });
});

describe("When an answer changed", () => {
  const timesOf = (events: readonly { event: string; data: Record<string, unknown> }[]) =>
    events.find(({ event }) => event === "times")?.data["times"] as
      | { text: string; from: { version: number; effectiveAt: string }; to: { version: number } | null }[]
      | undefined;

  it("is told with the words that differ, whatever version was asked for", async () => {
    const site = await listen(await shippedTable());
    const now = timesOf(await ask(site, DAYS));
    expect(now).toMatchSnapshot();
    expect(timesOf(await ask(site, DAYS, "2025-04-01"))).toEqual(now);
  });

  it("is told of nothing that only moved, changed elsewhere in its passage, or was never different", async () => {
    const t = await tableOf({ "a.md": "# Tea\n\n## Brewing tea\n\nTea is brewed with hot water.\n" });
    const [row] = await t.passages.find({ where: { path: "a.md" } });
    if (row === undefined) return expect.unreachable("the document has a passage");
    const site = await listen(t);
    expect(timesOf(await ask(site, "How is tea brewed?"))).toBeUndefined();
    await t.passages.upsert({ ...row, start: 40, end: 70 });
    await t.passages.upsert({ ...row, body: `${row.body} Cups stand on the shelf.` });
    expect(timesOf(await ask(site, "How is tea brewed?"))).toBeUndefined();
    await t.passages.upsert({ ...row, body: "Tea is brewed with cold water." });
    expect(timesOf(await ask(site, "How is tea brewed?"))).toMatchObject([
      { text: "… brewed with hot water.", from: { version: 1 }, to: { version: 4 } },
      { text: "… brewed with cold water.", from: { version: 4 }, to: null },
    ]);
  });

  it("ends where the passage does, and begins again where it comes back", async () => {
    const t = await tableOf({ "a.md": "# Tea\n\n## Brewing tea\n\nTea is brewed with hot water.\n" });
    const [row] = await t.passages.find({ where: { path: "a.md" } });
    if (row === undefined) return expect.unreachable("the document has a passage");
    await t.passages.delete({ where: { id: row.id } });
    await t.passages.upsert({ ...row, body: "Tea is brewed with boiling water." });
    expect(timesOf(await ask(await listen(t), "How is tea brewed?"))).toMatchObject([
      { text: "… brewed with hot water.", from: { version: 1 }, to: { version: 2 } },
      { text: "… brewed with boiling water.", from: { version: 3 }, to: null },
    ]);
  });
});

describe("A citation", () => {
  it("opens the passage as it was read, in its document, and says what became of it", async () => {
    const site = await listen(await shippedTable());
    const id = encodeURIComponent("shop/refunds.html#how-long-you-have");
    const found = await getJson(`${site}/api/passages/1?id=${id}`);
    expect(found["passage"]).toMatchObject({ body: expect.stringContaining("within 14 days") as unknown });
    expect(found["now"]).toMatchObject({
      version: 3,
      state: "changed",
      body: expect.stringContaining("30 days") as unknown,
    });
    expect((found["document"] as { start: number }[]).map(({ start }) => start)).toEqual(
      (found["document"] as { start: number }[]).map(({ start }) => start).toSorted((a, b) => a - b),
    );
  });
});

describe("What changed", () => {
  it("lists passages that say something else, and counts those that only moved", async () => {
    const t = await tableOf({ "a.md": "# A\n\n## B\n\nOne.\n\n## C\n\nStays.\n" });
    for await (const [b, c] of t.passages.scan({ where: { path: "a.md" } })) {
      if (b && c)
        await t.passages.upsert([
          { ...b, body: "Two." },
          { ...c, start: 9 },
        ]);
    }
    const site = await listen(t);
    const { changes, moved } = await getJson(`${site}/api/changes?from=1&to=2`);
    expect(changes).toEqual([
      {
        kind: "changed",
        id: "a.md#b",
        path: "a.md",
        title: "A",
        heading: "B",
        before: "One.",
        after: "Two.",
      },
    ]);
    expect(moved).toBe(1);
  });

  it("lists the crawls with their dates", async () => {
    const site = await listen(await shippedTable());
    const { crawls } = await getJson(`${site}/api/crawls`);
    expect((crawls as { effectiveAt: string }[]).map(({ effectiveAt }) => effectiveAt.slice(0, 10))).toEqual([
      "2025-10-06",
      "2025-06-02",
      "2025-03-03",
    ]);
  });
});

describe("The server", () => {
  const post = (site: string, body: string, type = "application/json"): Promise<Response> =>
    fetch(`${site}/api/ask`, { method: "POST", headers: { "content-type": type }, body });

  it.each([
    ["no question", "{}"],
    ["an empty question", '{"question":" "}'],
    ["a question that is too long", JSON.stringify({ question: "a".repeat(501) })],
    ["no JSON", "{"],
    ["a day that is none", '{"question":"a","asOf":"2025-02-30"}'],
    ["a text that is no point", '{"question":"a","asOf":"3 dais ago"}'],
    ["a version that is not there", '{"question":"a","asOf":99}'],
    ["a version that is no number", '{"question":"a","asOf":-1}'],
    ["a point that is an object", '{"question":"a","asOf":{}}'],
  ])("refuses %s with a sentence", async (_, body) => {
    const site = await listen(await tableOf({ "a.md": "# A\n\nOne." }));
    const response = await post(site, body);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ message: expect.any(String) as unknown });
  });

  it("refuses large bodies, forms of other pages, and names that are not its own", async () => {
    const site = await listen(await tableOf({ "a.md": "# A\n\nOne." }));
    expect((await post(site, JSON.stringify({ question: "a", more: "a".repeat(10_000) }))).status).toBe(413);
    expect((await post(site, '{"question":"a"}', "text/plain")).status).toBe(400);
    const { request } = await import("node:http");
    const status = await new Promise((resolve) => {
      request(`${site}/api/status`, { headers: { host: "attacker.example" } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).end();
    });
    expect(status).toBe(400);
  });

  it("knows only its own paths", async () => {
    const site = await listen(await tableOf({ "a.md": "# A\n\nOne." }));
    for (const path of [
      "/..%2f..%2fpackage.json",
      "/%2e%2e/package.json",
      "/api/nothing",
      "/api/passages/1?id=none",
      "/x",
    ]) {
      expect((await fetch(site + path)).status).toBe(404);
    }
    expect((await fetch(`${site}/api/passages/1e9?id=a`)).status).toBe(400);
  });

  it("forbids pages everything but itself", async () => {
    const site = await listen(await tableOf({ "a.md": "# A\n\nOne." }));
    const { headers } = await fetch(`${site}/api/status`);
    expect(headers.get("content-security-policy")).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  });
});
