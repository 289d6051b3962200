// Whether two derived columns are computed alike.

import { isDeepStrictEqual } from "node:util";
import { isSameEmbedder } from "../../embeddings/embedder-identity";
import { type EmbedSpec, type FunctionSpec, ownEntry } from "./table-schema";

/** Whether columns that are declared and stored like that are computed alike. */
export function sameEmbed(declared: EmbedSpec | undefined, stored: EmbedSpec | undefined): boolean {
  if (declared === undefined || stored === undefined) return declared === stored;
  // What happens to texts that are too long may be said anew at any time: the vectors that are there stay right.
  const plain = (spec: EmbedSpec): unknown =>
    JSON.parse(JSON.stringify({ ...spec, longText: undefined, function: undefined }));
  return (
    sameFunction(declared.function, stored.function) && isDeepStrictEqual(plain(declared), plain(stored))
  );
}

/** Whether two functions make the same vectors, as far as they say. */
export function sameFunction(declared: FunctionSpec, stored: FunctionSpec): boolean {
  const plain = (spec: FunctionSpec): unknown =>
    JSON.parse(JSON.stringify({ ...spec, config: otherConfig(spec) }));
  return sameEmbedder(declared, stored) && isDeepStrictEqual(plain(declared), plain(stored));
}

/** Whether two functions use the same embedder of another library. Tables made before embedders were stored name none. */
function sameEmbedder(declared: FunctionSpec, stored: FunctionSpec): boolean {
  const [one, other] = [declared, stored].map(({ config }) => ownEntry(config, "embedder"));
  return other === undefined || isSameEmbedder(one, other);
}

function otherConfig({ config }: FunctionSpec): unknown {
  const { embedder: _embedder, ...others } = config;
  return others;
}
