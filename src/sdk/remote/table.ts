import type { NativePage, NativeReembed, NativeScan, NativeTable, NativeWriter } from "../../native-types";
import { TABLES } from "../../wire";
import { bytesOf, type Http } from "./http";
import { pageOf } from "./page";
import { readOnly } from "./read-only";
import { RemoteScan } from "./scan";

/** A table of a server, which reads it as the native module reads one of this machine. */
export class RemoteTable implements NativeTable {
  readonly #http: Http;
  readonly #path: string;

  constructor(http: Http, name: string) {
    this.#http = http;
    this.#path = `${TABLES}/${encodeURIComponent(name)}`;
  }

  info(): Promise<string> {
    return this.#text("info", "");
  }

  resolve(at: string): Promise<string> {
    return this.#text("resolve", at);
  }

  /** Nothing of a server is answered at once. */
  readFast(): null {
    return null;
  }

  async readPage(request: string, vector: Float32Array | null): Promise<NativePage> {
    return pageOf(await this.#bytes("page", request, vector));
  }

  async readArrow(request: string, vector: Float32Array | null): Promise<Uint8Array> {
    return await this.#bytes("arrow", request, vector);
  }

  scan(request: string): Promise<NativeScan> {
    return Promise.resolve(new RemoteScan((call) => this.#ask(call, request, null)));
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
    return await bytesOf(await this.#ask(call, request, vector));
  }

  async #ask(call: string, json: string, vector: Float32Array | null): Promise<Response> {
    return await this.#http.call(`${this.#path}/${call}`, { json, vector });
  }
}
