// Messages are written for people: a change of one must be seen in review. Every message that TypeScript can throw stands below.

import { VarveError } from "varve";
import { describe, expect, test } from "vitest";
import * as documents from "../../src/documents/document-errors";
import * as embeddings from "../../src/embeddings/embedding-errors";
import { nativeBroken, nativeMissing, nativeOfAnotherVersion } from "../../src/native-errors";
import * as calls from "../../src/sdk/call/errors";
import * as embed from "../../src/sdk/embed/embed-errors";
import { toVarveError } from "../../src/sdk/native/call";
import * as rows from "../../src/sdk/native/row-errors";
import * as filters from "../../src/sdk/query/filter-errors";
import * as schema from "../../src/sdk/schema/schema-errors";

const row: rows.RowPlace = { table: "docs", row: 3 };
const set: rows.RowPlace = { table: "docs" };
const cause = new Error("it rains");

type Module = Readonly<Record<string, unknown>>;
type Examples<M extends Module> = { readonly [K in keyof M]: readonly VarveError[] };

const schemaExamples: Examples<typeof schema> = {
  badColumnName: [schema.badColumnName("_id", "docs"), schema.badColumnName("")],
  badTableName: [schema.badTableName('the text ""')],
  keyOfWrongType: [schema.keyOfWrongType("json")],
  indexOfWrongType: [schema.indexOfWrongType("json")],
  badIndexed: [schema.badIndexed('the text "yes"')],
  severalKeys: [schema.severalKeys("docs", ["id", "slug"])],
  nullableKey: [schema.nullableKey("docs", "id")],
  keyNotFound: [schema.keyNotFound("docs", "key", ["id", "body"])],
  noColumns: [schema.noColumns("docs")],
  notAColumn: [schema.notAColumn("docs", "body", "an object")],
  unknownMakerOption: [schema.unknownMakerOption("vector", "metrik", ["metric", "element"])],
  badMakerOptions: [schema.badMakerOptions("int", 'the text "bigint"', ["bigint"])],
  badMakerOption: [schema.badMakerOption("float", "bits", "32 or 64", "the number 16")],
  unknownSearchOption: [schema.unknownSearchOption("stopwords", ["language", "stopWords"])],
  searchedEnum: [schema.searchedEnum()],
  mixedSearch: [schema.mixedSearch("struct")],
  notAPart: [schema.notAPart("A list", 'the text "text"')],
  notInside: [schema.notInside("struct", "a default"), schema.notInside("list", "a primary key")],
  notColumns: [schema.notColumns("docs", "columns by their names", "null")],
  brokenDeclaration: [schema.brokenDeclaration("docs", cause)],
  unreadableDefault: [schema.unreadableDefault("it rains", cause)],
  emptyEnum: [schema.emptyEnum()],
  badDimensions: [schema.badDimensions("the number 0")],
  badVectorOption: [schema.badVectorOption("metric", "euclid", ["cosine", "l2", "dot"])],
  notAFunction: [schema.notAFunction("null")],
  notASource: [schema.notASource("nothing")],
  vectorInside: [schema.vectorInside("list")],
  badDefault: [schema.badDefault("docs", "views", "int", 'the text "0"')],
  badLongText: [schema.badLongText('the text "cut"')],
  emptySources: [schema.emptySources()],
  templateMismatch: [schema.templateMismatch("{titel}", "titel", ["title", "body"])],
  badSource: [schema.badSource("docs", "vec", "views", "a column of int")],
  nameTaken: [schema.nameTaken("docs", "vec")],
  notAnObjectSchema: [schema.notAnObjectSchema("docs", "zod")],
  notAStandardSchema: [schema.notAStandardSchema("docs")],
  noJsonSchema: [schema.noJsonSchema("docs", "at")],
  strayOverride: [schema.strayOverride("docs", "att")],
  schemaDiffers: [
    schema.schemaDiffers(
      "docs",
      [
        {
          column: "lang",
          what: 'The table "docs" on disk has no column "lang"; the declaration says text, nullable.',
        },
      ],
      ['addColumn("lang", text().nullable())'],
    ),
    schema.schemaDiffers(
      "docs",
      [
        {
          what: 'The table "docs" is declared with the primary key "id"; on disk it has no primary key.',
          advice: "Change the declaration.",
        },
      ],
      [],
    ),
  ],
  notEmbeddedYet: [schema.notEmbeddedYet("docs", "vec", 'addColumn("vec", (c) => embed(builtin(), c.body))')],
  badRenamedFrom: [schema.badRenamedFrom("the number 3")],
  columnNotFound: [schema.columnNotFound("docs", "titel", ["id", "title"])],
  cannotAdd: [schema.cannotAdd("docs", "lang")],
};

const filterExamples: Examples<typeof filters> = {
  notAFilter: [filters.notAFilter("the number 3")],
  notACondition: [filters.notACondition("true")],
  notJoinable: [filters.notJoinable("and", "nothing")],
  brokenFilter: [filters.brokenFilter(cause)],
  unreadableFilter: [
    filters.unreadableFilter("where.n", "it rains", cause),
    filters.unreadableFilter("where.raw", "its memory was given away or cut off"),
  ],
  notATemplate: [filters.notATemplate('the text "lang = 1"')],
  tooDeep: [filters.tooDeep(64)],
  tooLarge: [filters.tooLarge(10_000)],
  wrongOperator: [filters.wrongOperator("docs", "tags", "eq", "list of text", "Ask a list with contains.")],
  wrongValue: [
    filters.wrongValue("docs", "views", "gt", "a whole number", 'the text "3"'),
    filters.wrongValue("docs", "lang", "eq", "text", "null"),
  ],
  notAList: [filters.notAList("docs", "lang", "in", 'the text "en"')],
  noSuchPart: [
    filters.noSuchPart("docs", "meta", "autor", "struct { author: text }", ["author"]),
    filters.noSuchPart("docs", "lang", "x", "text", []),
  ],
  unknownOperator: [filters.unknownOperator("$size", "Columns take $eq.")],
  wrongOperand: [filters.wrongOperand("$in", "an array", "the number 3")],
  objectAsValue: [filters.objectAsValue("meta")],
  badSql: [
    filters.badSql("a value was expected", "lang = ", "Write one."),
    filters.badSql("it is empty", "x".repeat(60)),
  ],
};

const rowExamples: Examples<typeof rows> = {
  notARow: [rows.notARow(row, "null")],
  unknownKey: [
    rows.unknownKey(row, "titel", ["id", "title"]),
    rows.unknownKey(set, "titel", ["id", "title"]),
  ],
  derivedKey: [rows.derivedKey(row, "vec")],
  missingKey: [rows.missingKey(row, "title", "text", false), rows.missingKey(row, "title", "text", true)],
  wrongCell: [
    rows.wrongCell(row, "views", "a whole number that is safe", "the number 1.5", "Use float()."),
    rows.wrongCell(set, "views", "a whole number that is safe", "the number 1.5"),
  ],
  unreadableRow: [
    rows.unreadableRow(row, "meta.author", "it rains", cause),
    rows.unreadableRow(row, "", "its memory was given away or cut off"),
  ],
  tooMuchText: [
    rows.tooMuchText(row, "body", "420.0 MiB", "400.0 MiB"),
    rows.tooMuchText(row, "", "420.0 MiB", "400.0 MiB"),
  ],
  tooMuchAtOnce: [rows.tooMuchAtOnce(row, "raw", "2048.0 MiB")],
  brokenDefault: [rows.brokenDefault(row, "at", cause)],
  schemaIssue: [
    rows.schemaIssue(row, "id", "Invalid UUID"),
    rows.schemaIssue(row, undefined, "Invalid input"),
  ],
  unsafeInteger: [rows.unsafeInteger("ids[]", "9007199254740993")],
};

const callExamples: Examples<typeof calls> = {
  badArgument: [
    calls.badArgument("limit", "a whole number from 0 on", "the number -1"),
    calls.badArgument("set", "x", "y", "docs"),
  ],
  notHeld: [calls.notHeld(7)],
  nothingOfVersion: [calls.nothingOfVersion("docs", 7)],
  changedTooOften: [calls.changedTooOften("docs", 12, 30_400)],
  unreadableArgument: [
    calls.unreadableArgument("find: select.0", "it rains", cause),
    calls.unreadableArgument("query", "its memory was given away or cut off"),
  ],
  everythingMeant: [calls.everythingMeant("delete", "docs"), calls.everythingMeant("upsert", "docs")],
  namedMemory: [calls.namedMemory("memory:mine")],
  homeFolder: [calls.homeFolder("~/data")],
  noPlace: [
    calls.noPlace("sqlite:x", "sqlite"),
    calls.noPlace("a\0b"),
    calls.noPlace("mysql://me:secret@host", "mysql"),
  ],
  badFileUrl: [calls.badFileUrl("file:./x?mode=ro", "it has a part after the path")],
  badMoment: [calls.badMoment("the number 3")],
  notBornYet: [calls.notBornYet("docs")],
  badServer: [calls.badServer()],
  openToken: [calls.openToken()],
  onlyForServers: [calls.onlyForServers("token")],
  noWorkingDirectory: [calls.noWorkingDirectory("./data", cause)],
  aborted: [calls.aborted(cause)],
  notAllEmbedded: [calls.notAllEmbedded("docs", "vec", 3, cause)],
  noCredentials: [calls.noCredentials(new Error("it rains"))],
  badBucket: [calls.badBucket("s3")],
  onlyForBuckets: [calls.onlyForBuckets("region")],
  notYet: [calls.notYet("A database at ftp:", "Use a folder.")],
  backupToServer: [calls.backupToServer()],
  backupToMemory: [calls.backupToMemory()],
  noPrimaryKey: [calls.noPrimaryKey("docs")],
  noKeyForSpan: [calls.noKeyForSpan("docs")],
  badInstant: [calls.badInstant("effectiveAt", 'the text "yesterday"')],
  notAPoint: [
    calls.notAPoint("3 dais ago"),
    calls.notAPoint("2026-03-01T12:00", "it has no time zone"),
    calls.notAPoint("x".repeat(500)),
  ],
  badAsOf: [calls.badAsOf("null")],
  badQuery: [calls.badQuery("docs", "the number 3")],
  notSearchable: [
    calls.notSearchable("docs", "body", "text", ["vec"]),
    calls.notSearchable("docs", "body", "text", []),
  ],
  noEmbeddedColumn: [calls.noEmbeddedColumn("docs"), calls.noEmbeddedColumn("docs", "thumb")],
  badVector: [calls.badVector("docs", "thumb", "a vector of 3 numbers", "an array of 2")],
  chooseColumn: [
    calls.chooseColumn("docs", 3, ["a (3)", "b (3)"], 2),
    calls.chooseColumn("docs", 3, ["a (4)"], 0),
    calls.chooseColumn("docs", 3, [], 0),
  ],
  cannotOrder: [calls.cannotOrder("docs", "meta", "json")],
  badOrder: [calls.badOrder('the key "desc"')],
  cannotContinue: [calls.cannotContinue("docs", "there is no orderBy")],
  cannotSet: [calls.cannotSet("docs", "id", "it is the primary key")],
  notRows: [calls.notRows("an object")],
  foreignSchema: [calls.foreignSchema("docs")],
  brokenColumn: [calls.brokenColumn("docs", "it rains", cause)],
  cannotEmbed: [
    calls.cannotEmbed("docs", "vec", "nobody vouched for its vectors", "Say so with { vouch: true }."),
  ],
  tableChanged: [calls.tableChanged("docs", [{ column: "lang", what: '"lang" was dropped' }], cause)],
  cannotDrop: [calls.cannotDrop("docs", "body", '"vec" is computed from it')],
};

const embedExamples: Examples<typeof embed> = {
  functionDiffers: [embed.functionDiffers("docs", "vec", 256, 384)],
  functionUnavailable: [
    embed.functionUnavailable("docs", "vec", embeddings.functionNotRegistered("mine", [])),
  ],
  revisionDiffers: [embed.revisionDiffers("docs", "vec", "2", "3")],
  embedderDiffers: [embed.embedderDiffers("docs", "vec", { model: "a" }, { model: "b" })],
  embeddingFailed: [
    embed.embeddingFailed("docs", "vec", "mine", { error: cause }),
    embed.embeddingFailed("docs", "vec", "mine", { error: cause, attempts: 5, ms: 7512 }, 3),
    embed.embeddingFailed("docs", "vec", "mine", { error: cause, attempts: 1, ms: 60_004 }, 3),
  ],
  cacheNotCleared: [embed.cacheNotCleared(cause)],
  inputTooLong: [
    embed.inputTooLong("docs", "vec", "mine", 9000, 8192, 3),
    embed.inputTooLong("docs", "vec", "mine", 9000, 8192),
  ],
  inputTooLarge: [embed.inputTooLarge("docs", "vec", "mine", { error: cause }, 3)],
  badEmbeddings: [embed.badEmbeddings("docs", "vec", "mine", "an array of 2", "an array of 1")],
};

// The messages of the single providers stand in the tests of the providers.
const embeddingExamples: Partial<Examples<typeof embeddings>> = {
  functionNotRegistered: [embeddings.functionNotRegistered("mine", ["builtin"])],
  functionRegistered: [embeddings.functionRegistered("mine")],
  badFunction: [embeddings.badFunction("dimensions", "a whole number from 1 on", "0")],
  modelUnreadable: [embeddings.modelUnreadable("models/config.json", cause)],
  modelDiffers: [embeddings.modelDiffers("varve-static-en (revision 1)", "varve-static-en (revision 2)")],
};

const documentExamples: Examples<typeof documents> = {
  badArgument: [
    documents.badArgument("splitText", "a text", null),
    documents.badArgument("splitText, size", "a whole number from 2 on", 1.5),
    documents.badArgument("walkFolder, ignore", "a list of names, or a function", "x".repeat(100)),
    documents.badArgument("walkFolder: options", "an object", []),
  ],
  notAFolder: [documents.notAFolder("docs/a.md")],
  unreadable: [
    documents.unreadable("docs", Object.assign(new Error("ENOENT: no such file"), { code: "ENOENT" })),
    documents.unreadable("docs", cause),
  ],
  notADocument: [
    documents.notADocument("docs/a.md", "it is not text"),
    documents.notADocument("docs/a.md", "it is not UTF-8", "Save it in UTF-8, or leave it out."),
  ],
  walkAborted: [documents.walkAborted("enough")],
};

const settings = ["clone", "installed", "packed", "bundled", "named"] as const;
const wanted = { platform: "linux-x64-gnu", package: "@varve/linux-x64-gnu", version: "0.1.0" } as const;
const installed = { ...wanted, setting: "installed" } as const;
const brokenBy = (why: string): VarveError => nativeBroken("varve.node", installed, new Error(why));
const native: readonly VarveError[] = [
  ...settings.map((setting) => nativeMissing({ ...wanted, setting })),
  nativeMissing({ ...installed, platform: "freebsd-x64", package: undefined }),
  brokenBy("cannot open\nstack"),
  brokenBy("Requires ffi access"),
  brokenBy("/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.17' not found (required by varve.node)"),
  brokenBy("libc.musl-x86_64.so.1: cannot open shared object file: No such file or directory"),
  brokenBy("Error loading shared library ld-linux-x86-64.so.2: No such file or directory"),
  brokenBy("varve.node: invalid ELF header"),
  brokenBy(
    "dlopen(varve.node): mach-o file, but is an incompatible architecture (have 'arm64', need 'x86_64')",
  ),
  nativeOfAnotherVersion("varve.node", "0.0.9", installed),
  nativeOfAnotherVersion("varve.node", "0.0.9", { ...wanted, setting: "named" }),
  toVarveError(new Error("a crash")),
  toVarveError(
    new Error(
      '{"code":"TAG_NOT_FOUND","message":"There is no tag \\"x\\".","hint":"See tags().","where":{"table":"docs"}}',
    ),
  ),
  toVarveError(new Error('{"code":"SOMETHING_NEW","message":"?"}')),
];

function shown(error: VarveError): string {
  const where = JSON.stringify(error.where);
  return [
    `${error.code}: ${error.message}`,
    ...(error.hint === undefined ? [] : [`  ${error.hint}`]),
    `  ${where}`,
  ].join("\n");
}

const areas: readonly [string, Module, Readonly<Record<string, readonly VarveError[]>>][] = [
  ["declarations", schema, schemaExamples],
  ["filters", filters, filterExamples],
  ["rows", rows, rowExamples],
  ["calls", calls, callExamples],
  ["documents", documents, documentExamples],
  ["embedding rows", embed, embedExamples],
  ["embedding functions", embeddings, embeddingExamples],
];

describe.each(areas)("the messages about %s", (_area, module, examples) => {
  test("are all known", () => {
    const expected = module === embeddings ? Object.keys(examples) : Object.keys(module);
    expect(Object.keys(examples).sort()).toEqual(expected.sort());
    expect(Object.values(examples).flat().map(shown).join("\n")).toMatchSnapshot();
  });

  test("are sentences", () => {
    for (const error of Object.values(examples).flat()) {
      expect(error.message).toMatch(/^.*[.:!?]$|: it rains$/s);
      if (error.hint !== undefined) expect(error.hint).toMatch(/[.?;]$|:.*\.$/s);
    }
  });
});

test("the messages about the native module are all known", () => {
  expect(native.map(shown).join("\n")).toMatchSnapshot();
});

test("an error keeps its cause, can be told from others, and can be logged", () => {
  const error = embed.embeddingFailed("docs", "vec", "mine", { error: cause });
  expect(error.cause).toBe(cause);
  expect(VarveError.is(error)).toBe(true);
  expect(VarveError.is(cause)).toBe(false);
  expect(VarveError.is(undefined)).toBe(false);
  expect(error.name).toBe("VarveError");
  expect(JSON.parse(JSON.stringify(error))).toMatchObject({
    code: "EMBEDDING_FAILED",
    where: { table: "docs" },
  });
});
