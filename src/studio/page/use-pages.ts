import { useEffect, useRef, useState } from "preact/hooks";
import type { RowsAnswer, ShownRow } from "../api-types";
import { ask, type Failed } from "./api";
import { generation } from "./generation";
import { failureOf } from "./use-answer";

const PAGE = 100;
/** Pages that are kept: those far from what is in sight are forgotten. */
const KEPT = 24;

/** A list that is read as far as somebody looks. */
export interface Pages {
  /** What was said with the first page. */
  readonly head: RowsAnswer | undefined;
  readonly failure: Failed | undefined;
  readonly isWaiting: boolean;
  readonly rowAt: (index: number) => ShownRow | undefined;
  /** Reads what is missing of these rows. */
  readonly see: (first: number, end: number) => void;
}

interface Known {
  readonly head: RowsAnswer | undefined;
  readonly pages: ReadonlyMap<number, readonly ShownRow[]>;
  readonly failure: Failed | undefined;
}

const NOTHING: Known = { head: undefined, pages: new Map(), failure: undefined };

/** The rows that a question is answered with, page by page. */
export function usePages(input: object): Pages {
  const question = JSON.stringify(input);
  const [known, setKnown] = useState<Known & { readonly of?: string }>(NOTHING);
  const asked = useRef<{ controller: AbortController; pages: Set<number> }>({
    controller: new AbortController(),
    pages: new Set(),
  });
  const again = generation.value;
  const read = (page: number, isFirst: boolean): void => {
    const { controller, pages } = asked.current;
    pages.add(page);
    const options = { ...(JSON.parse(question) as object), offset: page * PAGE, limit: PAGE };
    ask<RowsAnswer>("rows", options, controller.signal).then(
      (answer) => {
        if (controller.signal.aborted) return;
        setKnown((before) => ({
          of: question,
          head: isFirst ? answer : (before.head ?? answer),
          pages: kept(new Map(isFirst ? [] : before.pages).set(page, answer.rows), page, pages),
          failure: undefined,
        }));
      },
      (error: unknown) => {
        if (!controller.signal.aborted) setKnown({ ...NOTHING, of: question, failure: failureOf(error) });
      },
    );
  };
  useEffect(() => {
    asked.current = { controller: new AbortController(), pages: new Set() };
    read(0, true);
    return () => asked.current.controller.abort();
  }, [question, again]);
  const see = (first: number, end: number): void => {
    if (known.of !== question) return;
    for (let page = Math.floor(first / PAGE); page * PAGE < end; page++)
      if (!asked.current.pages.has(page)) read(page, false);
  };
  return {
    head: known.head,
    failure: known.of === question ? known.failure : undefined,
    isWaiting: known.of !== question,
    rowAt: (index) => known.pages.get(Math.floor(index / PAGE))?.[index % PAGE],
    see,
  };
}

function kept(
  pages: Map<number, readonly ShownRow[]>,
  near: number,
  asked: Set<number>,
): Map<number, readonly ShownRow[]> {
  const far = [...pages.keys()].toSorted((a, b) => Math.abs(b - near) - Math.abs(a - near));
  for (const page of far.slice(0, Math.max(0, pages.size - KEPT))) {
    pages.delete(page);
    asked.delete(page);
  }
  return pages;
}
