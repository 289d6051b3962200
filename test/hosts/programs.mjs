// What runs in every host: rows are written, embedded by the built-in model and found by meaning. It answers `varve found a`.

const names = "{ connect, embed, table, text }";
const body = `
const docs = table("docs", { id: text().primaryKey(), body: text() }, (c) => ({ vec: embed(builtin(), c.body) }));
async function answer() {
  const db = await connect("memory:");
  const t = await db.table(docs);
  await t.insert([{ id: "a", body: "We pay the money back within 14 days." }, { id: "b", body: "We bake bread." }]);
  const [hit] = await t.search("how long does a refund take?", { limit: 1 });
  await db.close();
  return "varve found " + hit.id;
}
`;

/** The answer that a host must give. */
export const answer = "varve found a";

const esm = `import ${names} from "varve";\nimport { builtin } from "varve/embeddings";\n${body}`;
const cjs = `const ${names} = require("varve");\nconst { builtin } = require("varve/embeddings");\n${body}`;

/** A module that exports the answer. */
export const library = `${esm}export { answer };\n`;

/** Programs that print the answer. */
export const program = {
  esm: `${esm}console.log(await answer());\n`,
  cjs: `${cjs}answer().then(console.log);\n`,
};

/** The same in one function of a module that is bundled, without waiting at the top. */
export const bundled = `${esm}answer().then(console.log);\n`;

/** Tests in the form of Jest and of vitest. */
export const tests = {
  esm: `${esm}test("the answer", async () => expect(await answer()).toBe("${answer}"));\n`,
  cjs: `${cjs}test("the answer", async () => expect(await answer()).toBe("${answer}"));\n`,
};
