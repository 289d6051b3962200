import { badArgument, onlyForServers, openToken } from "../call/errors";
import type { OptionRule, OptionRules } from "../call/options";
import type { Address } from "./http";

/** Options of `connect` for a database that a server reads. */
export interface ServerOptions {
  /** What the server wants to be told: the token that `varve serve` prints or was given. It is kept in memory and shown nowhere. */
  readonly token?: string | undefined;
}

/** A header is made of it. */
const TOKEN = /^[\x21-\x7e]+$/;
const THIS_MACHINE: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

const token: OptionRule = {
  kind: "data",
  check: (name, value) => {
    if (typeof value !== "string" || !TOKEN.test(value))
      throw badArgument(
        name,
        "a text of letters, digits and signs of ASCII",
        typeof value === "string" ? "another text" : `a value of the type ${typeof value}`,
      );
  },
};

export const SERVER: OptionRules<ServerOptions> = { token };

/** Where a server is and what it is told. Throws INVALID_ARGUMENT. */
export function serverAt(
  place: string,
  { token, allowHttp = false }: ServerOptions & { readonly allowHttp?: boolean | undefined },
): Address {
  const { protocol, hostname } = new URL(place);
  if (protocol !== "https:" && !allowHttp && !THIS_MACHINE.has(hostname)) throw openToken();
  return { url: place, token };
}

/** Refuses options that are for servers where the place is none. */
export function checkNoServer({ token }: ServerOptions): void {
  if (token !== undefined) throw onlyForServers("token");
}
