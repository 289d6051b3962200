import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** What a client of the model sent. */
export interface ModelRequest {
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly tools?: unknown;
}

/** A model that says what a script says, over HTTP as OpenAI-compatible servers speak it. */
export interface ScriptedModel {
  readonly url: string;
  /** Everything that was asked of this address, also on other paths. */
  readonly requests: ModelRequest[];
  readonly visits: string[];
}

/** Starts a scripted model: `script` gets the request and returns what the model says, token by token. */
export async function scriptedModel(
  script: (request: ModelRequest, url: string) => Iterable<object> | AsyncIterable<object>,
): Promise<ScriptedModel> {
  const requests: ModelRequest[] = [];
  const visits: string[] = [];
  let url = "";
  const server = createServer((request, response) => {
    void (async () => {
      const body = await bodyOf(request);
      if (request.method !== "POST" || request.url !== "/v1/chat/completions") {
        visits.push(`${request.method} ${request.url}`);
        response.end("seen");
        return;
      }
      const asked = JSON.parse(body) as ModelRequest;
      requests.push(asked);
      response.writeHead(200, { "content-type": "text/event-stream" });
      const say = (delta: object, finish_reason: string | null): void => {
        const chunk = { id: "1", object: "chat.completion.chunk", created: 1, model: "scripted" };
        response.write(
          `data: ${JSON.stringify({ ...chunk, choices: [{ index: 0, delta, finish_reason }] })}\n\n`,
        );
      };
      for await (const delta of script(asked, url)) say(delta, null);
      say({}, "stop");
      response.end("data: [DONE]\n\n");
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return { url, requests, visits };
}

/** Text as a model streams it: some letters at a time. */
export function said(text: string): object[] {
  return (text.match(/[\s\S]{1,7}/g) ?? []).map((content) => ({ content }));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) body += chunk;
  return body;
}
