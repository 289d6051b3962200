import { connect, type Database, embed, json, table, text } from "varve";
import { expect, onTestFinished, test } from "vitest";
import { memoryDatabase, temporaryFolder } from "../support/database";
import { hashEmbedding } from "../support/hash-embedding";
import { served, TOKEN } from "../support/served";

const docs = table("docs", { id: text().primaryKey(), body: text(), meta: json().nullable() }, (c) => ({
  vec: embed(hashEmbedding(), c.body),
}));

const SECRET = "xyzzy";

/** Calls of every kind with a secret in each text, key, filter, message and path; some succeed, others fail. */
async function everything(db: Database, at: string): Promise<void> {
  const t = await db.table(docs);
  const row = { id: `${SECRET}-key`, body: `about ${SECRET}`, meta: { [SECRET]: SECRET } };
  const quiet = (call: Promise<unknown>): Promise<unknown> => call.catch(() => undefined);
  await quiet(t.insert(row, { message: SECRET, properties: { why: SECRET } }));
  await quiet(t.insert(row));
  await quiet(t.insert({ ...row, [SECRET]: 1 } as never));
  await quiet(t.upsert({ ...row, body: `${SECRET} again` }));
  await quiet(t.update({ where: { body: SECRET }, set: { body: SECRET } }));
  await quiet(t.get(`${SECRET}-key`));
  await quiet(t.find({ where: { body: { $in: [SECRET] } } }));
  await quiet(t.find({ where: { [SECRET]: SECRET } } as never));
  await quiet(t.search(SECRET));
  await quiet(t.search(SECRET, { mode: "text", where: { id: SECRET } }));
  await quiet(t.timeline(SECRET));
  await quiet(t.explain(SECRET));
  await quiet(t.embed(SECRET));
  await quiet(t.asOf({ tag: SECRET }).find());
  await quiet(t.tag(SECRET));
  await quiet(t.historyOf(`${SECRET}-key`));
  await quiet(t.groupBy("body"));
  for await (const _ of t.scan({ where: { body: { $ne: SECRET } } }));
  await quiet(t.delete({ where: { id: `${SECRET}-key` }, message: SECRET }));
  await quiet(t.purge({ keys: [`${SECRET}-key`] }));
  await quiet(db.backup(`${at}/${SECRET}`));
  await quiet(db.backup(`${SECRET}://${SECRET}:${SECRET}@host`));
}

/** What every way of watching was told, as text. */
function told(db: Database): unknown[] {
  const events: unknown[] = [];
  for (const name of ["write", "embed", "search", "read", "upkeep", "request", "error"] as const)
    db.on(name, (event) => events.push(event));
  db.observe({ begin: (call) => ({ end: (event) => events.push(call, event) }) });
  return events;
}

test("no event holds a text, a key, a filter or a message", async () => {
  const db = await memoryDatabase();
  const events = told(db);
  await everything(db, temporaryFolder());
  expect(events.length).toBeGreaterThan(80);
  expect(JSON.stringify(events)).not.toContain(SECRET);
});

test("nor does one of a database behind a server", async () => {
  const db = await memoryDatabase();
  await (await db.table(docs)).insert({ id: `${SECRET}-key`, body: `about ${SECRET}`, meta: null });
  const remote = await connect(await served(db), { token: TOKEN });
  onTestFinished(() => remote.close());
  const events = told(remote);
  await everything(remote, temporaryFolder());
  expect(events.length).toBeGreaterThan(80);
  expect(JSON.stringify(events)).not.toContain(SECRET);
  expect(JSON.stringify(events)).not.toContain(TOKEN);
});
