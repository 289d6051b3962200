// What the server answers, in the server's own types.

import type { Confidence } from "varve";
import type { AnswerEvent } from "../server/answer/answer.ts";
import type { Changes, Crawl, PassageView } from "../server/library.ts";
import type { Reading } from "../server/question/understand.ts";

export type { Part } from "../server/answer/answerer.ts";
export type { Spoken } from "../server/answer/over-time.ts";
export type { Change, Source } from "../server/library.ts";
export type { Point } from "../server/point.ts";
export type { Reading } from "../server/question/understand.ts";
export type { AnswerEvent, Changes, Confidence, Crawl, PassageView };

/** What the server says about itself. */
export interface Status {
  readonly answerer: { readonly name: string; readonly usesModel: boolean };
  readonly passages: number;
  readonly documents: number;
  /** The folders of the first level. */
  readonly folders: readonly string[];
}

/** Gets JSON; throws the server's sentence where it refuses. */
async function get<T>(path: string): Promise<T> {
  return (await checked(await fetch(path))).json() as Promise<T>;
}

/** The server's state. */
export const getStatus = (): Promise<Status> => get("/api/status");

/** Questions that the documents answer. */
export const getSuggestions = async (): Promise<readonly string[]> =>
  (await get<{ suggestions: readonly string[] }>("/api/suggestions")).suggestions;

/** The crawls, newest first. */
export const getCrawls = async (): Promise<readonly Crawl[]> =>
  (await get<{ crawls: readonly Crawl[] }>("/api/crawls")).crawls;

/** What changed between two versions. */
export const getChanges = (from: number, to: number): Promise<Changes> =>
  get(`/api/changes?from=${from}&to=${to}`);

/** A passage at the version at which it was read. */
export const getPassage = (version: number, id: string): Promise<PassageView> =>
  get(`/api/passages/${version}?id=${encodeURIComponent(id)}`);

/** A question as it is sent. */
export interface Question {
  readonly question: string;
  readonly asOf?: string | number | undefined;
  /** The question before it, as it was understood. */
  readonly after?: { readonly question: string; readonly asOf?: string | number | undefined } | undefined;
  /** What is not to be read into it. */
  readonly without?: readonly Reading["kind"][] | undefined;
  /** Only documents below this folder. */
  readonly folder?: string | undefined;
}

/** Asks a question and gives the events of the answer as they arrive. */
export async function* ask(question: Question, signal: AbortSignal): AsyncGenerator<AnswerEvent, void, void> {
  const response = await fetch("/api/ask", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(question),
    signal,
  });
  const { body } = await checked(response);
  if (body === null) return;
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const messages = (text + value).split("\n\n");
    text = messages.pop() ?? "";
    for (const message of messages) yield toEvent(message);
  }
}

function toEvent(message: string): AnswerEvent {
  const field = (name: string): string =>
    message
      .split("\n")
      .filter((line) => line.startsWith(`${name}: `))
      .map((line) => line.slice(name.length + 2))
      .join("\n");
  return { event: field("event"), data: JSON.parse(field("data")) } as AnswerEvent;
}

async function checked(response: Response): Promise<Response> {
  if (response.ok) return response;
  const { message } = (await response.json().catch(() => ({}))) as { message?: string };
  throw new Error(message ?? `The server answered ${response.status}.`);
}
