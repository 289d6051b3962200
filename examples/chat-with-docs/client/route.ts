import { useEffect, useState } from "preact/hooks";
import type { Reading } from "./api.ts";

/** A question of a conversation, and the version at which it was read. */
export interface Asked {
  readonly question: string;
  readonly version: number;
  /** What was not read into it. */
  readonly without: readonly Reading["kind"][];
  readonly folder?: string | undefined;
}

/** What the address shows. A passage lies over the page that it was opened from. */
export type Route =
  | { readonly page: "ask"; readonly chat: readonly Asked[] }
  | { readonly page: "passage"; readonly version: number; readonly id: string; readonly quote?: string }
  | { readonly page: "documents"; readonly asOf?: string }
  | { readonly page: "changes"; readonly from?: number; readonly to?: number };

const LETTERS = { t: "time", f: "follow-up", s: "spelling" } as const;

/** The link to a conversation: it shows the same answers to whoever opens it, also later. */
export function chatLink(chat: readonly Asked[]): string {
  const parts = chat.map(({ question, version, without, folder }) => {
    const letters = without.map((kind) => kind[0]).join("");
    const place = folder === undefined ? "" : `@${encodeURIComponent(folder).replaceAll("~", "%7E")}`;
    return `${version}${letters}${place}~${encodeURIComponent(question)}`;
  });
  return parts.length === 0 ? "#/" : `#/chat/${parts.join("/")}`;
}

/** The link to a passage at a version: it can be kept and opened later, and shows the same. */
export function passageLink(version: number, id: string, quote?: string): string {
  const link = `#/passage/${version}/${encodeURIComponent(id)}`;
  return quote === undefined ? link : `${link}/${encodeURIComponent(quote)}`;
}

/** The link to what changed between two versions. */
export function changesLink(from: number, to: number): string {
  return `#/changes/${from}/${to}`;
}

/** The link to the documents, now or as of a version or a day. */
export function documentsLink(asOf: string | number | undefined): string {
  return asOf === undefined ? "#/documents" : `#/documents/${asOf}`;
}

/** Is heard when the conversation has another address. */
const MOVED = "conversation-moved";

/** The conversation that is open, and the page that a passage lies over. */
const places = { chat: "#/", below: "#/" };

/** The conversation that is open. */
export const currentChat = (): string => places.chat;

/** Puts a conversation that has gone on into the address. */
export function showChat(link: string): void {
  if (location.hash === places.chat || location.hash === "") history.replaceState(null, "", link);
  if (places.below === places.chat) places.below = link;
  places.chat = link;
  dispatchEvent(new Event(MOVED));
}

/** Leaves a passage for the page below it. */
export function leavePassage(): void {
  location.hash = places.below;
}

/** The route of the address, as it changes. */
export function useRoute(): Route {
  const [route, setRoute] = useState(() => parse(location.hash));
  useEffect(() => {
    const follow = (event: HashChangeEvent): void => {
      const { hash } = new URL(event.oldURL);
      if (!hash.startsWith("#/passage/")) places.below = hash === "" ? "#/" : hash;
      setRoute(parse(location.hash));
    };
    const again = (): void => setRoute((now) => ({ ...now }));
    addEventListener("hashchange", follow);
    addEventListener(MOVED, again);
    return () => {
      removeEventListener("hashchange", follow);
      removeEventListener(MOVED, again);
    };
  }, []);
  return route;
}

function parse(hash: string): Route {
  const [, page, first = "", second = "", third] = hash.split("/");
  if (page === "passage" && /^\d+$/.test(first) && second !== "") {
    const quote = third === undefined ? {} : { quote: decode(third) };
    return { page, version: Number(first), id: decode(second), ...quote };
  }
  if (page === "documents")
    return /^(\d{1,15}|\d{4}-\d\d-\d\d)$/.test(first) ? { page, asOf: first } : { page };
  if (page !== "changes") {
    const chat = page === "chat" ? hash.split("/").slice(2).flatMap(askedOf) : [];
    places.chat = chatLink(chat);
    return { page: "ask", chat };
  }
  return /^\d+$/.test(first) && /^\d+$/.test(second)
    ? { page, from: Number(first), to: Number(second) }
    : { page };
}

function askedOf(part: string): Asked[] {
  const [, version, letters = "", folder, question = ""] =
    /^(\d{1,15})([tfs]{0,3})(?:@([^~]*))?~(.+)$/.exec(part) ?? [];
  if (version === undefined) return [];
  const without = [...letters].map((letter) => LETTERS[letter as keyof typeof LETTERS]);
  const place = folder === undefined ? {} : { folder: decode(folder) };
  return [{ version: Number(version), question: decode(question), without, ...place }];
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
