import type { NativePage } from "../../native-types";
import { decodePage, WireError } from "../../wire";
import { failure } from "./http";

/** The most rows of a page: whoever reads it makes room for so many. */
const MOST_ROWS = 1 << 20;

/** A page of rows that a server sent. */
export function pageOf(bytes: Uint8Array): NativePage {
  const page = decoded(bytes);
  const rows = page.numbers[0] ?? 0;
  if (Number.isInteger(rows) && rows >= 0 && rows <= MOST_ROWS) return page;
  throw failure("IO", "The server sent a page with more rows than a page may have.");
}

/** A page of one number. */
export function countOf(bytes: Uint8Array): NativePage {
  const page = decoded(bytes);
  if (page.numbers.length === 1 && Number.isSafeInteger(page.numbers[0])) return page;
  throw failure("IO", "The server sent no count.");
}

function decoded(bytes: Uint8Array): NativePage {
  try {
    return decodePage(bytes);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    throw failure("IO", error.message, "Check that the server is of the version of this package.");
  }
}
