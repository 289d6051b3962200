import { PassThrough, type Readable, type Writable } from "node:stream";
import {
  isJSONRPCErrorResponse,
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
} from "@modelcontextprotocol/server";
import { StdioServerTransport } from "@modelcontextprotocol/server/stdio";

/** How long whoever has closed the input may wait for the last answers. */
const PATIENCE_MS = 10_000;

/**
 * A transport over pipes that answers what was asked before its input ended, so that `printf … | varve mcp ./data` prints answers: the one of
 * the protocol drops them.
 */
export class AnsweringTransport extends StdioServerTransport {
  readonly #stdin: Readable;
  readonly #input: PassThrough;
  readonly #unanswered = new Set<unknown>();
  #ended = false;

  constructor(stdin: Readable, stdout: Writable) {
    const input = new PassThrough();
    super(input, stdout);
    this.#stdin = stdin;
    this.#input = input;
    stdin.pipe(input, { end: false });
    stdin.once("end", () => this.#end());
    stdin.once("close", () => this.#end());
  }

  override async start(): Promise<void> {
    const deliver = this.onmessage;
    this.onmessage = (message) => {
      if (isJSONRPCRequest(message)) this.#unanswered.add(message.id);
      // Nobody answers what was taken back.
      else if (isJSONRPCNotification(message) && message.method === "notifications/cancelled")
        this.#answered(message.params?.["requestId"]);
      deliver?.(message);
    };
    await super.start();
  }

  override async send(message: JSONRPCMessage): Promise<void> {
    await super.send(message);
    if (isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message)) this.#answered(message.id);
  }

  override async close(): Promise<void> {
    // An input that is still read would keep the process alive.
    this.#stdin.unpipe(this.#input);
    this.#stdin.pause();
    await super.close();
  }

  #answered(id: unknown): void {
    this.#unanswered.delete(id);
    this.#endIfAnswered();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    // The last message may have no line break of its own.
    if (this.#input.writable) this.#input.write("\n");
    setTimeout(() => this.#input.end(), PATIENCE_MS).unref();
    this.#endIfAnswered();
  }

  #endIfAnswered(): void {
    if (!this.#ended || this.#unanswered.size > 0) return;
    // What has arrived is delivered in a turn of its own.
    if (this.#input.readableLength > 0) setImmediate(() => this.#endIfAnswered());
    else this.#input.end();
  }
}
