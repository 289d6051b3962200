// What the server answers, in the server's own types.

import type { Confidence } from "varve";
import type { AnswerEvent } from "../server/answer/answer.ts";
import type { Changes, Crawl, PassageView } from "../server/library.ts";
import type { Reading } from "../server/question/understand.ts";
import type { Erasure, Listing, Uploaded } from "../server/shelf.ts";
import type { Picked } from "./picked-files.ts";

export type { Part } from "../server/answer/answerer.ts";
export type { Spoken } from "../server/answer/over-time.ts";
export type { Change, Source } from "../server/library.ts";
export type { Point } from "../server/point.ts";
export type { Reading } from "../server/question/understand.ts";
export type { ListedDocument } from "../server/shelf.ts";
export type { AnswerEvent, Changes, Confidence, Crawl, Erasure, Listing, PassageView, Uploaded };

/** What the server says about itself. */
export interface Status {
  readonly answerer: { readonly name: string; readonly usesModel: boolean };
  readonly passages: number;
  readonly documents: number;
  /** The folders of the first level. */
  readonly folders: readonly string[];
  /** What can be uploaded. */
  readonly upload: { readonly endings: readonly string[]; readonly files: number; readonly bytes: number };
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

/** The documents now, or as of a version or a day. */
export const getDocuments = (asOf: string | undefined): Promise<Listing> =>
  get(`/api/documents${asOf === undefined ? "" : `?asOf=${encodeURIComponent(asOf)}`}`);

/** What erasing a document would take. */
export const getErasable = (path: string): Promise<Erasure> =>
  get(`/api/documents/erase?path=${encodeURIComponent(path)}`);

/** Takes a document out of the newest version. */
export const deleteDocument = (path: string): Promise<unknown> => send("DELETE", "/api/documents", { path });

/** Takes a document out of every version. */
export const eraseDocument = (path: string): Promise<Erasure> =>
  send("POST", "/api/documents/erase", { path, confirm: path });

async function send<T>(method: string, path: string, body: object): Promise<T> {
  const headers = { "content-type": "application/json" };
  return (
    await checked(await fetch(path, { method, headers, body: JSON.stringify(body) }))
  ).json() as Promise<T>;
}

/** Uploads files, as many at once as the server takes; gives what became of them. */
export async function* uploadFiles(
  picked: readonly Picked[],
  bounds: Status["upload"],
): AsyncGenerator<readonly Uploaded[], void, void> {
  const large = picked.filter(({ file }) => file.size > bounds.bytes);
  if (large.length > 0) yield large.map(({ path, file }) => tooLarge(path, file.size, bounds.bytes));
  let [batch, bytes]: [Picked[], number] = [[], 0];
  for (const one of picked) {
    if (large.includes(one)) continue;
    if (batch.length === bounds.files || bytes + one.file.size > bounds.bytes) {
      yield await uploadBatch(batch, bounds);
      [batch, bytes] = [[], 0];
    }
    batch.push(one);
    bytes += one.file.size;
  }
  if (batch.length > 0) yield await uploadBatch(batch, bounds);
}

async function uploadBatch(
  batch: readonly Picked[],
  { endings }: Status["upload"],
): Promise<readonly Uploaded[]> {
  const form = new FormData();
  form.set("paths", JSON.stringify(batch.map(({ path }) => path)));
  for (const { path, file } of batch) {
    // The server says what it does not read; it needs no bytes for that.
    const isRead = endings.some((ending) => path.toLowerCase().endsWith(ending));
    form.append("file", isRead ? file : new Blob([]), "file");
  }
  const response = await checked(await fetch("/api/documents", { method: "PUT", body: form }));
  return ((await response.json()) as { files: readonly Uploaded[] }).files;
}

function tooLarge(path: string, bytes: number, most: number): Uploaded {
  const problem = `It has ${Math.ceil(bytes / (1 << 20))} MB; at most ${most >> 20} MB are read.`;
  return { path, state: "unread", passages: 0, unread: { problem, next: "Split it into several files." } };
}

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
