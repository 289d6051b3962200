import { EmbeddingRequestError } from "varve/embeddings";
import { describe, expect, it } from "vitest";
import {
  readFailure,
  retryAfterMs,
  unlessAborted,
  withoutSecrets,
} from "../../src/embeddings/support/request-failure";

const now = Date.UTC(2026, 0, 1);
const headers = (entries: Record<string, string>) => (name: string) => entries[name];

describe("how long to wait", () => {
  it.each([
    [{ "retry-after": "2" }, 2000],
    [{ "retry-after": "0.5" }, 500],
    [{ "retry-after": "Thu, 01 Jan 2026 00:00:07 GMT" }, 7000],
    [{ "retry-after": "Wed, 31 Dec 2025 00:00:00 GMT" }, 0],
    [{ "retry-after": "soon" }, undefined],
    [{ "retry-after": "" }, undefined],
    [{ "retry-after": "-3" }, 0],
    [{ "retry-after-ms": "150", "retry-after": "9" }, 150],
    [{ "retry-after-ms": "x", "retry-after": "9" }, 9000],
    [{}, undefined],
  ])("is read from %j", (entries, expected) => {
    expect(retryAfterMs(headers(entries), now)).toBe(expected);
  });
});

describe("an error", () => {
  it("of fetch, deep in its causes, may be tried again", () => {
    const socket = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
    const error = new TypeError("fetch failed", { cause: socket });
    expect(readFailure(error)).toEqual({
      status: undefined,
      retryAfterMs: undefined,
      retryable: true,
      tooLarge: false,
      obstacle: "connection",
      why: "fetch failed read ECONNRESET",
    });
  });

  it("of the AI SDK is read by its names", () => {
    const error = { statusCode: 529, responseHeaders: { "Retry-After-Ms": "20" }, message: "overloaded" };
    expect(readFailure(error)).toMatchObject({
      status: 529,
      retryable: true,
      retryAfterMs: 20,
      why: "overloaded",
    });
  });

  it("that says itself whether to try again is believed", () => {
    expect(readFailure(Object.assign(new Error("no"), { isRetryable: true }))).toMatchObject({
      retryable: true,
    });
    expect(readFailure(Object.assign(new Error("no"), { retryable: false }))).toMatchObject({
      retryable: false,
    });
  });

  it("of ours is read as it was written", () => {
    const failure = { status: 429, retryAfterMs: 150, retryable: false, tooLarge: true };
    expect(readFailure(new EmbeddingRequestError("no", failure))).toEqual({ ...failure, why: "no" });
  });

  it("that is nothing known is not tried again", () => {
    for (const error of [undefined, null, "text", 3, new Error("x"), { cause: { cause: {} } }]) {
      expect(readFailure(error)).toMatchObject({
        retryable: false,
        tooLarge: false,
        why: expect.any(String),
      });
    }
  });

  it.each([
    "Requested 350000 tokens, max 300000 tokens per request",
    "Too many tokens in batch. Max is 16384 got 17555",
    "Too many tokens overall, split into more batches.",
    "BatchEmbedContentsRequest.requests: at most 100 requests can be in one batch",
    "Invalid 'input': array too long. Expected an array with maximum length 2048",
    "This model's maximum context length is 8192 tokens",
    "batch size 64 > maximum allowed batch size 32",
    "The max allowed tokens per submitted batch is 120000.",
  ])("with the words %j asks for less at once", (message) => {
    expect(readFailure({ status: 400, message })).toMatchObject({ tooLarge: true, retryable: false });
    expect(readFailure({ status: 500, message })).toMatchObject({ tooLarge: false, retryable: true });
  });
});

it("secrets are taken out of messages, also those that nobody named", () => {
  const text = "key sk-1234 and Bearer abc.def-1 and Basic dXNlcjpw== for me";
  expect(withoutSecrets(text, ["sk-1234", "", "me"])).toBe(
    "key [secret] and Bearer [secret] and Basic [secret] for me",
  );
});

it("waiting ends with the signal, whatever the work does", async () => {
  const controller = new AbortController();
  const waiting = unlessAborted(new Promise(() => undefined), controller.signal);
  controller.abort(new Error("enough"));
  await expect(waiting).rejects.toMatchObject({ code: "ABORTED", cause: new Error("enough") });
  expect(await unlessAborted(Promise.resolve(1), undefined)).toBe(1);
  expect(await unlessAborted(Promise.resolve(2), new AbortController().signal)).toBe(2);
});
