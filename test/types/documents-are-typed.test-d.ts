import { type AsOf, parsePoint } from "varve";
import {
  type DocumentKind,
  digest,
  documentExtensions,
  documentKind,
  type FoundDocument,
  type Passage,
  readDocument,
  splitDocument,
  splitHtml,
  splitMarkdown,
  splitText,
  walkFolder,
} from "varve/documents";
import { expectTypeOf, test } from "vitest";

test("documents become passages", () => {
  for (const split of [splitMarkdown, splitHtml, splitText]) {
    expectTypeOf(split("a")).toEqualTypeOf<Passage[]>();
    expectTypeOf(split("a", { size: 9 })).toEqualTypeOf<Passage[]>();
    // @ts-expect-error an option that there is not
    split("a", { overlap: 9 });
    // @ts-expect-error the options are an object
    split("a", 900);
  }
  expectTypeOf(splitDocument("a", documentKind("a.md"), { size: 9 })).toEqualTypeOf<Passage[]>();
  // @ts-expect-error a kind that there is not
  splitDocument("a", "pdf");
  expectTypeOf<Passage>().toEqualTypeOf<{
    readonly text: string;
    readonly start: number;
    readonly end: number;
    readonly headings: readonly string[];
    readonly anchor: string;
  }>();
});

test("folders are walked", async () => {
  for await (const found of walkFolder("docs", { extensions: [".md"], ignore: (path) => path === "x" })) {
    expectTypeOf(found).toEqualTypeOf<FoundDocument>();
    expectTypeOf(found.kind).toEqualTypeOf<DocumentKind>();
    expectTypeOf(await readDocument(found.file, { maxBytes: 9 })).toEqualTypeOf<string>();
  }
  void walkFolder("docs", { ignore: ["drafts"], extensions: documentExtensions });
  // @ts-expect-error an option that there is not
  void walkFolder("docs", { extension: ".md" });
  expectTypeOf(digest("a")).toEqualTypeOf<string>();
  expectTypeOf(digest(new Uint8Array())).toEqualTypeOf<string>();
  // @ts-expect-error what is no content
  digest({ a: 1 });
});

test("a point that was typed is one that asOf takes", () => {
  expectTypeOf(parsePoint("yesterday", { now: new Date(), dates: "effective" })).toEqualTypeOf<AsOf>();
  // @ts-expect-error an option that there is not
  parsePoint("yesterday", { zone: "UTC" });
});
