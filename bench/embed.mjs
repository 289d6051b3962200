// The built-in embedding function: chunks of 200 tokens, through the SDK and alone.
import { builtin } from "varve/embeddings";
import { median, random, report, times, text as words } from "./support.mjs";

export async function run() {
  const next = random(9);
  // Some 200 tokens: the words of the generator are one token each.
  const chunks = Array.from({ length: 2000 }, () => words(1450, next));
  const embedding = builtin();
  const once = () => embedding.embed(chunks, { kind: "document" });
  await once();
  const taken = await times(5, once);
  report(
    "builtin(), 2,000 chunks of about 200 tokens, one thread",
    2_000_000 / median(taken),
    "chunks/s",
    "at least 5,000",
  );
}
