// The conversations of this browser: their addresses, which hold all that they need.

/** A conversation that can be opened again. */
export interface Saved {
  readonly title: string;
  readonly link: string;
}

const KEY = "conversations";
const MOST = 20;

/** The conversations, newest first. */
export function saved(): Saved[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(value) ? value.filter(isSaved) : [];
  } catch {
    return [];
  }
}

/** Keeps a conversation in the place of what it was before its last question. */
export function keep(title: string, link: string, before: string): void {
  const others = saved().filter((one) => one.link !== link && one.link !== before);
  store([{ title, link }, ...others]);
}

/** Forgets all. */
export function forget(): void {
  store([]);
}

function store(all: readonly Saved[]): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(all.slice(0, MOST)));
  } catch {
    // A browser that keeps nothing can still ask.
  }
}

function isSaved(value: unknown): value is Saved {
  const { title, link } = (value ?? {}) as Partial<Record<string, unknown>>;
  return typeof title === "string" && typeof link === "string" && link.startsWith("#/chat/");
}
