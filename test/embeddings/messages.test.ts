// Messages are written for people: a change of one must be seen in review. Every message of an embedding function stands below.

import { describe, expect, it } from "vitest";
import * as errors from "../../src/embeddings/embedding-errors";
import type { Obstacle } from "../../src/embeddings/support/obstacle";
import type { VarveError } from "../../src/varve-error";

const cause = new Error("it rains");

const obstacles: readonly Obstacle[] = [
  "no-such-host",
  "unreachable",
  "certificate",
  "no-http",
  "time-out",
  "connection",
  "page",
  "answer",
];

type Examples = {
  readonly [K in Exclude<keyof typeof errors, "EmbeddingRequestError">]: readonly VarveError[];
};

const examples: Examples = {
  functionNotRegistered: [
    errors.functionNotRegistered("mine", ["builtin", "openai"]),
    errors.functionNotRegistered("mine", []),
    errors.functionNotRegistered("ai-sdk", ["builtin"]),
  ],
  functionRegistered: [errors.functionRegistered("mine")],
  badFunction: [errors.badFunction("dimensions", "a whole number from 1 on", "0")],
  modelUnreadable: [errors.modelUnreadable("models/config.json", cause)],
  modelMissing: [errors.modelMissing("varve-static-en")],
  modelDiffers: [errors.modelDiffers("varve-static-en (revision 1)", "varve-static-en (revision 2)")],
  requestFailed: [
    errors.requestFailed("api.openai.com", "fetch failed", { retryable: true }),
    errors.requestFailed("api.openai.com", "Rate limit reached", { status: 429, retryable: true }),
    errors.requestFailed("api.openai.com", "Incorrect API key provided", { status: 401 }),
    errors.requestFailed("api.openai.com", "No such model", { status: 404 }),
    errors.requestFailed("api.openai.com", "Array too long", { status: 400, tooLarge: true }),
    errors.requestFailed("api.openai.com", "It is a teapot", { status: 418 }),
    errors.requestFailed("api.openai.com", "It moved", { status: 304 }),
    ...obstacles.map((obstacle) => errors.requestFailed("api.openai.com", obstacle, {}, { obstacle })),
  ],
  answerMalformed: [
    errors.answerMalformed("api.openai.com", "3 vectors", "2 vectors"),
    errors.answerMalformed("api.openai.com", "an object", 'the text "<h1>Login"', false),
  ],
  dimensionsDiffer: [errors.dimensionsDiffer("api.openai.com", "text-embedding-3-small", 256, 1536)],
  inputUnreadable: [errors.inputUnreadable("huggingface()", 3, cause)],
  embeddingAborted: [errors.embeddingAborted(cause)],
  libraryMissing: [errors.libraryMissing("openai()", "openai", "openai", cause)],
  libraryBroken: [errors.libraryBroken("onnx()", "onnxruntime-node", cause)],
  keyMissing: [errors.keyMissing('openai("text-embedding-3-small")', "OPENAI_API_KEY")],
  addressMissing: [
    errors.addressMissing('The preset "azure"', "https://my-resource.openai.azure.com/openai/v1"),
  ],
  dimensionsUnknown: [errors.dimensionsUnknown("openai()", "my-model")],
  addressUntrusted: [errors.addressUntrusted("https://embed.example.com/v1")],
  configUnreadable: [
    errors.configUnreadable("openai", "model", "a text", undefined),
    errors.configUnreadable("openai", "dimensions", "a whole number from 1 on", "many"),
  ],
  modelFileUnreadable: [
    errors.modelFileUnreadable("onnx()", "models/a/config.json", cause, "Pass a folder that holds it."),
  ],
  modelNotLoaded: [errors.modelNotLoaded("huggingface()", "org/model", cause, "Check the network.")],
  modelUnsuited: [errors.modelUnsuited("onnx()", "a-model", 'it asks for the input "pixel_values".')],
  textTooLong: [errors.textTooLong(600, 512)],
  modelNotHere: [errors.modelNotHere("onnx()", "a-model", "VARVE_MODELS")],
  revisionDiffers: [errors.revisionDiffers("onnx()", "a-model", "aaaa", "bbbb")],
};

describe("the messages of embedding functions", () => {
  it.each(Object.entries(examples))("%s", (_, thrown) => {
    const shown = thrown.map(({ code, message, hint }) => `${code}: ${message}\n  ${hint ?? "no hint"}`);
    expect(`\n${shown.join("\n")}\n`).toMatchSnapshot();
  });
});
