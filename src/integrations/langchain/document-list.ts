import type { DocumentInterface } from "@langchain/core/documents";
import { notDocuments } from "../support/document-errors";

/** A copy of a list of documents; throws INVALID_ARGUMENT for anything else, before anything is paid for. */
export function documentList(call: string, documents: unknown): DocumentInterface[] {
  if (!Array.isArray(documents)) throw notDocuments(call, "documents", documents);
  const list: readonly unknown[] = documents;
  return Array.from(list, (document, index) => {
    if (isDocument(document)) return document;
    throw notDocuments(call, `documents[${index}]`, document);
  });
}

function isDocument(value: unknown): value is DocumentInterface {
  if (typeof value !== "object" || value === null) return false;
  const { id, pageContent } = value as Partial<Record<keyof DocumentInterface, unknown>>;
  return typeof pageContent === "string" && (id === undefined || id === null || typeof id === "string");
}
