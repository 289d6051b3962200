import { random, unitVector } from "../../support.mjs";
import { clusteredBatches } from "../../vectors/clustered.mjs";
import { vectorAt } from "../../vectors/sets.mjs";

/** Vectors are made so many at a time. */
const BATCH = 1000;

/** How vectors lie: each in a direction of its own, or in clusters as embeddings of text do. Those of rows and those of queries, without end. */
export const LYING = {
  random: (dimensions) => ({
    ofRows: scattered(dimensions, 0x5eed, 1),
    ofQueries: scattered(dimensions, 0x5eec, -1),
  }),
  clustered: (dimensions) => ({ ofRows: clustered(dimensions, 0), ofQueries: clustered(dimensions, 1) }),
};

function* scattered(dimensions, seed, step) {
  for (let at = seed; ; at += step) yield unitVector(dimensions, random(at));
}

function* clustered(dimensions, part) {
  for (const batch of clusteredBatches(Number.POSITIVE_INFINITY, dimensions, part, BATCH))
    for (let i = 0; i < BATCH; i += 1) yield vectorAt(batch, dimensions, i);
}
