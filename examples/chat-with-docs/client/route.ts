import { useEffect, useState } from "preact/hooks";

/** What the address shows. A passage lies over the page that it was opened from. */
export type Route =
  | { readonly page: "ask" }
  | { readonly page: "passage"; readonly version: number; readonly id: string; readonly quote?: string }
  | { readonly page: "changes"; readonly from?: number; readonly to?: number };

/** The link to a passage at a version: it can be kept and opened later, and shows the same. */
export function passageLink(version: number, id: string, quote?: string): string {
  const link = `#/passage/${version}/${encodeURIComponent(id)}`;
  return quote === undefined ? link : `${link}/${encodeURIComponent(quote)}`;
}

/** The link to what changed between two versions. */
export function changesLink(from: number, to: number): string {
  return `#/changes/${from}/${to}`;
}

/** The route of the address, as it changes. */
export function useRoute(): Route {
  const [route, setRoute] = useState(() => parse(location.hash));
  useEffect(() => {
    const follow = (): void => setRoute(parse(location.hash));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return route;
}

function parse(hash: string): Route {
  const [, page, first = "", second = "", third] = hash.split("/");
  if (page === "passage" && /^\d+$/.test(first) && second !== "") {
    const quote = third === undefined ? {} : { quote: decode(third) };
    return { page, version: Number(first), id: decode(second), ...quote };
  }
  if (page !== "changes") return { page: "ask" };
  return /^\d+$/.test(first) && /^\d+$/.test(second)
    ? { page, from: Number(first), to: Number(second) }
    : { page };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
