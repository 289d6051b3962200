// Documents on their way into a table. What the caller gave is read at the call: the table may have to be opened first, and the caller may
// use its lists and objects again meanwhile.

import { types } from "node:util";
import type { VectorInput } from "varve";
import type { MetadataPlace } from "./document-errors";
import { type StoredMetadata, toStored } from "./metadata";

/** A document to write; without a vector the table embeds its text. */
export interface NewDocument {
  readonly id: string;
  readonly content: string;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  readonly vector?: VectorInput | undefined;
}

type Attempt = StoredMetadata | { readonly error: unknown };

/** A document that no longer depends on what its caller holds. */
export class PreparedDocument implements NewDocument {
  readonly id: string;
  readonly content: string;
  /** Its metadata as it was given, for columns of their own. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly vector: VectorInput | undefined;
  readonly #stored: Attempt;

  private constructor({ id, content, metadata = {}, vector }: NewDocument, stored: Attempt) {
    this.id = id;
    this.content = content;
    this.metadata = metadata;
    this.vector = vector;
    this.#stored = stored;
  }

  /** Reads a document; `place` is what messages call its metadata. */
  static of(document: NewDocument, place: MetadataPlace): PreparedDocument {
    const { metadata } = document;
    const copy = types.isMap(metadata) ? Object.fromEntries(metadata) : { ...metadata };
    // Only a table with a column of JSON minds what JSON cannot hold.
    const stored = attempt(() => toStored(metadata, place));
    return new PreparedDocument({ ...document, metadata: copy }, stored);
  }

  /** This document with a vector. */
  withVector(vector: VectorInput | undefined): PreparedDocument {
    const { id, content, metadata } = this;
    return new PreparedDocument({ id, content, metadata, vector }, this.#stored);
  }

  /** The metadata as JSON; throws INVALID_ROW where it is none. */
  stored(): StoredMetadata {
    if ("error" in this.#stored) throw this.#stored.error;
    return this.#stored;
  }
}

/** Reads documents; `column` is what messages call their metadata. */
export function prepared(
  documents: readonly NewDocument[],
  table: string,
  column = "metadata",
): PreparedDocument[] {
  return documents.map((document, row) => PreparedDocument.of(document, { table, column, row }));
}

function attempt(make: () => StoredMetadata): Attempt {
  try {
    return make();
  } catch (error) {
    return { error };
  }
}
