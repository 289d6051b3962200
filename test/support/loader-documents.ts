// Documents as loaders of LangChain really gave them; see test/fixtures/record-loader-documents.mjs.

import { readFileSync } from "node:fs";

/** A document of a loader. */
export interface LoadedDocument {
  readonly pageContent: string;
  readonly metadata: Record<string, unknown>;
}

/** The documents by what was loaded: PDF with XMP, CSV, DOCX, HTML. */
export function loaderDocuments(): Record<string, LoadedDocument[]> {
  const file = new URL("../fixtures/loader-documents.json", import.meta.url);
  return JSON.parse(readFileSync(file, "utf8"), (_, value: unknown) => revived(value)) as Record<
    string,
    LoadedDocument[]
  >;
}

/** Instances of classes as they were: of a class of that name, with methods on its prototype. */
function revived(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("$class" in value)) return value;
  const { $class: name, own } = value as { $class: string; own: object };
  const made = {
    [name]: class {
      get(): undefined {}
    },
  }[name];
  return made === undefined ? value : Object.assign(new made(), own);
}
