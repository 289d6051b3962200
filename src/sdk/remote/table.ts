import type { NativePage, NativeReembed, NativeScan, NativeTable, NativeWriter } from "../../native-types";
import { TABLES } from "../../wire";
import { failure, type Http, type RemoteCall } from "./http";
import { countOf, pageOf } from "./page";
import { readOnly } from "./read-only";
import { RemoteScan } from "./scan";

/** A table of a server, which reads it as the native module reads one of this machine. */
export class RemoteTable implements NativeTable {
  readonly #http: Http;
  readonly #path: string;
  readonly #incarnation: string;
  /** What the server said of it when it was opened, for whoever asks first. */
  #opened: string | undefined;

  private constructor(http: Http, path: string, info: string) {
    this.#http = http;
    this.#path = path;
    this.#incarnation = incarnationOf(info);
    this.#opened = info;
  }

  /** Asks the server for the table. From then on another one under its name is not taken for it. */
  static async open(http: Http, name: string): Promise<RemoteTable> {
    const path = `${TABLES}/${encodeURIComponent(name)}`;
    const request = { json: "", vector: null };
    const info = await http.call({ path: `${path}/info`, request, incarnation: undefined });
    return new RemoteTable(http, path, new TextDecoder().decode(info));
  }

  async info(): Promise<string> {
    const opened = this.#opened;
    this.#opened = undefined;
    return opened ?? (await this.#text("info", ""));
  }

  resolve(at: string): Promise<string> {
    return this.#text("resolve", at);
  }

  /** Nothing of a server is answered at once. */
  resolveFast(): null {
    return null;
  }

  /** Nor is this. */
  readFast(): null {
    return null;
  }

  async readPage(request: string, vector: Float32Array | null): Promise<NativePage> {
    const bytes = await this.#bytes("page", request, vector);
    return isCount(request) ? countOf(bytes) : pageOf(bytes);
  }

  async readArrow(request: string, vector: Float32Array | null): Promise<Uint8Array> {
    return await this.#bytes("arrow", request, vector);
  }

  scan(request: string): Promise<NativeScan> {
    return Promise.resolve(new RemoteScan((call) => this.#http.begin(this.#called(call, request, null))));
  }

  history(request: string): Promise<string> {
    return this.#text("history", request);
  }

  async diff(request: string): Promise<NativePage> {
    return pageOf(await this.#bytes("diff", request, null));
  }

  tags(): Promise<string> {
    return this.#text("tags", "");
  }

  stats(): Promise<string> {
    return this.#text("stats", "");
  }

  aggregate(request: string): Promise<string> {
    return this.#text("aggregate", request);
  }

  explain(request: string, vector: Float32Array | null): Promise<string> {
    return this.#text("explain", request, vector);
  }

  async close(): Promise<void> {}

  attend(): void {}

  write(): Promise<string> {
    return readOnly("A write");
  }

  stage(): Promise<NativeWriter> {
    return readOnly("A write");
  }

  reembed(): Promise<NativeReembed> {
    return readOnly("reembed()");
  }

  tag(): Promise<string> {
    return readOnly("tag()");
  }

  deleteTag(): Promise<string> {
    return readOnly("deleteTag()");
  }

  pin(): Promise<string> {
    return readOnly("pin()");
  }

  renewPin(): Promise<string> {
    return readOnly("renew()");
  }

  unpin(): Promise<string> {
    return readOnly("release()");
  }

  restore(): Promise<string> {
    return readOnly("restore()");
  }

  alter(): Promise<string> {
    return readOnly("A change of columns");
  }

  verify(): Promise<string> {
    return readOnly("verify()");
  }

  optimize(): Promise<string> {
    return readOnly("optimize()");
  }

  wouldOptimize(): Promise<string> {
    return readOnly("optimize()");
  }

  purge(): Promise<string> {
    return readOnly("purge()");
  }

  setRetention(): Promise<string> {
    return readOnly("setRetention()");
  }

  async #text(call: string, request: string, vector: Float32Array | null = null): Promise<string> {
    return new TextDecoder().decode(await this.#bytes(call, request, vector));
  }

  async #bytes(call: string, request: string, vector: Float32Array | null): Promise<Uint8Array> {
    return await this.#http.call(this.#called(call, request, vector));
  }

  #called(call: string, json: string, vector: Float32Array | null): RemoteCall {
    const path = `${this.#path}/${call}`;
    return { path, request: { json, vector }, incarnation: this.#incarnation };
  }
}

/** Whether an answer is a number, and no rows. */
function isCount(request: string): boolean {
  return (JSON.parse(request) as { kind?: unknown }).kind === "count";
}

function incarnationOf(info: string): string {
  try {
    const { incarnation, schema } = JSON.parse(info) as { incarnation?: unknown; schema?: unknown };
    if (typeof incarnation === "string" && typeof schema === "object" && schema !== null) return incarnation;
  } catch {
    // Said below.
  }
  throw failure("IO", "The server said nothing of the table that can be understood.", "Check the address.");
}
