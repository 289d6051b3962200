// The studio of a database, as it is built, in a process of its own.

import { type ChildProcess, spawn } from "node:child_process";
import { type IncomingHttpHeaders, request } from "node:http";
import { command } from "./varve-command";

/** What a request was answered. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A studio that runs. */
export class Studio {
  readonly url: string;
  readonly origin: string;
  readonly token: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;

  constructor(url: string, child: ChildProcess, ended: Promise<number | null>) {
    this.url = url;
    this.origin = new URL(url).origin;
    this.token = new URL(url).hash.replace("#token=", "");
    this.#child = child;
    this.#ended = ended;
  }

  /** Starts one. */
  static async start(folder: string, ...options: readonly string[]): Promise<Studio> {
    const child = spawn(process.execPath, [command, "studio", folder, "--json", ...options], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
    const printed = new Promise<string>((resolve, reject) => {
      let text = "";
      child.stdout.setEncoding("utf8").on("data", (more: string) => {
        text += more;
        if (text.trimEnd().endsWith("}")) resolve(text);
      });
      child.on("close", () => reject(new Error(`varve studio has ended: ${text}`)));
    });
    const { url } = JSON.parse(await printed) as { readonly url: string };
    return new Studio(url, child, ended);
  }

  /** Sends a request, whatever fetch would make of it. */
  async send(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>> = {},
    body = "",
  ): Promise<Answer> {
    return await new Promise((resolve, reject) => {
      const asked = request(`${this.origin}${path}`, { method, headers, path }, (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(parts),
          }),
        );
      });
      asked.on("error", reject);
      asked.end(body);
    });
  }

  /** Asks as the page does. */
  async ask(name: string, input: object = {}): Promise<Answer> {
    const headers = { Authorization: `Bearer ${this.token}`, "Content-Type": "application/json" };
    return await this.send("POST", `/api/${name}`, headers, JSON.stringify(input));
  }

  /** What is answered; it must not be refused. */
  async answer<T>(name: string, input: object = {}): Promise<T> {
    const { status, body } = await this.ask(name, input);
    if (status !== 200) throw new Error(`${name} was answered with ${status}: ${body}`);
    return JSON.parse(body.toString()) as T;
  }

  /** Ends it with a signal; returns its status. */
  async end(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    this.#child.kill(signal);
    return await this.#ended;
  }
}
