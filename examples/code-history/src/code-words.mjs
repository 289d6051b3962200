// The embedding function of the example: the built-in model over the words in code. `sendFile` is two words for a reader, and for the model.
import { builtin, custom } from "varve/embeddings";

/** Longer pieces are embedded by their beginning: a mean over more words says less. */
const MOST = 4000;

/** The words of a text: names in camel case, snake case and with dots are taken apart. */
export function wordsOf(text) {
  return (
    text
      .slice(0, MOST)
      .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, "$1 $2")
      .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, "$1 $2")
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

/** A function of its own name, so that Varve keeps what it has embedded: `builtin()` is too fast for a cache, a paid model is not. */
export function codeWords() {
  const model = builtin();
  return custom({
    name: "code-words",
    dimensions: model.dimensions,
    maxBatch: model.maxBatch,
    config: { model: model.config.model, most: MOST },
    revision: model.revision,
    embed: (texts, request) =>
      model.embed(
        texts.map((text) => wordsOf(text).join(" ")),
        request,
      ),
  });
}
