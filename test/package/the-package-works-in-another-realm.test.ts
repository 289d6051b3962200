// What Jest does: the CommonJS files run in a context of their own, with its own Date and Float32Array, while Node's modules and the native
// module belong to the main realm.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import { createContext, runInContext } from "node:vm";
import { expect, test } from "vitest";

type Require = (name: string) => unknown;

/** Loads CommonJS files into a context, as Jest does. */
function requireIn(context: object): Require {
  const loaded = new Map<string, { exports: unknown }>();
  const load = (file: string): unknown => {
    const known = loaded.get(file);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    loaded.set(file, module);
    const code = `(function (module, exports, require, __filename, __dirname) {${readFileSync(file, "utf8")}\n})`;
    const inner: Require = (name) =>
      name.startsWith(".") ? load(resolve(dirname(file), name)) : createRequire(file)(name);
    Object.assign(inner, { resolve: createRequire(file).resolve });
    runInContext(code, context, { filename: file })(module, module.exports, inner, file, dirname(file));
    return module.exports;
  };
  return (name) => load(resolve("dist", name));
}

const program = `(async ({ connect, embed, int, table, text, timestamp, bytes, vector, VarveError }, { builtin, custom }) => {
  const db = await connect("memory:");
  const mine = custom({ name: "mine", dimensions: 2, embed: async (texts) => texts.map((one) => new Float32Array([one.length, 1])) });
  const t = await db.table(table("docs", {
    id: int().primaryKey(), body: text(), at: timestamp(), raw: bytes(), vec: vector(2),
  }, (c) => ({ near: embed(builtin(), c.body), far: embed(mine, c.body) })));
  await t.insert([{ id: 1, body: "hello", at: new Date(5), raw: new Uint8Array([1]), vec: new Float32Array([1, 2]) }]);
  await t.update({ where: { at: new Date(5) }, set: { body: "hello world" }, effectiveAt: new Date(7) });
  const missing = await db.openTable("nothing").catch((error) => error);
  const [hit] = await t.search("hello", { column: "near" });
  const answers = [
    hit.id, hit.at.getTime(), (await t.search(new Float32Array([1, 2]), { column: "vec" })).length,
    (await t.search("hello", { column: "far" })).length, await t.asOf(new Date(Date.now() + 1000)).count(),
    await t.count({ where: (c) => c.raw.eq(new Uint8Array([1])).and(c.at.lte(new Date(5))) }),
    missing instanceof VarveError, missing.code, (await t.diff(1, 2)).changed.length,
  ];
  await db.close();
  return JSON.stringify(answers);
})`;

test("the built package works in a context of its own, such as Jest's", async () => {
  const context = createContext({
    process,
    console,
    setTimeout,
    clearTimeout,
    setImmediate,
    AbortController,
    URL,
    TextDecoder,
    performance,
    Buffer,
  });
  const load = requireIn(context);
  const run = runInContext(program, context) as (...modules: unknown[]) => Promise<string>;
  const answers = await run(load("index.cjs"), load("embeddings/index.cjs"));
  expect(JSON.parse(answers)).toEqual([1, 5, 1, 1, 1, 1, true, "TABLE_NOT_FOUND", 1]);
});
