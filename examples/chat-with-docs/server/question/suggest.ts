// Questions to begin with, made of the headings of the library at hand: each was asked, and found its passage.

import type { Change, Library } from "../library.ts";
import type { PassageRow } from "../passages.ts";

/** How many are shown. */
const SHOWN = 5;
/** How many are tried: a search each. */
const TRIED = 24;
/** Headings of more words are sentences, and of more letters signs. */
const HEADING = { words: 8, letters: 60 };

const kept = new WeakMap<Library, { readonly version: number; readonly questions: Promise<string[]> }>();

/** Questions that the newest version answers. Made once for each version. */
export async function suggest(library: Library): Promise<string[]> {
  const { version } = await library.open(undefined);
  const known = kept.get(library);
  if (known?.version === version) return await known.questions;
  const questions = make(library);
  questions.catch(() => kept.delete(library));
  kept.set(library, { version, questions });
  return await questions;
}

async function make(library: Library): Promise<string[]> {
  const view = await library.open(undefined);
  const changed = await changedPassages(library, view.version);
  const candidates = [...changed.map(({ id }) => id), ...(await library.spread(TRIED))];
  const questions: string[] = [];
  const titles = new Map<string, number>();
  for (const id of [...new Set(candidates)].slice(0, TRIED)) {
    if (questions.length === SHOWN) break;
    const row = await view.view.get(id);
    const question = row && questionOf(row);
    if (row === undefined || question === undefined || (titles.get(row.title) ?? 0) > 0) continue;
    const { sources, confidence } = await library.search(view, question, { limit: 1 });
    if (confidence !== "strong" || sources[0]?.id !== id) continue;
    titles.set(row.title, 1);
    const isFirstOfPast =
      changed.some((one) => one.id === id) && !questions.some((one) => /before it changed/.test(one));
    questions.push(isFirstOfPast ? inThePast(question) : question);
  }
  return questions;
}

function inThePast(question: string): string {
  return question.replace(/^What does (.*) say /, "What did $1 say ").replace(/\?$/, " before it changed?");
}

/** The passages that say something else than at the version before; the smallest changes first, because they are facts. */
async function changedPassages(library: Library, version: number): Promise<Change[]> {
  if (version < 2) return [];
  const { changes } = await library.changes(Math.max(1, version - 2), version);
  const sizeOf = ({ before = "", after = "" }: Change): number => Math.abs(before.length - after.length);
  return changes
    .filter(({ kind }) => kind === "changed")
    .sort((a, b) => sizeOf(a) - sizeOf(b))
    .slice(0, TRIED / 3);
}

/** A heading as a question; undefined where it does not name something to ask about. */
function questionOf({ title, heading, kind }: PassageRow): string | undefined {
  const own = heading.split(" › ").at(-1)?.replace(/[`*_]/g, "").trim() ?? "";
  const isName =
    own.length <= HEADING.letters &&
    own.split(/\s+/).length <= HEADING.words &&
    /^[\p{L}\p{N} ,'’?-]+$/u.test(own);
  if (!isName || kind === undefined || !/\p{L}{3}/u.test(own)) return undefined;
  if (own.endsWith("?")) return own;
  const lower = /^\p{Lu}\p{Ll}/u.test(own) ? `${own[0]?.toLowerCase() ?? ""}${own.slice(1)}` : own;
  return `What does “${title}” say about ${lower}?`;
}
