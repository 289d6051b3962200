// Who may ask: whoever has the token, which the address brings and no server ever sees in one.

import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { hasToken, isSame, type Refusal, refusalOf } from "../loopback";

/** How long a code that opens the page may be used. */
const CODE_MS = 60_000;

/** The token of a server, and codes that are exchanged for it. */
export class Access {
  readonly token: string = randomBytes(24).toString("base64url");
  #code: { readonly text: string; readonly until: number } | undefined;

  /**
   * A code for the address that a browser is started with: others on this machine can see what programs are started with, and a code that was
   * used once opens nothing.
   */
  newCode(): string {
    const text = randomBytes(24).toString("base64url");
    this.#code = { text, until: Date.now() + CODE_MS };
    return text;
  }

  /** The token for a code, once. */
  redeem(code: unknown): string | undefined {
    const known = this.#code;
    if (known === undefined || typeof code !== "string" || !isSame(code, known.text)) return undefined;
    this.#code = undefined;
    return Date.now() <= known.until ? this.token : undefined;
  }

  /** Why nobody is answered who asks so: a page has to be ours, not only one of this machine. */
  refusalOfPage(request: IncomingMessage): Refusal | undefined {
    const refusal = refusalOf(request);
    if (refusal !== undefined) return refusal;
    const { origin, host } = request.headers;
    if (origin !== undefined && origin !== `http://${host}`)
      return [403, "The header Origin names another page of this machine."];
    return undefined;
  }

  /** Why a question is not answered. */
  refusalOfQuestion(request: IncomingMessage): Refusal | undefined {
    if (hasToken(request, this.token)) return undefined;
    return [401, "The token is missing, or another one: open the address that varve studio has printed."];
  }
}
