// Unit vectors that lie as embeddings of text do: overlapping clusters in groups, on a power-law of directions, with a mean of their own and some
// noise in all directions. The same seed gives the same vectors, and fewer rows are a prefix of more.

import { random } from "../support.mjs";

const POOL = 4096;
const CLUSTERS = 3000;
const GROUPS = 60;
const RANK = 128;
/** Draws that are added up for one deviation: enough for it to be nearly normal. */
const DRAWS = 4;

/** How far things lie apart. Chosen so that pairs and nearest neighbours are as near as they were measured to be in sets of real text. */
const SPREAD = { mean: 0.42, group: 0.62, cluster: 0.6, row: 0.62, noise: 0.22 };
/** How fast the directions lose weight: of what sets groups and clusters apart, and within a cluster. */
const POWER = { groups: 0.9, rows: 0.3 };

/**
 * `rows` vectors, one behind the other, at most `size` at a time. `part` 0 is the base; other parts are other vectors of the same
 * distribution, for queries.
 */
export function* clusteredBatches(rows, dimensions, part = 0, size = 10_000) {
  const shape = shapeOf(dimensions);
  const next = random(1000 + part);
  for (let from = 0; from < rows; from += size) {
    const out = new Float32Array(Math.min(size, rows - from) * dimensions);
    for (let at = 0; at < out.length; at += dimensions)
      fillOne(out.subarray(at, at + dimensions), shape, next);
    yield out;
  }
}

function fillOne(target, shape, next) {
  target.set(shape.centers[Math.floor(next() ** 1.5 * CLUSTERS)]);
  for (let i = 0; i < DRAWS; i += 1)
    add(target, pick(shape.deviations, next), sign(next) * SPREAD.row * DRAWS ** -0.5);
  for (let i = 0; i < 2; i += 1) add(target, pick(shape.noise, next), sign(next) * SPREAD.noise * 2 ** -0.5);
  normalize(target);
}

function shapeOf(dimensions) {
  const next = random(7);
  const directions = Array.from({ length: RANK }, () => gaussian(dimensions, next, dimensions ** -0.5));
  const along = (power) => {
    const weights = directions.map((_, i) => (i + 4) ** -power);
    const total = Math.sqrt(weights.reduce((squares, weight) => squares + weight * weight, 0));
    return () => {
      const vector = new Float32Array(dimensions);
      for (let i = 0; i < RANK; i += 1) add(vector, directions[i], (normal(next) * weights[i]) / total);
      return vector;
    };
  };
  const [apart, within] = [along(POWER.groups), along(POWER.rows)];
  const mean = scaled(gaussian(dimensions, next, dimensions ** -0.5), SPREAD.mean);
  const groups = Array.from({ length: GROUPS }, () => sum(mean, scaled(apart(), SPREAD.group)));
  const centers = Array.from({ length: CLUSTERS }, (_, i) =>
    sum(groups[i % GROUPS], scaled(apart(), SPREAD.cluster)),
  );
  const deviations = Array.from({ length: POOL }, within);
  const noise = Array.from({ length: POOL }, () => gaussian(dimensions, next, dimensions ** -0.5));
  return { centers, deviations, noise };
}

export const normal = (next) => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
const sign = (next) => (next() < 0.5 ? -1 : 1);
const pick = (pool, next) => pool[Math.floor(next() * pool.length)];
export const gaussian = (dimensions, next, scale) =>
  Float32Array.from({ length: dimensions }, () => normal(next) * scale);
const scaled = (vector, factor) => vector.map((x) => x * factor);
const sum = (a, b) => a.map((x, i) => x + b[i]);

export function add(target, vector, factor) {
  for (let i = 0; i < target.length; i += 1) target[i] += vector[i] * factor;
}

export function normalize(vector) {
  let squares = 0;
  for (let i = 0; i < vector.length; i += 1) squares += vector[i] * vector[i];
  const scale = 1 / Math.sqrt(squares);
  for (let i = 0; i < vector.length; i += 1) vector[i] *= scale;
}
