// A server on loopback that speaks as much of the protocol of S3 as a database asks, and fails as real ones do. It keeps objects in memory
// and counts what it is asked.

import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** The key that the server knows. */
export const KEY = { accessKeyId: "the-key-of-the-test", secretAccessKey: "the-secret-of-the-test" };

/** What goes wrong with a request: it never arrives, its answer never does, or it is answered with a status. */
export type Fault = "lost" | "answer lost" | 409 | 500 | 503;

/** A request, as a fault may look at it. */
export interface Asked {
  readonly method: string;
  readonly key: string;
  readonly isConditional: boolean;
  /** How many requests came before. */
  readonly number: number;
}

const CODES = { 409: "ConditionalRequestConflict", 500: "InternalError", 503: "SlowDown" } as const;

interface StoredObject {
  readonly bytes: Buffer;
  readonly modified: Date;
}

type Send = (status: number, body?: string | Buffer, headers?: Record<string, string>) => void;

export class BucketServer {
  readonly objects = new Map<string, StoredObject>();
  readonly log: string[] = [];
  /** Asked for each request; nothing goes wrong where it returns nothing. */
  fault: (asked: Asked) => Fault | undefined = () => undefined;
  ignoresConditions = false;
  /** The name of the key that the server knows. */
  knownKey: string = KEY.accessKeyId;
  readonly #uploads = new Map<string, Map<number, Buffer>>();
  readonly #server: Server;
  #number = 0;

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => request.destroy());
    });
  }

  static async start(): Promise<BucketServer> {
    const server = new BucketServer();
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  get options() {
    const { port } = this.#server.address() as AddressInfo;
    return {
      endpoint: `http://127.0.0.1:${port}`,
      region: "eu-test-1",
      allowHttp: true,
      forcePathStyle: true,
      credentials: KEY,
    } as const;
  }

  /** What was asked since the last time, counted by kind. */
  counts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const what of this.log.splice(0)) counts[what] = (counts[what] ?? 0) + 1;
    return counts;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://bucket");
    const key = decodeURIComponent(pathname).split("/").slice(2).join("/");
    const method = request.method ?? "";
    const isConditional = request.headers["if-none-match"] === "*";
    this.log.push(kindOf(method, searchParams, isConditional));
    this.#number += 1;
    const fault = this.fault({ method, key, isConditional, number: this.#number });
    if (fault === "lost") {
      request.socket.destroy();
      return;
    }
    const send: Send = (status, content = "", headers = {}) => {
      if (fault === "answer lost") {
        request.socket.destroy();
        return;
      }
      response.writeHead(status, { "content-length": Buffer.byteLength(content), ...headers });
      response.end(method === "HEAD" ? undefined : content);
    };
    if (typeof fault === "number") {
      send(fault, failure(CODES[fault]));
      return;
    }
    if (!request.headers.authorization?.includes(`Credential=${this.knownKey}/`)) {
      send(403, failure("InvalidAccessKeyId"));
      return;
    }
    if (method === "GET" && searchParams.has("list-type")) this.#list(searchParams, send);
    else if (searchParams.has("uploads") || searchParams.has("uploadId"))
      this.#upload(method, key, searchParams, body, send);
    else this.#object(method, key, request, body, isConditional, send);
  }

  #object(
    method: string,
    key: string,
    request: IncomingMessage,
    body: Buffer,
    isConditional: boolean,
    send: Send,
  ): void {
    const found = this.objects.get(key);
    if (method === "PUT") {
      if (isConditional && found !== undefined && !this.ignoresConditions) {
        send(412, failure("PreconditionFailed"));
        return;
      }
      this.#put(key, body);
      send(200, "", { etag: etag(body) });
    } else if (method === "DELETE") {
      this.objects.delete(key);
      send(204);
    } else if (found === undefined) send(404, failure("NoSuchKey"));
    else {
      const { bytes, modified } = found;
      const headers = { etag: etag(bytes), "last-modified": modified.toUTCString() };
      const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? "");
      if (range === null) send(200, bytes, { ...headers, "content-length": String(bytes.length) });
      else {
        const start = Number(range[1]);
        const part = bytes.subarray(start, Number(range[2]) + 1);
        const place = `bytes ${start}-${start + part.length - 1}/${bytes.length}`;
        if (part.length === 0) send(416, failure("InvalidRange"));
        else send(206, part, { ...headers, "content-range": place });
      }
    }
  }

  #put(key: string, bytes: Buffer): void {
    this.objects.set(key, { bytes, modified: new Date() });
  }

  #upload(method: string, key: string, query: URLSearchParams, body: Buffer, send: Send): void {
    const id = query.get("uploadId") ?? `upload-${this.#uploads.size}`;
    if (query.has("uploads")) {
      this.#uploads.set(id, new Map());
      send(200, `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
      return;
    }
    const parts = this.#uploads.get(id);
    if (parts === undefined) send(404, failure("NoSuchUpload"));
    else if (method === "PUT") {
      parts.set(Number(query.get("partNumber")), body);
      send(200, "", { etag: etag(body) });
    } else {
      this.#uploads.delete(id);
      const ordered = [...parts].sort(([a], [b]) => a - b).map(([, part]) => part);
      if (method === "POST") this.#put(key, Buffer.concat(ordered));
      send(
        method === "POST" ? 200 : 204,
        method === "POST"
          ? '<CompleteMultipartUploadResult><ETag>"x"</ETag></CompleteMultipartUploadResult>'
          : "",
      );
    }
  }

  #list(query: URLSearchParams, send: Send): void {
    const prefix = query.get("prefix") ?? "";
    const delimiter = query.get("delimiter");
    const after = query.get("continuation-token") ?? "";
    const most = Number(query.get("max-keys") ?? 1000);
    const names = new Map<string, StoredObject | undefined>();
    for (const key of [...this.objects.keys()].sort()) {
      if (!key.startsWith(prefix)) continue;
      const end = delimiter === null ? -1 : key.indexOf(delimiter, prefix.length);
      names.set(end < 0 ? key : key.slice(0, end + 1), end < 0 ? this.objects.get(key) : undefined);
    }
    const rest = [...names].filter(([name]) => name > after);
    const page = rest.slice(0, most);
    const entries = page.map(([name, object]) =>
      object === undefined
        ? `<CommonPrefixes><Prefix>${escapeXml(name)}</Prefix></CommonPrefixes>`
        : `<Contents><Key>${escapeXml(name)}</Key><LastModified>${object.modified.toISOString()}</LastModified>` +
          `<Size>${object.bytes.length}</Size><ETag>"x"</ETag></Contents>`,
    );
    const last = page.at(-1)?.[0] ?? "";
    const more = rest.length > page.length;
    const token = more ? `<NextContinuationToken>${escapeXml(last)}</NextContinuationToken>` : "";
    send(
      200,
      `<?xml version="1.0"?><ListBucketResult><Name>bucket</Name><KeyCount>${page.length}</KeyCount>` +
        `<IsTruncated>${more}</IsTruncated>${token}${entries.join("")}</ListBucketResult>`,
    );
  }
}

function kindOf(method: string, query: URLSearchParams, isConditional: boolean): string {
  if (query.has("list-type")) return "LIST";
  if (isConditional) return "CREATE";
  return query.has("uploads") || query.has("uploadId") ? `${method} upload` : method;
}

/** As S3 words it; the answer repeats what was asked, as some do. */
function failure(code: string): string {
  return `<?xml version="1.0"?><Error><Code>${code}</Code><Message>No.</Message><AWSAccessKeyId>${KEY.accessKeyId}</AWSAccessKeyId></Error>`;
}

function etag(bytes: Buffer): string {
  return `"${createHash("md5").update(bytes).digest("hex")}"`;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
