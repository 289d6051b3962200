// Where somebody is in the page. All of it stands in the address, so that a view can be sent to others.

import { computed, signal } from "@preact/signals";

/** The panes. */
export const PANES = ["rows", "search", "diff", "map", "schema", "history"] as const;

/** A pane. */
export type Pane = (typeof PANES)[number];

/** The ways to search, with what they are called. */
export const MODES: readonly (readonly [mode: string, label: string])[] = [
  ["auto", "As fits"],
  ["hybrid", "Both"],
  ["vector", "Meaning"],
  ["text", "Words"],
];

/** Which date of commits the timeline goes by. */
export type Axis = "committed" | "effective";

/** A view. What is empty is left out of the address. */
export interface Route {
  readonly table: string;
  readonly pane: Pane;
  /** The version that is read; empty for the newest one. */
  readonly at: string;
  /** The version that it is compared with; empty where only one is looked at. */
  readonly from: string;
  readonly axis: Axis;
  readonly where: string;
  /** A column, with `-` before it where it goes down. */
  readonly order: string;
  readonly q: string;
  /** One of `MODES`. */
  readonly mode: string;
  /** The key of a row that others should be like, as JSON: a text or a number; empty where there is none. */
  readonly like: string;
  readonly column: string;
}

const NOWHERE: Route = {
  table: "",
  pane: "rows",
  at: "",
  from: "",
  axis: "committed",
  where: "",
  order: "",
  q: "",
  mode: "auto",
  like: "",
  column: "",
};

/** The view that an address means; what it does not know is left out. */
export function routeOf(hash: string): Route {
  const [, path = "", query = ""] = /^#?\/?([^?]*)\??(.*)$/s.exec(hash) ?? [];
  const [table = "", pane = ""] = path.split("/").map(decoded);
  const given = new URLSearchParams(query);
  const text = (name: keyof Route): string => given.get(name) ?? NOWHERE[name];
  const version = (name: "at" | "from"): string => (/^\d{1,15}$/.test(text(name)) ? text(name) : "");
  return {
    table,
    pane: PANES.find((one) => one === pane) ?? "rows",
    at: version("at"),
    from: version("from"),
    axis: text("axis") === "effective" ? "effective" : "committed",
    where: text("where"),
    order: text("order") === "-" ? "" : text("order"),
    q: text("q"),
    mode: MODES.find(([mode]) => mode === text("mode"))?.[0] ?? NOWHERE.mode,
    like: keyOf(text("like")) === undefined ? "" : text("like"),
    column: text("column"),
  };
}

/** The address of a view. */
export function hashOf({ table, pane, ...rest }: Route): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(rest))
    if (value !== NOWHERE[name as keyof Route]) query.set(name, value);
  const text = query.toString();
  return `#/${encodeURIComponent(table)}/${pane}${text === "" ? "" : `?${text}`}`;
}

/** The key that the address has as JSON; undefined where it is no text and no number. */
export function keyOf(like: string): string | number | undefined {
  try {
    const key: unknown = JSON.parse(like);
    return typeof key === "string" || (typeof key === "number" && Number.isFinite(key)) ? key : undefined;
  } catch {
    return undefined;
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}

/** The view. */
export const route = signal<Route>(NOWHERE);

/** The table alone, for what does not care for the rest. */
export const tableName = computed(() => route.value.table);

/** Goes to another view: `go` is a step that can be taken back, `adjust` a change of the one that is there. */
export function go(change: Partial<Route>): void {
  const next = { ...route.value, ...change };
  if (hashOf(next) === hashOf(route.value)) return;
  route.value = next;
  history.pushState(null, "", hashOf(next));
}

/** Changes the view without a new step in the history of the browser. */
export function adjust(change: Partial<Route>): void {
  route.value = { ...route.value, ...change };
  history.replaceState(null, "", hashOf(route.value));
}

/** Follows the address. */
export function followAddress(): void {
  route.value = routeOf(location.hash);
  addEventListener("popstate", () => {
    route.value = routeOf(location.hash);
  });
}
